"""The form in which an owner writes to a shopper."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, Field

from api.console.forms import Wrong
from domain.messages import LONGEST_SUBJECT, LONGEST_TEXT, NewMessage
from domain.text import one_line, storable

# A form that is not filled in sends an empty text.
MaybeId = Annotated[UUID | None, BeforeValidator(lambda value: value or None)]


class MessageForm(BaseModel):
    """What the owner writes. `marks`: the request that counts as told once it is sent."""

    subject: Annotated[str, Field(max_length=4 * LONGEST_SUBJECT)] = ""
    text: Annotated[str, Field(max_length=4 * LONGEST_TEXT)] = ""
    marks: MaybeId = None

    def wrong(self) -> Wrong:
        """What is wrong with which field, in words."""
        found = Wrong()
        for name, check in (("subject", _checked_subject), ("text", _checked_text)):
            try:
                check(getattr(self, name))
            except ValueError as error:
                found[name] = f"It {error}."
        return found

    def message(self, contact_id: UUID) -> NewMessage:
        """What is written to a shopper, once nothing is wrong with it."""
        return NewMessage(
            contact_id=contact_id,
            subject=" ".join(self.subject.split()),
            text=self.text.replace("\r\n", "\n"),
            marks=self.marks,
        )


def _checked_subject(subject: str) -> None:
    one_line(subject.strip(), LONGEST_SUBJECT)
    storable(subject)


def _checked_text(text: str) -> None:
    storable(text)
    if not text.strip():
        raise ValueError("must not be empty")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"must not be longer than {LONGEST_TEXT:,} characters")
