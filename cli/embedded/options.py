"""What `restock up` is asked for, and the environment its children get."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.embedded.files import absolute
from cli.embedded.run_file import Addresses
from cli.embedded.temporal import HOST as TEMPORAL_HOST
from cli.embedded.temporal import NAMESPACE
from domain.settings import PREFIX, Settings, load_settings

_ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}


@dataclass(frozen=True)
class StackOptions:
    """The settings of one stack, and the environment they came from.

    `app_command` runs Restock; `api` and `worker` are added to it.
    """

    settings: Settings
    environment: Mapping[str, str]
    app_command: tuple[str, ...] = (sys.executable, "-m", "cli")

    @property
    def data_dir(self) -> Path:
        return absolute(self.settings.data_dir)

    @property
    def api_host(self) -> str:
        """Where this machine reaches the API."""
        return _ANY_ADDRESS.get(self.settings.host, self.settings.host)

    @property
    def api_url(self) -> str:
        host = f"[{self.api_host}]" if ":" in self.api_host else self.api_host
        return f"http://{host}:{self.settings.port}"

    @property
    def temporal_address(self) -> str:
        return f"{TEMPORAL_HOST}:{self.settings.temporal_port}"

    @property
    def temporal_ui_url(self) -> str:
        return f"http://{TEMPORAL_HOST}:{self.settings.temporal_ui_port}"

    def with_mailbox(self) -> "StackOptions":
        """The same, with all mail caught, whatever mail server is set."""
        kept = {k: v for k, v in self.environment.items() if not k.startswith(f"{PREFIX}SMTP_")}
        return StackOptions(load_settings(kept), kept, self.app_command)

    @property
    def mailbox_dir(self) -> Path:
        return self.data_dir / "mailbox"

    @property
    def catches_mail(self) -> bool:
        return "smtp_url" not in self.settings.model_fields_set


def stack_options(environment: Mapping[str, str] | None = None, **flags: object) -> StackOptions:
    """The environment's settings with the given ones on top; None leaves one as it is.

    Raises what `load_settings` raises.
    """
    given = dict(os.environ if environment is None else environment)
    for name, value in flags.items():
        if value is not None:
            _put(given, PREFIX + name.upper(), str(value))
    return StackOptions(load_settings(given), given)


def child_environment(options: StackOptions, addresses: Addresses) -> dict[str, str]:
    """All settings of `up`, with the addresses of its parts.

    Temporal's own settings point at the embedded server alone, so that neither variables nor the
    profile file of another Temporal installation get in.
    """
    env = {key: value for key, value in options.environment.items() if not _is_foreign(key)}
    for name, value in _own_settings(options, addresses).items():
        _put(env, PREFIX + name, value)
    return env | {
        "TEMPORAL_ADDRESS": addresses.temporal,
        "TEMPORAL_NAMESPACE": NAMESPACE,
        "TEMPORAL_CONFIG_FILE": os.devnull,
        # The directory `up` was called in may hold a package named like one of ours.
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
    }


def _own_settings(options: StackOptions, addresses: Addresses) -> dict[str, str]:
    settings, given = options.settings, options.settings.model_fields_set
    own = {
        "DATABASE_URL": addresses.database,
        "DATA_DIR": str(options.data_dir),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "PUBLIC_URL": settings.public_url if "public_url" in given else addresses.api,
        "TEMPORAL_UI_URL": settings.temporal_ui_url
        if "temporal_ui_url" in given
        else addresses.temporal_ui,
    }
    if addresses.smtp is not None:
        own |= {"SMTP_URL": addresses.smtp, "MAILBOX_DIR": str(options.mailbox_dir)}
    return own


def _put(env: dict[str, str], name: str, value: str) -> None:
    env.pop(name + "_FILE", None)
    env[name] = value


def _is_foreign(key: str) -> bool:
    return key.startswith(("TEMPORAL_", "PG"))
