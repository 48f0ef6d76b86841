"""`restock item-key`: the key of an item, for those who signal Temporal directly."""

import json
from typing import Annotated, Any

import typer
from typer import Argument, Option

from domain.catalog import CatalogReference
from domain.json_values import bounded_json


def json_object(text: str) -> dict[str, Any]:
    """The value of a flag that is a JSON object. Raises `typer.BadParameter`."""
    try:
        options = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise typer.BadParameter(f"not JSON: {error}") from None
    if not isinstance(options, dict):
        raise typer.BadParameter("must be a JSON object")
    try:
        # What the API refuses is no item's.
        bounded_json(options)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return options


def item_key(
    app_id: Annotated[str, Argument(help="The app that owns the catalogue.")],
    catalog_item_id: Annotated[str, Argument(help="The item's id in its catalogue.")],
    options: Annotated[str, Option(help="The chosen variant as a JSON object.")] = "{}",
) -> None:
    """Print the key that stands in the ids of an item's restocks: `restock/<site>/<item key>`."""
    reference = CatalogReference(
        app_id=app_id, catalog_item_id=catalog_item_id, options=json_object(options)
    )
    typer.echo(reference.item_key)
