"""The dialect of Voyado Engage: contacts, subscriptions, stock levels, and what goes with them."""

PREFIX = "/api/v3"
"""What every path of this dialect begins with."""
