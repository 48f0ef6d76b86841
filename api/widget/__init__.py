"""What stands in a shop's page: the element `<restock-notify>`, and the form without scripts."""

PREFIX = "/widget"
FORM = f"{PREFIX}/request"
SCRIPT = "/widget.js"
