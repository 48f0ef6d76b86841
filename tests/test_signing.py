"""Mails are signed by the shop's key (DKIM), so that a mailbox can prove whose they are."""

import base64
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import cache
from typing import Any

import dkim
import pytest
import pytest_asyncio
from conftest import RunningWorker
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from shop import Shop
from shoppers import address
from smtp_sink import SmtpSink

from activities.mail import written
from activities.mime import mime
from activities.signing import signer
from activities.smtp import Envelope
from domain.settings import Settings, load_settings
from mails.letters import Letter

SELECTOR = "s2026"
DOMAIN = "restock.test"
# No key of anybody's: `openssl genrsa -traditional 512`.
TOO_SHORT = """-----BEGIN RSA PRIVATE KEY-----
MIIBOgIBAAJBALBGODDbU+lLCNpLaZI693kmUWa87ynvpomlOSpVXZ5oQpysWNiO
3hKlxjCaC4dNtyeOniovfxWHbtgaCu4t/TcCAwEAAQJBAIrLH19Isq9UR2oqSru6
9jRL+Xgdd2rbqZNjprkwcgBQ5Ohv+dZjtOt6uzxTmRiEicBd6e586m4ALxzm7t5t
0hECIQDWJcXW2dIi5zqlK3w3vwJAy8XEu79tJmK7b1+oLG/1tQIhANK5kpDEatt/
9NqjJsov6bz/1pHzXCHLh6iE6BaMYLq7AiA9sSQNgTLIW1TJwH1Ikf5ULGANDQlY
qHZJCQzFpgebAQIgSQ2MgiOV6AK0IBfvmqiBn8QR3wc/KXglz4ZD7406+4ECIFBe
rr43TIcuM5PfXK6FlPd8xxPkMinDpm0AUmGf5jAh
-----END RSA PRIVATE KEY-----"""
LETTER = Letter("Zurück: Orchidee", "Text \r\n. und mehr\n\n\n", "<p>Blau ü</p>")
Key = RSAPrivateKey | Ed25519PrivateKey


@cache
def key(algorithm: str) -> Key:
    if algorithm == "ed25519":
        return Ed25519PrivateKey.generate()
    return generate_private_key(65537, int(algorithm.removeprefix("rsa")))


def pem(algorithm: str, form: PrivateFormat = PrivateFormat.PKCS8) -> str:
    return key(algorithm).private_bytes(Encoding.PEM, form, NoEncryption()).decode()


def record(algorithm: str) -> bytes:
    """What DNS says of a key."""
    public = key(algorithm).public_key()
    if algorithm == "ed25519":
        raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
        return b"v=DKIM1; k=ed25519; p=" + base64.b64encode(raw)
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b"v=DKIM1; k=rsa; p=" + base64.b64encode(der)


def is_genuine(content: bytes, algorithm: str = "ed25519") -> bool:
    def dns(name: bytes, timeout: float) -> bytes:
        assert name == f"{SELECTOR}._domainkey.{DOMAIN}.".encode()
        return record(algorithm)

    return bool(dkim.verify(content, dnsfunc=dns))


def signing(text: str, **more: Any) -> Settings:
    known = {"dkim_key": text, "dkim_selector": SELECTOR, "mail_from": f"Shop <shop@{DOMAIN}>"}
    return Settings.model_validate(known | more)


def envelope(sender: str = f"Shop <shop@{DOMAIN}>") -> Envelope:
    return written(LETTER, sender, "ada@example.com", f"<1@{DOMAIN}>")


@pytest.mark.parametrize("algorithm", ["rsa2048", "ed25519"])
async def test_a_mailbox_finds_the_signature_genuine_and_any_change_of_the_mail(
    algorithm: str,
) -> None:
    content = (await signer(signing(pem(algorithm)))(envelope())).content
    assert is_genuine(content, algorithm)
    for was, becomes in (
        (b"Orchidee", b"Orchidea"),
        (b"ada@example.com", b"eve@example.com"),
        (b"und mehr", b"und Meer"),
        (b"From: ", b"From: x@evil.test\r\nFrom: "),
    ):
        assert was in content
        assert not is_genuine(content.replace(was, becomes, 1), algorithm), was


async def test_a_key_is_taken_in_either_form_of_pem_and_with_any_line_ends() -> None:
    for text in (
        pem("rsa2048", PrivateFormat.TraditionalOpenSSL),
        pem("rsa2048").replace("\n", "\r\n"),
        pem("rsa2048").strip(),
    ):
        assert is_genuine((await signer(signing(text))(envelope())).content, "rsa2048")


