"""The owner's console, as its owner sees it: in a real Chromium."""
