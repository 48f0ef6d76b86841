"""Every setting of Restock: one class, one prefix, secrets also by file.

Temporal's own settings (address, namespace, API key, TLS) are Temporal's: see
`temporalio.envconfig`.
"""

import difflib
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from domain.setting_types import (
    Address,
    Campaign,
    CaptchaUrl,
    DnsName,
    Duration,
    Limit,
    LimitsStore,
    Names,
    Networks,
    Origins,
    Sender,
    SocketAddress,
)

PREFIX = "RESTOCK_"
_FILE_SUFFIX = "_FILE"


class Settings(BaseSettings):
    """What a Restock process reads from `RESTOCK_*` environment variables.

    Each may be given as `RESTOCK_X_FILE` instead: the path of a file that holds the value.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, env_ignore_empty=True
    )

    database_url: SecretStr = Field(
        default=SecretStr(""),
        description="Postgres, as `postgresql://user:password@host:5432/name`. "
        "Not needed with the embedded stack.",
    )
    database_connections: int = Field(
        default=10, ge=2, le=500, description="Most Postgres connections of one process."
    )
    host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    port: int = Field(default=8080, ge=1, le=65535, description="Port the API listens on.")
    public_url: str = Field(
        default="http://127.0.0.1:8080",
        description="Where the API is reached from outside; used in links in mails. Mail programs "
        "offer to end mails in one click where it is https.",
    )
    trusted_proxies: Networks = Field(
        default=(),
        description="Addresses or networks of the proxies in front of the API, comma-separated, "
        "such as `172.16.0.0/12`. Only their `X-Forwarded-For` and `X-Forwarded-Proto` count.",
    )
    shop_origins: Origins = Field(
        default=(),
        description="Origins of the shop's pages, comma-separated, such as `https://shop.example`: "
        "their scripts may call the API with a storefront key. None without it.",
    )
    storefront_limit_per_client: Limit = Field(
        default="30/minute",
        description="How many requests the storefront may make for one client (an IPv4 address, "
        "an IPv6 /64): `30/minute`, `5/second; 100/hour`, or `off`.",
    )
    storefront_limit_per_address: Limit = Field(
        default="20/hour", description="The same for one e-mail address, or contact."
    )
    storefront_limit_per_site: Limit = Field(
        default="1200/minute", description="The same for a whole site."
    )
    storefront_form_limit_per_client: Limit = Field(
        default="6/minute; 60/hour",
        description="How many forms of pages without JavaScript are taken from one client, beside "
        "the limits above.",
    )
    captcha_url: CaptchaUrl | None = Field(
        default=None,
        description="Where the answers of a CAPTCHA are verified, such as "
        "`https://challenges.cloudflare.com/turnstile/v0/siteverify`; hCaptcha's and reCAPTCHA's "
        "work too. With it, requests of a storefront need its token.",
    )
    captcha_secret: SecretStr = Field(
        default=SecretStr(""), description="The secret of the CAPTCHA service."
    )
    limits_url: LimitsStore | None = Field(
        default=None,
        description="Redis in which all API processes count together, as "
        "`redis://user:password@host:6379/0`. Without it each counts for itself.",
    )
    smtp_url: SecretStr = Field(
        default=SecretStr("smtp://127.0.0.1:1025"),
        description="Mail server: `smtp://user:password@host:587?starttls=required`, "
        "`smtps://user:password@host:465`. `starttls` is `auto` (used where offered, default), "
        "`required` or `never`.",
    )
    smtp_connections: int = Field(
        default=10,
        ge=1,
        le=200,
        description="Most connections of one worker to the mail server; all workers together have "
        "that times their number. Fewer are used while the server pushes back.",
    )
    smtp_ca_file: Path | None = Field(
        default=None, description="Certificate authority of the mail server, as a PEM file."
    )
    mail_from: Sender = Field(
        default="Restock <restock@localhost>",
        description="Sender of all mail, where the site has none of its own.",
    )
    dkim_key: SecretStr | None = Field(
        default=None,
        description="Private key (PEM, RSA of 1,024 bits or more, or Ed25519) by which mails are "
        "signed (DKIM). Without it they are not, and the mail server may do it.",
    )
    dkim_selector: DnsName | None = Field(
        default=None, description="Selector under which DNS has the key's public half."
    )
    dkim_domain: DnsName | None = Field(
        default=None,
        description="Domain that signs. Mails from it and from what is below it are signed. By "
        "default that of `RESTOCK_MAIL_FROM`.",
    )
    utm: Campaign = Field(
        default="utm_source=restock&utm_medium=email&utm_campaign=back_in_stock",
        description="What the links in mails to shoppers tell the shop's statistics, or `off`. "
        "Addresses with `utm_…` parameters of the shop's keep those.",
    )
    template_dir: Path | None = Field(
        default=None,
        description="Folder of own mail templates: `back_in_stock/subject.txt`, `body.txt`, "
        "`body.html`, and translations as `back_in_stock/sv/…`; what is missing is taken from "
        "Restock, in the same language.",
    )
    owner_email: Address = Field(
        default="owner@localhost",
        description="Where owner notices go, where the site has no address of its own.",
    )
    owner_key: SecretStr | None = Field(
        default=None, description="Bootstrap owner key of site `main`."
    )
    email_give_up_after: Duration = Field(
        default=timedelta(hours=48),
        gt=timedelta(0),
        description="How long a mail is retried before its request is FAILED: `90s`, `30m`, "
        "`48h`, `2d`.",
    )
    email_rate: float | None = Field(
        default=None,
        gt=0,
        allow_inf_nan=False,
        description="Most mails to shoppers a second, over all workers, until `restock mail rate` "
        "sets another. Must be the same for every worker.",
    )
    shutdown_grace: Duration = Field(
        default=timedelta(seconds=30),
        ge=timedelta(0),
        description="How long a stopping worker lets mail in flight finish.",
    )
    catalog_app_ids: Names = Field(
        default=(),
        description="App ids of further catalogues, comma-separated, besides the two of Wix "
        "Stores.",
    )
    feed_interval: Duration = Field(
        default=timedelta(minutes=15),
        ge=timedelta(seconds=1),
        description="How often product feeds are read from their URLs. Applies at the next start "
        "of a worker.",
    )
    feed_max_bytes: int = Field(
        default=512 * 1024**2,
        ge=1,
        description="Most bytes of a product feed that is uploaded.",
    )
    allow_private_urls: bool = Field(
        default=False,
        description="Whether product feeds may be read from private networks and this machine; "
        "for development. Must be the same for the API and every worker.",
    )
    metrics_address: SocketAddress | None = Field(
        default=None,
        description="Where a worker serves the Prometheus metrics of Temporal's SDK, as "
        "`127.0.0.1:9464`; with `restock up`, further workers take the ports that follow.",
    )
    mailbox_dir: Path | None = Field(
        default=None, description="Maildir of the embedded mailbox, shown at `/mailbox`."
    )
    temporal_ui_url: str = Field(
        default="http://127.0.0.1:8233", description="Where the Temporal UI is, for links."
    )
    log_level: str = Field(
        default="INFO",
        pattern="^(DEBUG|INFO|WARNING|ERROR)$",
        description="`DEBUG`, `INFO`, `WARNING` or `ERROR`.",
    )
    data_dir: Path = Field(
        default=Path(".restock"), description="Where the embedded stack keeps its data."
    )
    temporal_port: int = Field(
        default=7233, ge=1, le=65535, description="Port of the embedded Temporal server."
    )
    temporal_ui_port: int = Field(
        default=8233, ge=1, le=65535, description="Port of the embedded Temporal UI."
    )
    workers: int = Field(
        default=1, ge=1, le=64, description="Worker processes of the embedded stack."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings


class UnknownSettingError(ValueError):
    """A `RESTOCK_*` variable that no setting has."""


def load_settings(env: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment.

    Raises `UnknownSettingError` for a misspelt name, `pydantic.ValidationError` for a bad value
    and `OSError` for an unreadable `_FILE`.
    """
    env = os.environ if env is None else env
    given = {key[len(PREFIX) :]: env[key] for key in env if key.startswith(PREFIX) and env[key]}
    _refuse_unknown(given)
    from_files = {
        key.removesuffix(_FILE_SUFFIX).lower(): Path(path).read_text(encoding="utf-8").strip()
        for key, path in given.items()
        if _is_file_of_a_setting(key)
    }
    plain = {key.lower(): value for key, value in given.items() if not _is_file_of_a_setting(key)}
    return Settings.model_validate(plain | from_files)


def _is_file_of_a_setting(key: str) -> bool:
    return key.lower() not in Settings.model_fields and key.endswith(_FILE_SUFFIX)


def _refuse_unknown(given: Mapping[str, str]) -> None:
    known = {name.upper() for name in Settings.model_fields}
    for key in given:
        name = key.removesuffix(_FILE_SUFFIX) if _is_file_of_a_setting(key) else key
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {PREFIX}{close[0]}?" if close else ""
            raise UnknownSettingError(f"{PREFIX}{key} is not a setting of Restock.{hint}")
