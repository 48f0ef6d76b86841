"""Wix's "Back In Stock" dialect: notifications and settings."""
