"""A mail sent as a test, to an address that the owner types."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from limits import parse_many

from api.console.mails.editing import MailForm, content_of, keep, keep_what_is_new, looked_at
from api.console.mails.editor import Written, editor_page, wants_json
from api.console.mails.places import AtDesk, Desk
from api.rate_limiter import RateLimiter
from domain.addresses import own_address
from domain.errors import EngineUnavailableError
from domain.mail_templates import TrialMailOutcome

router = APIRouter(prefix="/mails/{kind}/{locale}")

# Enough to try things out, and too few to write to a list of people.
_OF_A_SITE = parse_many("5 per minute; 30 per hour; 100 per day")
_WRONG = "Nothing was sent: something is wrong with the mail."
_TOO_OFTEN = "Too many tests. Try again later: in {minutes} min."


@router.post("/test")
async def send_test(desk: AtDesk, form: Written) -> Response:
    """Send what is being written, saved or not, and show what the mail server answered."""
    try:
        recipient = own_address(form.test_to.strip())
    except ValueError as error:
        return await _answer(desk, form, wrong_address=str(error))
    outcome = await _tried(desk, form, recipient)
    await keep_what_is_new(desk, form)
    return await _answer(desk, form, outcome)


async def _tried(desk: Desk, form: MailForm, recipient: str) -> TrialMailOutcome:
    content = await content_of(desk, form.request_id)
    if (await looked_at(desk, form.parts, content)).problems:
        return _not_sent(_WRONG)
    limiter = _limiter(desk.request)
    if wait := await limiter.retry_after(_OF_A_SITE, f"test mails {desk.visitor.site}"):
        return _not_sent(_TOO_OFTEN.format(minutes=-(-wait // 60)))
    await desk.audit(f"Sent a test of the mail for {desk.place.name}.")
    return await _sent(desk, form, recipient)


async def _sent(desk: Desk, form: MailForm, recipient: str) -> TrialMailOutcome:
    site, draft_id = desk.visitor.site, await keep(desk, form)
    await desk.mails.address_draft(site, draft_id, recipient)
    try:
        return await desk.services.engine.send_trial_mail(site, draft_id)
    except EngineUnavailableError as error:
        return _not_sent(error.text)
    finally:
        # It may be anybody's: it is not kept.
        await desk.mails.address_draft(site, draft_id, None)


def _not_sent(reply: str) -> TrialMailOutcome:
    return TrialMailOutcome(accepted=False, reply=reply)


async def _answer(
    desk: Desk, form: MailForm, tested: TrialMailOutcome | None = None, wrong_address: str = ""
) -> Response:
    if wants_json(desk.request):
        return JSONResponse((tested or _not_sent(wrong_address)).model_dump())
    return await editor_page(desk, form, tested=tested, wrong_address=wrong_address)


def _limiter(request: Request) -> RateLimiter:
    limiter: RateLimiter = request.app.state.test_mails
    return limiter
