"""E-mail addresses, as far as they can be judged without asking their mail server."""

from email.utils import parseaddr

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# A self-hosted shop may well have a mail server for `.local` or `.test`.
SPECIAL_USE_DOMAIN_NAMES.clear()


def deliverable(address: str, own_host: str = "") -> str:
    """The address in its normal form: the domain in lower case, one Unicode form.

    The only domain without a period that is taken is `own_host`. Raises `ValueError` saying what
    is wrong.
    """
    try:
        checked = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if "." not in checked.domain and checked.domain != own_host:
        raise ValueError("The part after the @-sign is not valid. It should have a period.")
    return checked.normalized


def own_address(address: str) -> str:
    """An address of the shop's own; on this machine, where the embedded mailbox catches it."""
    return deliverable(address, own_host="localhost")


def sender(text: str) -> str:
    """A sender: an address, or a name and an address as in `My shop <shop@example.com>`.

    Raises `ValueError` saying what is wrong.
    """
    name, address = parseaddr(text)
    if not address or "@" not in address:
        raise ValueError("must be an address, or a name and an address: My shop <a@example.com>")
    if any(mark in name for mark in "\r\n"):
        raise ValueError("must be one line")
    own_address(address)
    return text
