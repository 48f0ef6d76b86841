"""E-mail addresses, as far as they can be judged without asking their mail server."""

from email.utils import parseaddr

from email_validator import (
    SPECIAL_USE_DOMAIN_NAMES,
    EmailNotValidError,
    ValidatedEmail,
    validate_email,
)

from domain.text import LONGEST_NAME, one_line

# A self-hosted shop may well have a mail server for `.local` or `.test`.
SPECIAL_USE_DOMAIN_NAMES.clear()

_LONGEST_SENDER = LONGEST_NAME + 254


def deliverable(address: str, own_host: str = "") -> str:
    """The address in its normal form: the domain in lower case, one Unicode form.

    The only domain without a period that is taken is `own_host`. Raises `ValueError` saying what
    is wrong.
    """
    checked = _checked(address)
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
    _, address = parseaddr(one_line(text, _LONGEST_SENDER))
    if not address or "@" not in address:
        raise ValueError("must be an address, or a name and an address: My shop <a@example.com>")
    own_address(address)
    return text


def transportable(address: str) -> str:
    """`address` as every mail server takes it, where there is such a form.

    That is with its domain in ASCII (IDNA), where what stands before the @-sign is ASCII too.
    """
    return address if address.isascii() else _checked(address).ascii_email or address


def ascii_domain(address: str) -> str:
    """The domain of an address, in ASCII."""
    if address.isascii():
        return address.rpartition("@")[2]
    return _checked(address).ascii_domain


def _checked(address: str) -> ValidatedEmail:
    try:
        return validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
