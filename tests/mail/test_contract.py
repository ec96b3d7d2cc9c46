"""What every `Mailer` promises, with a real server behind it and without."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.mail.fake import URL, FakeMailer
from tests.servers.smtp import Postbox, Received, postbox

from deadlines.core.settings import Mail
from deadlines.errors import InputError, MailError, MailLater, MailRefused, MailUncertain
from deadlines.mail.base import Mailer
from deadlines.mail.smtp import SmtpMailer

KARI, ACME = "kari@example.org", "jane@acme.example"


def letter(subject: str = "Digest", body: str = "Good morning.\n", to: str = f"Kari <{KARI}>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = KARI
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Tue, 24 Nov 2026 08:00:00 +0100"
    message["Message-ID"] = "<1@example.org>"
    message.set_content(body)
    return message


@dataclass(frozen=True)
class Post:
    """A mailer, how to make its server refuse an address or fail, and what has arrived."""

    mailer: Mailer
    received: list[Received]
    refuse: Callable[[str, str], None]
    fail: Callable[[type[MailError]], None]


def _failing(box: Postbox, kind: type[MailError]) -> None:
    if kind is MailUncertain:
        box.hang_up = "data"
    else:
        box.data = "452 4.3.1 disk full" if kind is MailLater else "554 5.7.1 this looks like spam"


@pytest.fixture(params=["fake", "smtp"])
def post(request: pytest.FixtureRequest) -> Iterator[Post]:
    if request.param == "fake":
        fake = FakeMailer()
        yield Post(
            fake, fake.received, fake.refuses.__setitem__, lambda kind: setattr(fake, "trouble", kind(URL, "the server says so"))
        )
    else:
        with postbox() as box:
            mail = Mail(host="127.0.0.1", port=box.port, security="none", sender=KARI)
            mailer = SmtpMailer(mail, lambda: "", seconds=20)
            yield Post(mailer, box.received, box.recipients.__setitem__, lambda kind: _failing(box, kind))


def test_a_message_arrives_as_it_was(post: Post) -> None:
    refused = post.mailer.send(letter("Dagens frister – Øystein", "Hei på deg\n.\n..to\n"), recipients=[KARI])

    assert refused == {}
    [got] = post.received
    assert (got.sender, got.recipients) == (KARI, (KARI,))
    assert got.message["subject"] == "Dagens frister – Øystein"
    assert got.message.get_content() == "Hei på deg\r\n.\r\n..to\r\n"


def test_the_recipients_are_those_that_were_said_and_no_others(post: Post) -> None:
    message = letter(to=f"{KARI}, boss@elsewhere.example")
    message["Cc"] = "copy@elsewhere.example"
    message["Bcc"] = "hidden@elsewhere.example"

    post.mailer.send(message, recipients=[ACME, KARI, ACME])

    [got] = post.received
    assert got.recipients == (ACME, KARI)
    assert b"hidden@" not in got.content
    assert message["bcc"] == "hidden@elsewhere.example"


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "kari",
        "kari@",
        "Kari <kari@example.org>",
        "a@b.example, x@y.example",
        "a@b.example x@y.example",
        "a@b@c.example",
        "a@b.example\r\nRCPT TO:<x@y.example>",
        "a@b.example\n",
        "a@b.example\0",
        "<a@b.example>",
        '"a b"@c.example',
        "a@b.example> SIZE=1",
        "a\udc80@b.example",
        "a" * 250 + "@b.example",
    ],
)
def test_what_is_not_one_address_is_refused(post: Post, wrong: str) -> None:
    with pytest.raises(InputError, match="not an address"):
        post.mailer.send(letter(), recipients=[KARI, wrong])

    assert post.received == []


def test_somebody_has_to_get_it(post: Post) -> None:
    with pytest.raises(InputError, match="nobody"):
        post.mailer.send(letter(), recipients=[])


@pytest.mark.parametrize("evil", ["a\0b", "a\x01b", "a\x1bb", "a\x7fb"])
def test_a_field_that_could_be_read_as_two_is_refused(post: Post, evil: str) -> None:
    with pytest.raises(InputError, match="the mail's Subject holds"):
        post.mailer.send(letter(subject=evil), recipients=[KARI])

    assert post.received == []


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.text(max_size=120), body=st.text(max_size=300))
def test_no_text_makes_another_field_or_part(post: Post, subject: str, body: str) -> None:
    """Whatever the texts: it is refused, or arrives with the fields it had."""
    post.received.clear()
    try:
        message = letter(subject, body)
    except (ValueError, UnicodeEncodeError):
        return  # the library itself refuses
    try:
        post.mailer.send(message, recipients=[KARI])
    except InputError:
        return

    [got] = post.received
    # aiosmtpd adds none; the fields are those of `letter` and of its content.
    assert [name.lower() for name in got.message] == [name.lower() for name in message]
    assert b"\r\r" not in got.content
    assert got.content.count(b"\n") == got.content.count(b"\r\n") == got.content.count(b"\r")


def test_one_recipient_who_is_refused_does_not_stop_the_others(post: Post) -> None:
    post.refuse(ACME, "550 5.1.1 no such user")

    refused = post.mailer.send(letter(), recipients=[ACME, KARI])

    assert refused == {ACME: "550 5.1.1 no such user"}
    assert [got.recipients for got in post.received] == [(KARI,)]


@pytest.mark.parametrize(
    ("answers", "kind"),
    [
        (["550 no such user"], MailRefused),
        (["450 greylisted"], MailLater),
        (["450 greylisted", "550 no such user"], MailRefused),
    ],
)
def test_nobody_taken_is_an_error(post: Post, answers: list[str], kind: type[MailError]) -> None:
    people = [f"{number}@acme.example" for number in range(len(answers))]
    for person, answer in zip(people, answers, strict=True):
        post.refuse(person, answer)

    with pytest.raises(MailError, match="the server says") as error:
        post.mailer.send(letter(), recipients=people)

    assert type(error.value) is kind
    assert post.received == []


@pytest.mark.parametrize("kind", [MailLater, MailRefused])
def test_after_a_failure_nothing_was_sent(post: Post, kind: type[MailError]) -> None:
    post.fail(kind)

    with pytest.raises(kind):
        post.mailer.send(letter(), recipients=[KARI])

    assert post.received == []


def test_a_line_cut_before_the_answer_leaves_it_open(post: Post) -> None:
    post.fail(MailUncertain)

    with pytest.raises(MailUncertain):
        post.mailer.send(letter(), recipients=[KARI])

    assert len(post.received) == 1
