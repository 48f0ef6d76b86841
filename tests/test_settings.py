"""Settings: documented, converted, and refused when they are wrong."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from limits import parse_many
from pydantic import ValidationError

from domain import setting_types
from domain.settings import PREFIX, Settings, UnknownSettingError, load_settings

ROOT = Path(__file__).parents[1]
NAMES = sorted(Settings.model_fields)


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_described_and_in_the_readme(name: str) -> None:
    assert Settings.model_fields[name].description
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"{PREFIX}{name.upper()}" in readme


def test_without_any_variable_the_defaults_hold() -> None:
    assert load_settings({}) == Settings()
    assert load_settings({"PATH": "/bin", f"{PREFIX}PORT": ""}) == Settings()


@pytest.mark.parametrize(
    ("given", "meant"),
    [("PROT", "PORT"), ("SMTP_URI", "SMTP_URL"), ("SMTP_ULR_FILE", "SMTP_URL")],
)
def test_a_misspelt_setting_is_an_error_that_names_the_right_one(given: str, meant: str) -> None:
    with pytest.raises(UnknownSettingError, match=f"Did you mean {PREFIX}{meant}\\?") as error:
        load_settings({f"{PREFIX}{given}": "x"})
    assert f"{PREFIX}{given} is not a setting" in str(error.value)


def test_a_name_like_nothing_is_an_error_without_a_guess() -> None:
    with pytest.raises(UnknownSettingError) as error:
        load_settings({f"{PREFIX}ZZZZZZ": "x"})
    assert "mean" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "duration"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("48h", timedelta(hours=48)),
        ("2 d", timedelta(days=2)),
        ("PT1H", timedelta(hours=1)),
    ],
)
def test_durations_are_written_as_people_write_them(text: str, duration: timedelta) -> None:
    read = load_settings({f"{PREFIX}EMAIL_GIVE_UP_AFTER": text})
    assert read.email_give_up_after == duration


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("DATABASE_CONNECTIONS", "1"),
        ("EMAIL_GIVE_UP_AFTER", "0s"),
        ("EMAIL_GIVE_UP_AFTER", "-1h"),
        ("EMAIL_GIVE_UP_AFTER", "soon"),
        ("EMAIL_RATE", "0"),
        ("EMAIL_RATE", "nan"),
        ("EMAIL_RATE", "inf"),
        ("SHUTDOWN_GRACE", "-1s"),
        ("LOG_LEVEL", "LOUD"),
        ("SMTP_CONNECTIONS", "0"),
        ("MAIL_FROM", "Orchid House"),
        ("MAIL_FROM", "Orchid House <nobody>"),
        ("OWNER_EMAIL", "nobody"),
        ("STOREFRONT_LIMIT_PER_CLIENT", "many"),
        ("STOREFRONT_LIMIT_PER_CLIENT", "0/minute"),
        ("STOREFRONT_LIMIT_PER_CLIENT", "5/fortnight"),
        ("STOREFRONT_LIMIT_PER_SITE", "5/minute;"),
        ("LIMITS_URL", "memcached://localhost"),
        ("TRUSTED_PROXIES", "*"),
        ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
        ("TRUSTED_PROXIES", "10.0.0.1/8"),
        ("METRICS_ADDRESS", "9464"),
        ("METRICS_ADDRESS", "localhost:9464"),
        ("METRICS_ADDRESS", "127.0.0.1:0"),
        ("METRICS_ADDRESS", "127.0.0.1:65536"),
        ("SHOP_ORIGINS", "*"),
        ("SHOP_ORIGINS", "shop.example"),
        ("SHOP_ORIGINS", "https://shop.example/"),
        ("SHOP_ORIGINS", "https://shop.example/path"),
        ("SHOP_ORIGINS", "https://*.shop.example"),
        ("SHOP_ORIGINS", "https://user@shop.example"),
        ("SHOP_ORIGINS", "https://shop.example:65536"),
        ("SHOP_ORIGINS", "https://shop.example, ftp://shop.example"),
    ],
)
def test_a_bad_value_is_an_error_that_names_the_setting(name: str, value: str) -> None:
    with pytest.raises(ValidationError) as error:
        load_settings({f"{PREFIX}{name}": value})
    assert [problem["loc"] for problem in error.value.errors()] == [(name.lower(),)]


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_may_come_from_a_file(name: str, tmp_path: Path) -> None:
    default = getattr(Settings(), name)
    file = tmp_path / "value"
    shown = {"database_url": "postgresql://x", "port": "1234", "mail_from": "A <a@b.test>"}
    text = shown.get(name, "" if default in (None, ()) else str(default))
    file.write_text(f"{text}\n")
    if text and "***" not in text and not isinstance(default, timedelta):
        plain = load_settings({f"{PREFIX}{name.upper()}": text})
        assert load_settings({f"{PREFIX}{name.upper()}_FILE": str(file)}) == plain


def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        load_settings({f"{PREFIX}OWNER_KEY_FILE": str(tmp_path / "missing")})


def test_secrets_are_not_shown() -> None:
    given = {
        f"{PREFIX}DATABASE_URL": "postgresql://u:s3cret@db/restock",
        f"{PREFIX}SMTP_URL": "smtp://u:s3cret@mail",
        f"{PREFIX}OWNER_KEY": "rsk_owner_s3cret",
        f"{PREFIX}LIMITS_URL": "redis://:s3cret@cache/0",
    }
    settings = load_settings(given)
    assert "s3cret" not in f"{settings!r} {settings}"
    assert settings.owner_key is not None
    assert settings.owner_key.get_secret_value() == "rsk_owner_s3cret"


@pytest.mark.parametrize(
    "text", ["30/minute", "1 per second", "5/second; 100/hour", "10/2 days,1/Month", "off", "OFF"]
)
def test_limits_are_written_as_the_library_reads_them(text: str) -> None:
    assert load_settings({f"{PREFIX}STOREFRONT_LIMIT_PER_SITE": text}).storefront_limit_per_site
    assert text.lower() == "off" or parse_many(text)


@given(st.from_regex(setting_types._LIMITS, fullmatch=True))
def test_every_limit_that_is_taken_can_be_kept(text: str) -> None:
    assert all(limit.amount > 0 and limit.get_expiry() > 0 for limit in parse_many(text))


def test_origins_are_kept_as_browsers_send_them() -> None:
    text = "https://Shop.Example, http://localhost:3000,https://a.test:443,http://[::1]:80"
    assert load_settings({f"{PREFIX}SHOP_ORIGINS": text}).shop_origins == (
        "https://shop.example",
        "http://localhost:3000",
        "https://a.test",
        "http://[::1]",
    )


def test_proxies_are_addresses_and_networks() -> None:
    read = load_settings({f"{PREFIX}TRUSTED_PROXIES": "127.0.0.1, 10.0.0.0/8,::1,fd00::/8"})
    assert read.trusted_proxies == ("127.0.0.1", "10.0.0.0/8", "::1", "fd00::/8")


@pytest.mark.parametrize("text", ["127.0.0.1:9464", "0.0.0.0:1", "[::1]:65535"])
def test_metrics_are_served_at_an_address_and_a_port(text: str) -> None:
    assert load_settings({f"{PREFIX}METRICS_ADDRESS": text}).metrics_address == text


def test_app_ids_are_separated_by_commas() -> None:
    read = load_settings({f"{PREFIX}CATALOG_APP_IDS": " a, b ,,c"})
    assert read.catalog_app_ids == ("a", "b", "c")
