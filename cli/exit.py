"""The one way a Restock process ends."""

import logging
import os
import sys
from typing import NoReturn


def leave(code: int) -> NoReturn:
    """Flush what was written and end the process with `code`.

    Interpreter shutdown is skipped: temporalio's native threads can crash it although all work
    is done (temporalio/sdk-python issue 300).
    """
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            continue
    os._exit(code)
