"""Templates that cannot be rendered: which one it is, in which line, and why."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

from jinja2 import TemplateSyntaxError


class MailTemplateError(Exception):
    """A template that cannot be rendered; says which, the line where that is known, and why."""

    def __init__(self, name: str, reason: str, line: int | None = None) -> None:
        super().__init__(f"{name}, line {line}: {reason}" if line else f"{name}: {reason}")
        self.name, self.reason, self.line = name, reason, line


def located(name: str, error: Exception, folders: Iterable[Path]) -> MailTemplateError:
    """What went wrong in the template `name`, or in another one that it extends or includes.

    `folders`: where the files of templates are.
    """
    reason = str(error) or type(error).__name__
    if isinstance(error, TemplateSyntaxError):
        return MailTemplateError(error.name or name, error.message or reason, error.lineno)
    places = list(_places(error.__traceback__))
    if not places:
        return MailTemplateError(name, reason)
    file, line = places[-1]
    return MailTemplateError(_name_of(Path(file), folders), reason, line)


def _places(frame: TracebackType | None) -> Iterator[tuple[str, int]]:
    """The lines of templates that an error came through; Jinja marks their frames."""
    while frame:
        if "__jinja_exception__" in frame.tb_frame.f_globals:
            yield frame.tb_frame.f_code.co_filename, frame.tb_lineno
        frame = frame.tb_next


def _name_of(file: Path, folders: Iterable[Path]) -> str:
    folder = next((each for each in folders if file.is_relative_to(each)), None)
    return str(file.relative_to(folder) if folder else file)
