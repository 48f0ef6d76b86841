"""Logs: one JSON object a line, one line an event, no address in any."""

import logging
import sys

from pythonjsonlogger.json import JsonFormatter

from domain.privacy import masked


class _Masking(logging.Filter):
    """Takes addresses out of messages, whichever library wrote them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if "@" in text:
            record.msg, record.args = masked(text), ()
        return True


class _MaskingFormatter(JsonFormatter):
    def formatException(self, ei: object) -> str:
        return masked_lines(super().formatException(ei))  # type: ignore[arg-type]


def masked_lines(text: str) -> str:
    """`masked`, for a text whose lines are to be kept."""
    return "\n".join(masked(line) if "@" in line else line for line in text.splitlines())


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
