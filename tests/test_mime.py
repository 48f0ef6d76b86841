"""A mail says what it was written from, whatever that is."""

from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from activities.mail import domain_of, written
from activities.mime import mime
from mails.letters import Letter

SENDER, RECIPIENT, IDENTITY = "Shop <shop@x.test>", "a@example.com", "<1@x.test>"
# What no shop, shopper or template can hand over is left out: lone surrogates.
texts = st.text(st.characters(codec="utf-8"), max_size=3000)
names = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cn"]), max_size=300)


def parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=policy.default)


def part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    assert body is not None
    payload = body.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode()


def sent(letter: Letter) -> EmailMessage:
    return parsed(written(letter, SENDER, RECIPIENT, IDENTITY).content)


@given(texts.filter(bool), texts.filter(bool))
@example("From here\n.\n.. dots", "=_restock\n--=_restock--\n")
def test_both_texts_come_out_as_they_went_in(text: str, html: str) -> None:
    mail = sent(Letter(subject="Back", text=text, html=html))
    assert [each.get_content_type() for each in mail.iter_parts()] == ["text/plain", "text/html"]
    for subtype, given_text in (("plain", text), ("html", html)):
        lines = given_text.replace("\r\n", "\n").replace("\r", "\n") + "\n"
        assert part(mail, subtype).replace("\r\n", "\n") == lines


@pytest.mark.parametrize(
    ("text", "html", "kind"),
    [("Bäck", "", "text/plain"), ("", "<p>Bäck</p>", "text/html"), ("", "", "text/plain")],
)
def test_a_mail_of_one_part_is_that_part(text: str, html: str, kind: str) -> None:
    mail = sent(Letter("Back", text, html))
    assert (mail.get_content_type(), mail.is_multipart()) == (kind, False)
    assert mail.get_content() == f"{text or html}\r\n"


@given(names)
@example("=?utf-8?q?not_encoded?=")
@example("word" * 300)
def test_a_subject_comes_out_in_one_line(subject: str) -> None:
    mail = sent(Letter(subject=subject, text="", html=""))
    assert " ".join(str(mail["Subject"]).split()) == " ".join(subject.split())


@pytest.mark.parametrize(
    "name", ['Tom & "Jerry" \\ Co.', "Örchid Höuse " * 12, "花店", "x" * 200, "=?utf-8?q?x?="]
)
def test_a_display_name_comes_out_beside_its_address(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    envelope = written(Letter("Back", "", ""), f'"{quoted}" <shop@x.test>', RECIPIENT, IDENTITY)
    # By the older parser: the newer keeps the folds of a long encoded name.
    raw, address = parseaddr(message_from_bytes(envelope.content)["From"])
    assert (str(make_header(decode_header(raw))), address) == (name.strip(), "shop@x.test")


@given(texts, texts, names)
def test_no_line_is_longer_than_smtp_allows(text: str, html: str, subject: str) -> None:
    """RFC 5321, 4.5.3.1.6: a thousand with the line break."""
    content = written(Letter(subject, text, html), SENDER, RECIPIENT, IDENTITY).content
    assert max(len(line) for line in content.split(b"\r\n")) <= 998
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\r\n ", "\n\t"])
def test_a_header_that_would_make_another_is_refused(ending: str) -> None:
    with pytest.raises(ValueError, match="X-Any holds a line break"):
        mime({"X-Any": f"one{ending}Bcc: victim@example.com\n"}, "", "")


def test_an_internationalised_address_stands_as_it_is() -> None:
    sender, recipient = '"Blå" <kött@exämple.test>', "用户@例子.test"
    envelope = written(Letter("Back", "", ""), sender, recipient, IDENTITY)
    assert envelope.needs_smtputf8
    assert f"To: {recipient}\r\n".encode() in envelope.content
    assert "<kött@exämple.test>\r\n".encode() in envelope.content


def test_an_address_is_written_in_ascii_where_only_its_domain_is_not() -> None:
    sender, recipient = '"Blå" <kott@exämple.test>', "anna@例子.test"
    identity = f"<1@{domain_of(sender)}>"
    envelope = written(Letter("Back", "", ""), sender, recipient, identity)
    assert (envelope.sender, envelope.recipient) == (
        "kott@xn--exmple-cua.test",
        "anna@xn--fsqu00a.test",
    )
    assert not envelope.needs_smtputf8
    assert envelope.content.isascii()
