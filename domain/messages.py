"""What an owner writes to one shopper, and how it went."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.contracts import Contract, SiteName

LONGEST_SUBJECT, LONGEST_TEXT = 200, 10_000
"""How long the subject and the text of a message may be, in characters."""


class MessageState(StrEnum):
    """How far a message is; `CLAIMED`: a mail may be under way."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DEFERRED = "deferred"
    SENT = "sent"
    REFUSED = "refused"
    UNKNOWN = "unknown"

    @property
    def is_settled(self) -> bool:
        return self in (MessageState.SENT, MessageState.REFUSED, MessageState.UNKNOWN)


class NewMessage(BaseModel):
    """A message as the owner wrote it.

    `marks`: the request that is marked as told once the mail is sent.
    """

    model_config = ConfigDict(frozen=True)

    contact_id: UUID
    subject: str
    text: str
    marks: UUID | None = None


class Message(Contract):
    """Names a message; what it says, and to whom, stands in Postgres alone."""

    site: SiteName
    message_id: UUID


class MessageOutcome(Contract):
    """How a message ended, with the mail server's reply, free of addresses.

    `state`: none where its shopper was erased.
    """

    state: MessageState | None = None
    reply: str = ""
