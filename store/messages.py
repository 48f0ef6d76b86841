"""What owners write to shoppers: kept before it is sent, and claimed before it is given away."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from pydantic import Field

from domain.errors import ContactNotFoundError
from domain.messages import Message, MessageState, NewMessage
from store.database import Pool, load_queries
from store.records import Record, RequestRecord

_sql = load_queries("messages")
_LINES = {
    MessageState.REFUSED: "Your message was refused: {reply}",
    MessageState.UNKNOWN: "Nobody knows whether your message arrived. Write again if it matters.",
}


class OwnerLetter(Record):
    """Everything the mail of a message needs.

    `link_key`: what signs the links in it. `state`: as it was before; `ours`: whether it is to be
    sent now.
    """

    subject: str
    text: str
    email: str
    contact_id: UUID
    link_key: bytes = Field(repr=False)
    owner_email: str | None
    mail_from: str | None
    state: MessageState
    reply: str
    ours: bool
    tried_for: timedelta


@dataclass(frozen=True)
class Messages:
    """The messages of all sites; every method takes the site."""

    pool: Pool

    async def add(self, site: str, message: NewMessage) -> UUID:
        """Keep a message, with its line in the thread; returns its id.

        Raises `ContactNotFoundError`.
        """
        added = await _sql.add_message(self.pool, id=uuid4(), site=site, **message.model_dump())
        if added is None:
            raise ContactNotFoundError()
        message_id: UUID = added
        return message_id

    async def begin(self, site: str, message_id: UUID, identity: str) -> OwnerLetter | None:
        """Claim a message and load what its mail needs. None where its shopper was erased."""
        row = await _sql.begin_message(self.pool, site=site, id=message_id, message_id=identity)
        return None if row is None else OwnerLetter.of(row)

    async def defer(self, site: str, message_id: UUID, reply: str) -> None:
        """Record that the mail surely did not leave, and why."""
        await _sql.defer_message(self.pool, site=site, id=message_id, reply=reply)

    async def settle(self, site: str, message_id: UUID, state: MessageState, reply: str) -> None:
        """Record how a message ended, once; where it did not go out the thread says so."""
        line = _LINES.get(state, "").format(reply=reply)
        await _sql.settle_message(
            self.pool, site=site, id=message_id, state=state, reply=reply, line=line
        )

    async def to_mark(self, site: str, message_id: UUID) -> RequestRecord | None:
        """The request that a message which was sent marks as told."""
        row = await _sql.message_to_mark(self.pool, site=site, id=message_id)
        return None if row is None else RequestRecord.of(row)

    async def state(self, site: str, message_id: UUID) -> MessageState | None:
        """How far a message is; none where there is none."""
        state = await _sql.message_state(self.pool, site=site, id=message_id)
        return None if state is None else MessageState(state)

    async def started(self, message_id: UUID) -> None:
        await _sql.message_started(self.pool, id=message_id)

    async def not_started(self, older_than_seconds: float, limit: int) -> list[Message]:
        """Messages of a while ago whose workflow is not known to run."""
        rows = _sql.messages_not_started(
            self.pool, older_than_seconds=older_than_seconds, limit=limit
        )
        return [Message(site=row["site"], message_id=row["id"]) async for row in rows]
