"""Where the templates of mails are rendered: the sandbox, and how mails write prices and dates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined, Template, pass_context
from jinja2.runtime import Context

from mails.formats import date, direction, price
from mails.template_errors import located
from mails.template_limits import LimitedEnvironment


class MailEnvironment(LimitedEnvironment):
    """The templates of some folders, those of the first before the others'."""

    def __init__(self, folders: Sequence[Path]) -> None:
        super().__init__(
            loader=FileSystemLoader(folders),
            autoescape=lambda name: name is not None and name.endswith(".html"),
            undefined=StrictUndefined,
            keep_trailing_newline=False,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._folders = folders
        self.filters |= {"money": _money, "date": _date, "direction": direction}

    def compiled(self, name: str, source: str) -> Template:
        """A template that is in no file. Raises `MailTemplateError`."""
        try:
            code = self.compile(source, name, filename=name)
            return Template.from_code(self, code, self.make_globals(None))
        except Exception as error:
            # What is nested too deep for Python raises more than errors of syntax.
            raise located(name, error, self._folders) from error

    def write(self, template: str | Template, values: Mapping[str, Any]) -> str:
        """The text of a template, or of a file's. Raises `MailTemplateError`."""
        name = template if isinstance(template, str) else str(template.name)
        try:
            return self.rendered(template, values)
        except Exception as error:
            # A template can raise anything: it calls filters with whatever it likes.
            raise located(name, error, self._folders) from error


@pass_context
def _money(context: Context, amount: object, currency: object) -> str:
    return price(str(amount), str(currency), context["locale"])


@pass_context
def _date(context: Context, moment: datetime | str) -> str:
    # A report's parameter may have put a text in the place of a moment.
    return moment if isinstance(moment, str) else date(moment, context["locale"])
