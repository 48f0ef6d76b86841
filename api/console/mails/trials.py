"""A mail sent as a test, to an address that the owner types."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import JSONResponse, Response
from limits import parse_many

from api.console.audit import audit
from api.console.mails.editing import MailForm, content_of, keep, keep_what_is_new, looked_at
from api.console.mails.editor import editor_page, wants_json
from api.console.mails.places import Named, Place
from api.console.session import Signed, Visitor
from api.rate_limiter import RateLimiter
from api.services import Served, Services
from domain.addresses import own_address
from domain.errors import EngineUnavailableError
from domain.mail_templates import TrialMailOutcome

router = APIRouter(prefix="/mails/{kind}/{locale}")

# Enough to try things out, and too few to write to a list of people.
_OF_A_SITE = parse_many("5 per minute; 30 per hour; 100 per day")
_TOO_OFTEN = "Too many tests. Try again later: in {minutes} min."


@router.post("/test")
async def send_test(
    request: Request,
    visitor: Signed,
    services: Served,
    place: Named,
    form: Annotated[MailForm, Form()],
) -> Response:
    """Send what is being written, saved or not, and show what the mail server answered."""
    try:
        recipient = own_address(form.test_to.strip())
    except ValueError as error:
        return await _answer(request, visitor, services, place, form, wrong_address=str(error))
    content = await content_of(services, visitor, place, form.request_id)
    if (await looked_at(services, place, form.parts, [content])).problems:
        outcome = _not_sent("Nothing was sent: something is wrong with the mail.")
    elif wait := await _limiter(request).retry_after(_OF_A_SITE, f"test mails {visitor.site}"):
        outcome = _not_sent(_TOO_OFTEN.format(minutes=-(-wait // 60)))
    else:
        outcome = await _send(services, visitor, place, form, recipient)
        await audit(services, visitor, f"Sent a test of the mail for {place.name}.")
    await keep_what_is_new(services, visitor, place, form)
    return await _answer(request, visitor, services, place, form, tested=outcome)


async def _send(
    services: Services, visitor: Visitor, place: Place, form: MailForm, recipient: str
) -> TrialMailOutcome:
    mails = services.store.mail_templates
    draft_id = await keep(services, visitor, place, form)
    await mails.address_draft(visitor.site, draft_id, recipient)
    try:
        return await services.engine.send_trial_mail(visitor.site, draft_id)
    except EngineUnavailableError as error:
        return _not_sent(error.text)
    finally:
        # It may be anybody's: it is not kept.
        await mails.address_draft(visitor.site, draft_id, None)


def _not_sent(reply: str) -> TrialMailOutcome:
    return TrialMailOutcome(accepted=False, reply=reply)


async def _answer(
    request: Request,
    visitor: Visitor,
    services: Services,
    place: Place,
    form: MailForm,
    tested: TrialMailOutcome | None = None,
    wrong_address: str = "",
) -> Response:
    if wants_json(request):
        outcome = tested or _not_sent(wrong_address)
        return JSONResponse(outcome.model_dump())
    return await editor_page(
        request, visitor, services, place, form, tested=tested, wrong_address=wrong_address
    )


def _limiter(request: Request) -> RateLimiter:
    limiter: RateLimiter = request.app.state.test_mails
    return limiter
