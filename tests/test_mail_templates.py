"""Templates: the shipped ones, the owner's own, and what they cannot do."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from activities.mail import domain_of, written
from domain.contracts import NoticeKind
from mails.letters import Letter, Templates
from mails.template_errors import MailTemplateError
from mails.values import LEADS_NOWHERE

KIND = "back_in_stock"
CONFIRM = {"confirm": {"url": "https://shop.example.com/my/confirm/token"}}
FEED_NOTICES = {NoticeKind.FEED_TROUBLE, NoticeKind.FEED_RECOVERED}


def values(**item: Any) -> dict[str, Any]:
    shown = {"name": "Blue Orchid", "price": "75.00", "image": {"url": ""}, "url": ""}
    asked = datetime(2026, 11, 21, 12, tzinfo=UTC)
    known = {"item": shown | item, "site": {"name": "Orchid House"}, "request": {"date": asked}}
    return known | {"shopper": {"url": LEADS_NOWHERE}}


def own(folder: Path, **files: str) -> Templates:
    """Templates of the owner: `subject`, `text` and `html`."""
    (folder / KIND).mkdir()
    names = {"subject": "subject.txt", "text": "body.txt", "html": "body.html"}
    for part, content in files.items():
        (folder / KIND / names[part]).write_text(content, encoding="utf-8")
    return Templates(folder)


def sent(letter: Letter) -> EmailMessage:
    envelope = written(letter, "Shop <shop@x.test>", "a@example.com", "<1@x.test>")
    return message_from_bytes(envelope.content, policy=policy.default)


@pytest.mark.parametrize("kind", [KIND, "confirmation", *NoticeKind])
def test_every_shipped_template_renders(kind: str) -> None:
    outcome = dict.fromkeys(
        ("reached", "told", "failed", "still_sending", "back_to_waiting", "left_by_stop"), 1
    )
    shopper = {"email": "a@b.test", "url": LEADS_NOWHERE}
    known = values() | outcome | {"shopper": shopper, "quantity": 1, "reply": "550"}
    feed = {"locale": "sv-SE", "trouble": "The server answered 404", "says": "2 items"}
    outage = {"since": "10:00", "until": "11:00", "reply": "421 busy"}
    letter = Templates().render(kind, known | {"feed": feed, "outage": outage} | CONFIRM)
    subject = "sv-SE" if kind in FEED_NOTICES else "Blue Orchid"
    subject = "goes out again" if kind == NoticeKind.MAIL_RECOVERED else subject
    assert subject in letter.subject
    assert subject in letter.text
    assert '<html lang="en" dir="ltr">' in letter.html


def test_names_are_escaped_in_html_and_nowhere_else() -> None:
    name = '<b>Tom & "Jerry"</b>'
    letter = Templates().render(KIND, values(name=name))
    assert name in letter.subject
    assert name in letter.text
    assert name not in letter.html
    assert "&lt;b&gt;Tom &amp; &#34;Jerry&#34;&lt;/b&gt;" in letter.html


def test_a_link_and_an_image_are_shown_only_where_there_is_one() -> None:
    bare = Templates().render(KIND, values())
    assert "<img" not in bare.html
    assert bare.html.count("href") == 1
    full = Templates().render(
        KIND, values(url="https://x.test/?a=1&b=2", image={"url": "https://x.test/i.jpg"})
    )
    assert 'href="https://x.test/?a=1&amp;b=2"' in full.html
    assert 'src="https://x.test/i.jpg"' in full.html
    assert "https://x.test/?a=1&b=2" in full.text


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r", "\u2028", "\x85", "\x0b"])
def test_a_line_break_in_a_name_never_makes_a_header(ending: str) -> None:
    name = f"Orchid{ending}Bcc: victim@example.com"
    message = sent(Templates().render(KIND, values(name=name)))
    parsed = message.as_bytes().split(b"\n\n")[0]
    assert not any(line.lower().startswith(b"bcc") for line in parsed.splitlines())
    assert message["Subject"] == "Orchid Bcc: victim@example.com is back in stock"


def test_a_very_long_name_in_any_script_makes_a_mail() -> None:
    name = "花 émoji 🌸 " * 40
    message = sent(Templates().render(KIND, values(name=name)))
    assert message.as_bytes()
    assert " ".join(name.split()) in message["Subject"]


def test_own_templates_come_first_and_the_missing_ones_are_shipped(tmp_path: Path) -> None:
    letter = own(tmp_path, subject="Hurra: {{ item.name }}").render(KIND, values())
    assert letter.subject == "Hurra: Blue Orchid"
    assert "back in stock" in letter.text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("one\n{{ item.colour }}", "colour"),
        ("{{ nothing }}", "nothing"),
        ("one\ntwo\n{% for %}", "body.txt, line 3"),
        ("{% if item %}", "body.txt, line 1"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ item.name() }}", "callable"),
        ("{% include 'missing.txt' %}", "missing.txt"),
        ("{% include 'back_in_stock/body.txt' %}", "body.txt"),
        ("{{ 5|xmlattr }}", "body.txt"),
        ("{% for i in range(10 ** 9) %}{% endfor %}", "body.txt"),
    ],
    ids=lambda value: value[:24],
)
def test_a_template_that_cannot_be_rendered_says_where_and_why(
    tmp_path: Path, content: str, said: str
) -> None:
    with pytest.raises(MailTemplateError, match=said) as error:
        own(tmp_path, text=content).render(KIND, values())
    assert str(error.value).startswith("back_in_stock/body.txt")


@pytest.mark.parametrize(
    "content",
    [
        "{{ ''.__class__ }}",
        "{{ item.__class__.__mro__ }}",
        "{{ item['__class__'] }}",
        "{{ ''|attr('__class__') }}",
        "{{ item.update({'name': 'x'}) }}",
        "{{ '{0.__class__}'.format(item) }}",
        "{{ self.__init__.__globals__ }}",
        "{{ lipsum.__globals__ }}",
    ],
)
def test_a_template_cannot_leave_its_sandbox(tmp_path: Path, content: str) -> None:
    with pytest.raises(MailTemplateError):
        own(tmp_path, text=content).render(KIND, values())


def test_the_domain_of_a_sender_is_that_of_its_address() -> None:
    assert domain_of('"My shop @ home" <shop@example.com>') == "example.com"
