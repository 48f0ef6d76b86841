"""Restock's own API: what neither dialect has."""
