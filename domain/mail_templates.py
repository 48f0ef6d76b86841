"""Mail templates as a shop's owner writes them."""

from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from domain.contracts import Contract

DEFAULT = ""
"""In place of a locale's key: the mail for those of whose language there is none."""

LARGEST_PART = 64 * 1024
"""How many bytes (UTF-8) the template of one part may have."""

MOST_LOCALES = 100
"""In how many languages a shop may have a mail of its own: every mail looks through them."""


class MailKind(StrEnum):
    """The mails whose templates an owner may write; the others go to the owner alone."""

    BACK_IN_STOCK = "back_in_stock"


class Part(StrEnum):
    """A part of a mail, which has a template of its own."""

    SUBJECT = "subject"
    TEXT = "text"
    HTML = "html"


class MailParts(BaseModel):
    """The templates of one mail. Of the text and the HTML one may be empty: then it has none."""

    model_config = ConfigDict(frozen=True)

    subject: str
    text: str
    html: str

    def of(self, part: Part) -> str:
        return str(getattr(self, part))


class TrialMailInput(Contract):
    """Starts `TrialMail`: asks for a draft to be sent, to the address that the draft holds."""

    site: str
    draft_id: UUID


class TrialMailOutcome(Contract):
    """Whether the mail server took it, and its words or what went wrong, free of addresses."""

    accepted: bool
    reply: str