async def test_the_headers_by_which_a_shopper_ends_mails_are_signed_where_they_are() -> None:
    headers = {
        "From": f"shop@{DOMAIN}",
        "To": "ada@example.com",
        "Subject": "Back",
        "Message-ID": "<1@x.test>",
        "List-Unsubscribe": "<https://x.test/end>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    mail = replace(envelope(), content=mime(headers, "text", ""))
    content = (await signer(signing(pem("ed25519")))(mail)).content
    assert is_genuine(content)
    assert not is_genuine(content.replace(b"x.test/end", b"x.test/eve"))


async def test_an_internationalised_sender_and_recipient_are_signed() -> None:
    mail = written(LETTER, f"Käse <käse@{DOMAIN}>", "jörg@münchen.test", "<1@x.test>")
    assert is_genuine((await signer(signing(pem("ed25519")))(mail)).content)


async def test_only_mails_of_the_domain_and_of_what_is_below_it_are_signed() -> None:
    sign = signer(signing(pem("ed25519"), mail_from="a@other.test", dkim_domain=DOMAIN.upper()))
    assert is_genuine((await sign(envelope(f"shop@MAIL.{DOMAIN}"))).content)
    for stranger in ("shop@other.test", f"shop@not{DOMAIN}", f"shop@{DOMAIN}.evil.test"):
        mail = envelope(stranger)
        assert await sign(mail) == mail


async def test_a_mail_is_signed_once() -> None:
    sign = signer(signing(pem("ed25519")))
    signed = await sign(envelope())
    assert await sign(signed) is signed


async def test_without_a_key_nothing_is_signed() -> None:
    mail = envelope()
    assert await signer(Settings())(mail) is mail


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TOO_SHORT, "512 bits"),
        ("no key", "holds no private key in PEM"),
        ("-----BEGIN PRIVATE KEY-----\n%%%\n-----END PRIVATE KEY-----", "neither"),
        ("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", "neither"),
        (
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----",
            "without a passphrase",
        ),
    ],
)
def test_what_is_no_key_is_said_at_the_start_without_quoting_it(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as error:
        signer(signing(text))
    assert str(error.value).startswith("RESTOCK_DKIM_KEY")
    assert text not in str(error.value)


def test_a_public_key_is_no_key_to_sign_with() -> None:
    public = key("rsa2048").public_key()
    text = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    with pytest.raises(ValueError, match="neither a key"):
        signer(signing(text))


def test_a_key_needs_its_name_in_dns() -> None:
    with pytest.raises(ValueError, match="needs RESTOCK_DKIM_SELECTOR"):
        signer(signing(pem("ed25519"), dkim_selector=None))


@pytest.mark.parametrize("name", ["", "a b", "-a", "a..b", "münchen.test", "a" * 64, "x\n"])
def test_a_selector_is_a_name_of_dns(name: str) -> None:
    with pytest.raises(ValueError, match="DNS"):
        Settings(dkim_selector=name)
    assert load_settings({"RESTOCK_DKIM_SELECTOR": "Mail.2026"}).dkim_selector == "mail.2026"


@pytest_asyncio.fixture
async def signing_worker(worker: RunningWorker) -> AsyncIterator[None]:
    usual = worker.settings
    secrets = {"dkim_key": signing(pem("rsa2048")).dkim_key, "dkim_selector": SELECTOR}
    await worker.stop()
    worker.settings = usual.model_copy(update=secrets)
    await worker.start()
    yield
    await worker.stop()
    worker.settings = usual
    await worker.start()


@pytest.mark.usefixtures("signing_worker")
async def test_a_shopper_and_the_owner_get_signed_mails_and_a_retry_is_the_same_mail(
    shop: Shop, sink: SmtpSink
) -> None:
    shopper, before = address("lost1"), len(sink.envelopes)
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    first, second = sink.to(shopper)
    assert first["Message-ID"] == second["Message-ID"]
    contents = [each.content for each in sink.envelopes[before:]]
    assert len(contents) > 2
    assert all(is_genuine(content, "rsa2048") for content in contents)


@pytest.mark.usefixtures("signing_worker")
async def test_the_mail_that_is_kept_is_the_signed_one(shop: Shop, sink: SmtpSink) -> None:
    shopper = address()
    request_id = await shop.ask(shopper)
    await shop.report()
    await shop.until(request_id, "NOTIFICATION_SENT")
    sql = "SELECT restock_id FROM deliveries WHERE request_id = $1"
    restock_id = await shop.store.pool.fetchval(sql, request_id)
    kept = await shop.store.deliveries.mail_sent(shop.site, request_id, restock_id)
    (sent,) = [each for each in sink.envelopes if shopper in each.rcpt_tos]
    assert kept == sent.content
    assert kept.startswith(b"DKIM-Signature: ")
