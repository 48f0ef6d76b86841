"""`POST /widget/request`: a shopper asks by a plain HTML form in the shop's page.

The form is the create call in other clothes: the same key, limits, captcha and answers.
"""

import logging
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, BackgroundTasks, Form, Request
from fastapi.responses import HTMLResponse

from api import storefront
from api.captcha import CaptchaChecked
from api.services import Served, Services
from api.storefront import StorefrontLimited
from api.widget import FORM
from api.widget.fields import WidgetForm
from api.widget.pages import asked_for, page
from api.widget.words import language_of, wait_in_words, words
from api.wix.notifications import create_back_in_stock_notification_request
from domain.errors import (
    CaptchaNeededError,
    CollectionDisabledError,
    ForbiddenError,
    InvalidRequestError,
    RequestAlreadyExistsError,
    RestockError,
    TooManyRequestsError,
    UnauthenticatedError,
)
from domain.images import shown_url
from store.records import ApiKey

log = logging.getLogger("restock.api")

router = APIRouter(include_in_schema=False)

_WORDS: dict[type[RestockError], str] = {
    RequestAlreadyExistsError: "already",
    CaptchaNeededError: "person",
    TooManyRequestsError: "later",
    CollectionDisabledError: "closed",
}
_EMAIL = "request.email"
# Sending the form again may help. (A captcha is in the shop's page alone.)
_AGAIN = ("address", "consent", "later", "trouble")


@dataclass(frozen=True)
class _Answers:
    """What the shopper is answered, in their language."""

    form: WidgetForm
    language: str
    back: str

    def of(self, what: str, status_code: int = 200, wait: int = 0) -> HTMLResponse:
        message = words()[self.language][what]
        return page(
            self.language,
            status_code=status_code,
            message=message.replace("{wait}", wait_in_words(wait, self.language)),
            good=what in ("done", "already"),
            wrong=what,
            form=self.form if what in _AGAIN else None,
            back=self.back,
        )

    def refused(self, error: RestockError) -> HTMLResponse:
        wait = int(error.headers.get("Retry-After", 0))
        reply = self.of(_words_of(error), error.http_status, wait)
        reply.headers.update(error.headers)
        return reply


@router.post(FORM)
async def ask(
    http: Request,
    form: Annotated[WidgetForm, Form()],
    services: Served,
    limits: StorefrontLimited,
    captcha: CaptchaChecked,
    after_reply: BackgroundTasks,
) -> HTMLResponse:
    """Make the request, and say so in a page of its own."""
    answers = _answers(http, services, form)
    if not _is_from_a_shop(http, services):
        log.warning("form_from_elsewhere", extra={"hint": "set RESTOCK_SHOP_ORIGINS"})
        return answers.of("setup", ForbiddenError.http_status)
    # Only what fills in every field of a page has seen this one: it is thanked and forgotten.
    if form.website:
        log.info("form_of_a_program")
        return answers.of("done")
    if form.consent and not form.consent_given:
        return answers.of("consent", InvalidRequestError.http_status)
    try:
        caller = await _caller(services, form.site_key)
        await limits.admit_form(http, caller, services.store.sites)
        await create_back_in_stock_notification_request(
            form.body(),
            caller,
            services,
            limits,
            captcha,
            http,
            after_reply,
            captcha_token=form.captcha_token,
        )
    except RestockError as error:
        return answers.refused(error)
    return answers.of("done")


async def _caller(services: Services, key: str) -> ApiKey:
    found = await services.store.sites.find_key(key)
    # An owner's key must not stand in a page, so it does not work there.
    if found is None or found.scope != storefront.SCOPE:
        raise UnauthenticatedError()
    return found


def _words_of(error: RestockError) -> str:
    if known := _WORDS.get(type(error)):
        return known
    fields = {each.field for each in error.violations}
    if fields == {_EMAIL}:
        return "address"
    if error.http_status >= 500:
        return "trouble"
    # What the shop has to mend, so it is told which fields; what they hold may be anybody's.
    log.warning("form_set_up_wrong", extra={"code": error.code, "fields": sorted(fields)})
    return "setup"


def _answers(http: Request, services: Services, form: WidgetForm) -> _Answers:
    page_of_item = shown_url(form.item_url)
    leads_back = _origin(page_of_item) in _shop_origins(http, services)
    language = language_of(form.locale, *asked_for(http))
    return _Answers(form, language, page_of_item if leads_back else "")


def _is_from_a_shop(http: Request, services: Services) -> bool:
    """Browsers say where a form is from: pages of others must not use their visitors for this."""
    origin = http.headers.get("Origin")
    return origin is None or origin in _shop_origins(http, services)


def _shop_origins(http: Request, services: Services) -> tuple[str, ...]:
    """The shop's, and Restock's own, of whose page a form is sent again."""
    own = f"{http.url.scheme}://{http.url.netloc}", _origin(services.settings.public_url)
    return (*services.settings.shop_origins, *own)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
