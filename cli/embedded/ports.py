"""Whether the stack's ports can be had, asked before anything is started."""

import errno
import socket
from contextlib import ExitStack

from cli.embedded.errors import PortError
from cli.embedded.options import StackOptions
from cli.embedded.temporal import HOST


def check_ports(options: StackOptions) -> None:
    """Raises `PortError`, which names the flag, for a port that is taken or asked for twice."""
    settings = options.settings
    with ExitStack() as held:
        for host, port, what, flag in (
            (settings.host, settings.port, "the API", "--port"),
            (HOST, settings.temporal_port, "Temporal", "--temporal-port"),
            (HOST, settings.temporal_ui_port, "the Temporal UI", "--temporal-ui-port"),
        ):
            try:
                held.enter_context(_listen(host, port))
            except OSError as error:
                raise PortError(_explain(error, host, port, what, flag)) from error


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def _explain(error: OSError, host: str, port: int, what: str, flag: str) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} for {what} is already in use. Choose another with {flag}."
    if error.errno == errno.EACCES:
        return f"Port {port} for {what} needs more rights. Choose one above 1023 with {flag}."
    return f"{what} cannot listen on {host}, port {port}: {error.strerror or error}."
