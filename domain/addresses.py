"""E-mail addresses, as far as they can be judged without asking their mail server."""

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

# A self-hosted shop may well have a mail server for `.local` or `.test`.
SPECIAL_USE_DOMAIN_NAMES.clear()


def deliverable(address: str) -> str:
    """The address in its normal form: the domain in lower case, one Unicode form.

    Raises `ValueError` saying what is wrong.
    """
    try:
        checked = validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    if "." not in checked.domain:
        raise ValueError("The part after the @-sign is not valid. It should have a period.")
    return checked.normalized
