"""How a feed fails, and whether trying again can help."""


class FeedError(Exception):
    """A feed that cannot be fetched or cannot be trusted, in one plain sentence.

    `temporary`: the same feed may well be had later. No address, user or password of the feed's
    URL is in the text, only its host.
    """

    def __init__(self, reason: str, *, temporary: bool = False) -> None:
        super().__init__(reason)
        self.temporary = temporary
