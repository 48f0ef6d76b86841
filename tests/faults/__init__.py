"""Proves what the README promises of crashes: no mail is lost, and none doubled but in one window.

Each test plays one fault on a real Restock while shoppers are told, and judges how it ended. The
short form runs with all tests; `make test-faults` runs all of them with 500 shoppers each.
"""
