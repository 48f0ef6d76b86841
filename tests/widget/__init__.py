"""The element `<restock-notify>` in Chromium, on a page of another origin."""
