"""What the doors of Restock need, and how a handler gets it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from domain.settings import Settings
from store.store import Store
from workflows.engine import Engine


@dataclass(frozen=True)
class Services:
    """The store, the engine and the settings of one API process."""

    store: Store
    engine: Engine
    settings: Settings


def _services(request: Request) -> Services:
    services: Services = request.app.state.services
    return services


Served = Annotated[Services, Depends(_services)]
