"""Logs: one JSON object a line, one line an event, no address and no name in any."""

import logging
import sys
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from domain.privacy import masked, without_values


class _Masking(logging.Filter):
    """Takes addresses out of messages, whichever library wrote them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        record.msg, record.args = masked(text) if "@" in text else without_values(text), ()
        return True


class _MaskingFormatter(JsonFormatter):
    def formatException(self, ei: object) -> str:
        return masked_lines(super().formatException(ei))  # type: ignore[arg-type]

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {name: _masked_field(name, value) for name, value in log_data.items()}


def _masked_field(name: str, value: Any) -> Any:
    is_text = isinstance(value, str) and name not in ("event", "exc_info", "stack_info")
    return masked(value) if is_text and "@" in value else value


def masked_lines(text: str) -> str:
    """`masked`, for a traceback, whose lines are to be kept."""
    # Blank lines stand between an exception and the one that it led to.
    shown = "\n\n".join(without_values(each) for each in text.split("\n\n"))
    return "\n".join(masked(line) if "@" in line else line for line in shown.splitlines())


def configure_logging(level: str) -> None:
    """Send every log record of this process to stderr as JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_Masking())
    handler.setFormatter(
        _MaskingFormatter(
            "{levelname}{name}{message}",
            style="{",
            timestamp=True,
            rename_fields={"levelname": "level", "name": "logger", "message": "event"},
        )
    )
    logging.basicConfig(level=level, handlers=[handler], force=True)
