"""The policy as texts of a form, and as the JSON that the API takes."""

import json
from typing import Any, Self

from pydantic import BaseModel, Field, ValidationError

from api.console.forms import Wrong, wrong_in
from api.own.item_policies import ITEM_FIELDS
from api.own.policy_bodies import PolicyBody
from domain.errors import InvalidRequestError
from domain.policy import Policy

_BOXES = ("automation", "concealWaiting", "doubleOptIn")
_NUMBERS = (
    "minimumStock",
    "shoppersPerUnit",
    "waveIntervalMinutes",
    "capPerRestock",
    "expireAfterDays",
    "forgetUnconfirmedAfterDays",
)
_WORDS = ("order", "timeZone", "ownerNotices", "unknownDelivery")


class PolicyForm(BaseModel):
    """An empty number is none; a box that is not ticked is off. Named as in `/v1/policy`."""

    automation: str = Field(default="", max_length=10)
    minimumStock: str = Field(default="", max_length=20)
    shoppersPerUnit: str = Field(default="", max_length=20)
    waveIntervalMinutes: str = Field(default="", max_length=20)
    order: str = Field(default="", max_length=20)
    capPerRestock: str = Field(default="", max_length=20)
    quietFrom: str = Field(default="", max_length=5)
    quietTo: str = Field(default="", max_length=5)
    timeZone: str = Field(default="", max_length=64)
    ownerNotices: str = Field(default="", max_length=20)
    unknownDelivery: str = Field(default="", max_length=20)
    expireAfterDays: str = Field(default="", max_length=20)
    concealWaiting: str = Field(default="", max_length=10)
    doubleOptIn: str = Field(default="", max_length=10)
    forgetUnconfirmedAfterDays: str = Field(default="", max_length=20)
    conditions: str = Field(default="", max_length=20_000)

    @classmethod
    def of(cls, policy: Policy) -> Self:
        """A policy, as the form shows it."""
        stored = policy.model_dump(mode="json", by_alias=True)
        hours = stored["quietHours"] or {}
        return cls(
            **{name: "on" if stored[name] else "" for name in _BOXES},
            **{name: _shown(stored[name]) for name in _NUMBERS},
            **{name: stored[name] for name in _WORDS},
            quietFrom=hours.get("from", "")[:5],
            quietTo=hours.get("to", "")[:5],
            conditions=json.dumps(policy.conditions, indent=2, ensure_ascii=False)
            if policy.conditions
            else "",
        )

    def changes(self, of_item: bool, wrong: Wrong) -> dict[str, Any]:
        """The fields as they are stored; nothing, and lines in `wrong`, where some are wrong."""
        try:
            given = self._as_json()
            fields = ITEM_FIELDS if of_item else given.keys()
            body = PolicyBody.model_validate({name: given[name] for name in fields})
            return body.changes()
        except (ValidationError, InvalidRequestError) as error:
            wrong.update(wrong_in(error))
        except json.JSONDecodeError as error:
            wrong["conditions"] = f"line {error.lineno}: {error.msg}"
        return {}

    def _as_json(self) -> dict[str, Any]:
        hours = {"from": self.quietFrom, "to": self.quietTo}
        return {
            **{name: getattr(self, name) == "on" for name in _BOXES},
            **{name: _number(getattr(self, name)) for name in _NUMBERS},
            **{name: getattr(self, name) for name in _WORDS},
            "quietHours": hours if any(hours.values()) else None,
            "conditions": json.loads(self.conditions) if self.conditions.strip() else {},
        }


def _shown(number: float | None) -> str:
    return "" if number is None else f"{number:g}" if isinstance(number, float) else str(number)


def _number(text: str) -> int | float | str | None:
    """What the text says; a text that is no number stays, to be refused by its field."""
    text = text.strip()
    if not text:
        return None
    try:
        return int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        return text
