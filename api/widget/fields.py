"""The fields of the form for pages without JavaScript, and the create call they make."""

import json
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from api.captcha import LONGEST_TOKEN
from api.violations import invalid_request
from api.wix.models import CreateBody
from domain.catalog import WIX_STORES_APP_IDS
from domain.errors import FieldViolation, InvalidRequestError

_LONGEST = 5000


def _text(longest: int = _LONGEST, **given: Any) -> Any:
    return Field(default="", max_length=longest, **given)


class WidgetForm(BaseModel):
    """As the shop wrote it into its page, and the shopper filled it in. Empty: not given."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")

    site_key: str = _text(200)
    app_id: str = _text()
    item_id: str = _text()
    options: str = _text()
    item_name: str = _text()
    item_price: str = _text()
    item_image: str = _text()
    item_url: str = _text()
    locale: str = _text()
    quantity: str = _text(20)
    external_id: str = _text()
    email: str = _text()
    consent: str = _text()
    consent_given: str = _text(20)
    website: str = _text(description="Hidden from people.")
    captcha_token: str = _text(
        LONGEST_TOKEN,
        validation_alias=AliasChoices(
            "captchaToken",
            # As the services name them.
            "cf-turnstile-response",
            "h-captcha-response",
            "g-recaptcha-response",
        ),
    )

    def body(self) -> CreateBody:
        """The create call that asks the same. Raises `InvalidRequestError`."""
        try:
            return CreateBody.model_validate(self._json())
        except ValidationError as error:
            raise invalid_request(error.errors()) from None

    def hidden(self) -> dict[str, str]:
        """What the shop wrote, by the names of the fields."""
        typed = {"email", "consent_given", "captcha_token", "website"}
        return {
            name: value
            for name, value in self.model_dump(by_alias=True, exclude=typed).items()
            if value
        }

    def _json(self) -> dict[str, Any]:
        reference = {
            "appId": self.app_id or WIX_STORES_APP_IDS[0],
            "catalogItemId": self.item_id,
            "options": self._options(),
        }
        request = {
            "catalogReference": reference,
            "email": self.email.strip(),
            "itemUrl": self.item_url or None,
            "locale": self.locale or None,
            "quantity": self.quantity or 1,
            "externalId": self.external_id or None,
        }
        details = {"name": self.item_name, "price": self.item_price}
        details |= {"image": self.item_image} if self.item_image else {}
        return {"request": request, "itemDetails": details} | self._consent()

    def _options(self) -> Any:
        try:
            return json.loads(self.options) if self.options else None
        except ValueError:
            wrong = FieldViolation("request.catalogReference.options", "is not JSON", "FORMAT")
            raise InvalidRequestError(wrong) from None

    def _consent(self) -> dict[str, Any]:
        """The words that the shopper agreed to, and where, if the shop has any."""
        if not self.consent:
            return {}
        return {"consent": {"text": self.consent, "url": self.item_url or None}}
