"""How a caller of Restock's own API names an item."""

from typing import Annotated, Any, Self

from pydantic import ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from api.fields import Model
from api.voyado.fields import Sku
from api.wix.models import ReferenceBody
from domain.catalog import VOYADO_APP_ID, CatalogReference

ItemKey = Annotated[
    str,
    StringConstraints(pattern="^[0-9a-f]{32}$"),
    Field(json_schema_extra={"maxLength": 32}),
]


class ItemBody(Model):
    """An item: by its catalogue reference, by its SKU in Voyado's dialect, or by its key."""

    model_config = ConfigDict(extra="forbid")

    catalog_reference: ReferenceBody | None = None
    sku: Sku | None = Field(default=None, description="The SKU, as Voyado's dialect names items.")
    item_key: ItemKey | None = Field(
        default=None, description="The key, as `restock item-key` and `GET /v1/restocks` show it."
    )

    @model_validator(mode="after")
    def _names_one_item(self) -> Self:
        names = (self.catalog_reference, self.sku, self.item_key)
        if sum(name is not None for name in names) != 1:
            raise PydanticCustomError(
                "REQUIRED_ONE_OF_FIELD", "give one of catalogReference, sku and itemKey"
            )
        return self

    def reference(self) -> CatalogReference | None:
        """The item named; none where only its key is.

        Raises `InvalidCatalogReferenceOptionsError`.
        """
        if self.catalog_reference:
            return self.catalog_reference.reference()
        if self.sku:
            return CatalogReference(app_id=VOYADO_APP_ID, catalog_item_id=self.sku)
        return None

    def key(self) -> str:
        """The key of the item. Raises `InvalidCatalogReferenceOptionsError`."""
        reference = self.reference()
        return reference.item_key if reference else self.item_key or ""


def shown_reference(reference: CatalogReference | None) -> dict[str, Any]:
    """The fields `catalog_reference` or `sku` of a reply, as callers name such an item."""
    if reference is None:
        return {}
    if reference.app_id == VOYADO_APP_ID:
        return {"sku": reference.catalog_item_id}
    return {"catalog_reference": ReferenceBody.model_construct(**dict(reference))}
