"""Looks at a mail that an owner wrote: what it says with some data, and what is wrong with it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from jinja2 import Template, TemplateSyntaxError

from domain.locales import fallback_chain
from domain.mail_templates import LARGEST_PART, MailKind, MailParts, Part
from mails.letters import OWN_NAMES, Templates
from mails.template_errors import MailTemplateError
from mails.unknown_names import unknown_names
from mails.values import mail_values
from mails.variables import VARIABLES, bare, made_up
from store.records import MailContent

# Mail programs show the first hundred; a header of a thousand is refused by some servers.
_LONGEST_SUBJECT = 500
# A mail of more than about 100 kB is cut off by some mail programs.
_LARGEST_RENDERED = 200_000
_NO_ATTRIBUTE = re.compile(r"'[\w. ]+ object' has no attribute '([^']+)'")
_UNDEFINED = re.compile(r"'([^']+)' is undefined")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a part, and in which of its lines, where that is known."""

    part: Part
    line: int | None
    says: str

    def __str__(self) -> str:
        name = {Part.SUBJECT: "Subject", Part.TEXT: "Text", Part.HTML: "HTML"}[self.part]
        return f"{name}, line {self.line}: {self.says}" if self.line else f"{name}: {self.says}"


@dataclass(frozen=True)
class Checked:
    """The parts as they come out, those without an error, and what is wrong in order of lines."""

    rendered: dict[Part, str]
    problems: list[Problem]


def checked(
    templates: Templates,
    kind: MailKind,
    locale: str,
    parts: MailParts,
    contents: Sequence[MailContent],
) -> Checked:
    """Write a mail for `locale` with the first of some data, and see whether it always can be.

    It is tried with all of `contents`, with data that is made up, and without what may be missing.
    """
    tried = [*contents, made_up(contents[0].site_name), bare(contents[0])]
    rendered: dict[Part, str] = {}
    problems: list[Problem] = []
    for part in Part:
        problems += _of_source(templates, kind, part, parts.of(part))
        try:
            outcomes = _tried(templates, kind, locale, part, parts.of(part), tried)
            rendered[part] = outcomes[0]
            problems += _of_outcome(part, outcomes)
        except MailTemplateError as error:
            problems.append(problem(error, part))
    if not (parts.text.strip() or parts.html.strip()):
        problems.append(Problem(Part.TEXT, None, "Write a text, or HTML, or both."))
    return Checked(rendered, _in_order(problems))


def spoken_locale(locale: str, shopper: str | None) -> str | None:
    """In which locale the mail written for `locale` is shown with the data of a shopper."""
    return shopper if not locale or locale in fallback_chain(shopper) else locale


def problem(error: MailTemplateError, part: Part | None = None) -> Problem:
    """What is wrong with a part of an owner's mail, in words; without a part, with the one named.

    It may also be a page of Restock's that went wrong, which the part extends.
    """
    says = _NO_ATTRIBUTE.sub(r"There is no \1 in this mail.", error.reason)
    says = _UNDEFINED.sub(r"There is no \1 in this mail.", says)
    says = says[:1].upper() + says[1:]
    named = next((each for each in Part if OWN_NAMES[each] == error.name), None)
    if named:
        return Problem(named, error.line, says)
    return Problem(part or Part.HTML, None, f"{error.name}, line {error.line}: {says}")


def _tried(
    templates: Templates,
    kind: MailKind,
    locale: str,
    part: Part,
    source: str,
    contents: Sequence[MailContent],
) -> list[str]:
    if len(source.encode()) > LARGEST_PART:
        raise MailTemplateError(OWN_NAMES[part], f"It is larger than {LARGEST_PART:,} bytes.")
    own = templates.environment.compiled(OWN_NAMES[part], source)
    return [_rendered(templates, locale, own, content) for content in contents]


def _rendered(templates: Templates, locale: str, own: Template, content: MailContent) -> str:
    spoken = spoken_locale(locale, content.locale)
    values = mail_values(content.known_item, content, {}, spoken)
    return templates.render_part(own, values, bool(locale), spoken)


def _of_outcome(part: Part, outcomes: Sequence[str]) -> Iterator[Problem]:
    longest = max(map(len, outcomes))
    if part is not Part.SUBJECT:
        if longest > _LARGEST_RENDERED:
            yield Problem(part, None, f"It comes out longer than {_LARGEST_RENDERED:,} characters.")
        return
    if any("\n" in each.strip() or "\r" in each.strip() for each in outcomes):
        yield Problem(part, None, "The subject must be one line.")
    if not all(each.strip() for each in outcomes):
        yield Problem(part, None, "The subject is empty.")
    if longest > _LONGEST_SUBJECT:
        yield Problem(part, None, f"It comes out longer than {_LONGEST_SUBJECT} characters.")


def _of_source(templates: Templates, kind: MailKind, part: Part, source: str) -> Iterator[Problem]:
    known = [variable.name for variable in VARIABLES[kind]]
    try:
        tree = templates.environment.parse(source)
        found = list(unknown_names(tree, known))
    except (TemplateSyntaxError, RecursionError):
        # Said already, where it was compiled.
        return
    for line, says in found:
        yield Problem(part, line, says)


def _in_order(problems: list[Problem]) -> list[Problem]:
    """Of a line the first alone: what was found in the source comes out when it is written, too."""
    order = {part: place for place, part in enumerate(Part)}
    first: dict[tuple[Part, int | None], Problem] = {}
    for each in problems:
        first.setdefault((each.part, each.line), each)
    return sorted(first.values(), key=lambda each: (order[each.part], each.line or 0))
