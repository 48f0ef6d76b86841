"""Histories of workflows: read for addresses, and saved for replay."""

import base64
import binascii
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from temporalio.client import Client

FOLDER = Path(__file__).with_name("histories")


async def history_json(temporal: Client, workflow_id: str) -> str:
    """The history of a workflow's last run, as Temporal's own tools export it."""
    return (await temporal.get_workflow_handle(workflow_id).fetch_history()).to_json()


def texts(history: str) -> Iterator[str]:
    """Every text in a history, with payloads decoded."""
    for text in _strings(json.loads(history)):
        yield text
        try:
            yield base64.b64decode(text, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            continue


def anonymous(history: str) -> str:
    """A history without the names and paths of the machine and the processes it was made on."""
    history = re.sub(r'"stackTrace": ?"(?:[^"\\\\]|\\\\.)*"', '"stackTrace": ""', history)
    for identity in set(re.findall(r'"identity": ?"([^"]+)"', history)):
        history = history.replace(identity, "restock")
    return json.dumps(json.loads(history), indent=1) + "\n"


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for key, inner in value.items():
                yield key
                yield from _strings(inner)
        case list():
            for inner in value:
                yield from _strings(inner)
