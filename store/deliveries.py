"""The delivery ledger: claimed before the mail server is called, settled after."""

import zlib
from dataclasses import dataclass
from uuid import UUID

from domain.contracts import Delivery, Outcome, Telling
from domain.status import Status, Step
from domain.visits import visit_token
from store.database import Pool, load_queries
from store.records import Attempted, Mailing

_sql = load_queries("deliveries")


@dataclass(frozen=True)
class _Settlement:
    """What an outcome means for the request, the ledger, the timeline and the inbox."""

    status: Status
    auto_notified: bool | None
    state: str
    step: Step
    line: str


_FAILED = Status.FAILED
_UNKNOWN = (
    "Nobody knows whether the mail left. Try the request again (a second mail may arrive), or "
    "mark it as told."
)
_SETTLEMENTS = {
    Outcome.ACCEPTED: _Settlement(
        Status.NOTIFICATION_SENT, True, "accepted", Step.MAIL_ACCEPTED, "Told by e-mail."
    ),
    Outcome.REFUSED: _Settlement(
        _FAILED, None, "refused", Step.MAIL_REFUSED, "The mail was refused: {reply}"
    ),
    Outcome.GAVE_UP: _Settlement(
        _FAILED, None, "refused", Step.GAVE_UP, "The mail could not be sent: {reply}"
    ),
    Outcome.UNKNOWN: _Settlement(_FAILED, None, "unknown", Step.OUTCOME_UNKNOWN, _UNKNOWN),
    Outcome.TEMPLATE_ERROR: _Settlement(
        _FAILED, None, "refused", Step.TEMPLATE_ERROR, "The mail could not be written: {reply}"
    ),
    Outcome.HELD_BACK: _Settlement(
        Status.RECEIVED, None, "held", Step.HELD_BACK, "Not told yet: {reply}"
    ),
}


@dataclass(frozen=True)
class Deliveries:
    """One row per request and restock."""

    pool: Pool

    async def begin(
        self, site: str, request_id: UUID, restock_id: UUID, message_id: str
    ) -> Mailing | None:
        """Claim the delivery and load what the mail needs. None where the request is gone."""
        row = await _sql.begin_delivery(
            self.pool,
            site=site,
            request_id=request_id,
            restock_id=restock_id,
            message_id=message_id,
        )
        if row is None:
            return None
        token = visit_token(row["cursor_key"], request_id, restock_id)
        return Mailing.model_validate(dict(row) | {"token": token})

    async def defer(self, site: str, request_id: UUID, restock_id: UUID, reply: str) -> None:
        """Record that the mail surely did not leave, and why."""
        await _sql.defer_delivery(
            self.pool, site=site, request_id=request_id, restock_id=restock_id, reply=reply
        )

    async def settle(
        self, telling: Telling, delivery: Delivery, mail: bytes | None = None
    ) -> Status | None:
        """Record how a telling ended: status, ledger, timeline and inbox in one statement.

        `mail`: the source of the mail that was accepted, to be kept with the request. Safe to
        repeat: only a request that is PROCESSING for this restock changes. Returns the status
        now; none where the request was deleted.
        """
        settlement = _SETTLEMENTS[delivery.outcome]
        status = await _sql.settle_delivery(
            self.pool,
            site=telling.site,
            request_id=telling.request_id,
            restock_id=telling.restock_id,
            status=settlement.status,
            auto_notified=settlement.auto_notified,
            state=settlement.state,
            reply=delivery.reply,
            kind=settlement.step,
            line=settlement.line.format(reply=delivery.reply),
            mail=None if mail is None else zlib.compress(mail),
        )
        return None if status is None else Status(status)

    async def of_request(self, site: str, request_id: UUID) -> list[Attempted]:
        """What the ledger says of each restock that told a request, the oldest first."""
        rows = _sql.of_request(self.pool, site=site, request_id=request_id)
        return [Attempted.of(row) async for row in rows]

    async def mail_sent(self, site: str, request_id: UUID, restock_id: UUID) -> bytes | None:
        """The source (RFC 5322) of the mail that a request got of a restock.

        None where none was accepted, where the request is gone, and where Postgres was away when
        the mail went out: what is recorded later goes through Temporal, as the mail may not.
        """
        mail = await _sql.mail_sent(
            self.pool, site=site, request_id=request_id, restock_id=restock_id
        )
        return None if mail is None else zlib.decompress(mail)

    async def mail_trouble(self, site: str, reply: str) -> None:
        """Tell the owner, once, that mail is not going out."""
        await _sql.mail_trouble(self.pool, site=site, reply=reply)
