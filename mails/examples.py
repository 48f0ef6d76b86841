"""The values that a template may write, each as it comes out now."""

from dataclasses import dataclass

from domain.mail_templates import MailKind
from mails.checks import spoken_locale
from mails.letters import Templates
from mails.values import mail_values
from mails.variables import VARIABLES, Variable
from store.records import MailContent


@dataclass(frozen=True)
class ExampleValue:
    """A value that may be written, and what it says with some data; perhaps nothing."""

    variable: Variable
    says: str


def example_values(
    templates: Templates, kind: MailKind, locale: str, content: MailContent
) -> list[ExampleValue]:
    """All that a mail written for `locale` may say, with the data of a shopper."""
    spoken = spoken_locale(locale, content.locale)
    values = mail_values(content.known_item, content, {}, spoken)

    def said(variable: Variable) -> str:
        template = templates.environment.compiled("example.txt", variable.snippet)
        return templates.render_part(template, values, bool(locale), spoken)

    return [ExampleValue(variable, said(variable)) for variable in VARIABLES[kind]]
