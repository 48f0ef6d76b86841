"""What makes a whole file unusable; a single line that is wrong is a `Problem`."""


class UnusableFileError(ValueError):
    """Says in plain words what is wrong with a file. Quotes nothing of it but a line's number."""
