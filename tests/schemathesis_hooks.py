"""What a schema cannot say, so that series of calls get further than their first."""

from typing import Any

import schemathesis
from shop import STORES
from shoppers import address


@schemathesis.hook
def map_body(context: schemathesis.HookContext, body: Any) -> Any:
    """Requests are of an app that is collected for, and addresses are such as mail goes to."""
    for place in _objects(body):
        if isinstance(place.get("appId"), str):
            place["appId"] = STORES
        if isinstance(place.get("email"), str):
            place["email"] = address()
    return body


def _objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for inner in value.values() for found in _objects(inner))]
    return []
