"""The owner's console: pages under `/console`, made on the server."""

PREFIX = "/console"
