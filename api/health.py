"""Whether this process lives, and whether Restock works."""

import asyncio

import asyncpg
from fastapi import APIRouter
from fastapi.responses import JSONResponse
from temporalio.service import RPCError

from api.services import Served, Services
from domain.errors import EngineUnavailableError
from store.database import UNREACHABLE

router = APIRouter(tags=["Health"])

_PATIENCE_SECONDS = 4.0


@router.get("/healthz", summary="Whether the API process lives")
async def healthz() -> dict[str, str]:
    """Always 200 while the process answers."""
    return {"status": "ok"}


@router.get(
    "/readyz",
    summary="Whether Postgres, Temporal and a worker answer",
    responses={503: {"description": "One of them does not; the body says which."}},
)
async def readyz(services: Served) -> JSONResponse:
    """200 only when all three answer now."""
    postgres, engine = await parts(services)
    ready = postgres == engine == "ok"
    body = {"status": "ok" if ready else "unavailable", "postgres": postgres, "engine": engine}
    return JSONResponse(body, status_code=200 if ready else 503)


async def parts(services: Services) -> tuple[str, str]:
    """Whether Postgres answers, and Temporal with a worker: `ok`, or what is wrong."""
    return await asyncio.gather(_postgres(services), _engine(services))


async def _postgres(services: Services) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await services.store.ping()
    except (*UNREACHABLE, asyncpg.PostgresError) as error:
        return f"does not answer: {type(error).__name__}"
    return "ok"


async def _engine(services: Services) -> str:
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await services.engine.worker_answers()
    except TimeoutError:
        return "no answer in time"
    except EngineUnavailableError:
        return "does not answer"
    except RPCError as error:
        # A query that no worker takes.
        return f"no worker answers: {error.message[:200]}"
    return "ok"
