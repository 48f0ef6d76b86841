"""`Idempotency-Key`: a call that is repeated is answered as the first time."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Header
from pydantic import BaseModel, StringConstraints

from api.services import Services
from domain.text import Storable
from store.database import Connection
from store.idempotency import Call

_Key = Annotated[str, StringConstraints(min_length=1, max_length=255), Storable]
IdempotencyKey = Annotated[
    _Key | None,
    Header(
        alias="Idempotency-Key",
        description="Any text of your own; the same key and body get the same reply for "
        "24 hours, the same key and another body 409.",
    ),
]
Reply = TypeVar("Reply", bound=BaseModel)


async def answered_once(
    services: Services,
    call: Call | None,
    act: Callable[[Connection | None], Awaitable[Reply]],
    kind: type[Reply],
) -> Reply:
    """The reply of `act`, or the one it gave to the same call before.

    Raises what `act` raises, and `IdempotencyKeyReusedError`.
    """
    if call is None:
        return await act(None)

    async def kept(connection: Connection) -> object:
        return (await act(connection)).model_dump(mode="json", by_alias=True)

    return kind.model_validate(await services.store.idempotency.once(call, kept))
