"""What Restock's promises about speed rest on: run by `make bench`."""
