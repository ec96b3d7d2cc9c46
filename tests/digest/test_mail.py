from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage

import pytest
from tests.digest.findings import HOSTILE, NOW, example, hostile
from tests.servers.smtp import Postbox, postbox

from deadlines.core.settings import Mail
from deadlines.digest.html import html
from deadlines.digest.mail import mail, message_id
from deadlines.digest.text import text
from deadlines.digest.write import write
from deadlines.language.language import English, language
from deadlines.mail.smtp import SmtpMailer

KARI = "kari@example.org"


def letter(evil: str | None = None, *, to: str = KARI) -> EmailMessage:
    page = write(example() if evil is None else hostile(example(), evil), English())
    identity = message_id(to, date(2026, 11, 24), KARI)
    return mail(page, sender=KARI, name="Kari Nordmann" if evil is None else evil, to=to, identity=identity, now=NOW)


def parts(message: EmailMessage) -> dict[str, str]:
    return {part.get_content_type(): part.get_content().replace("\r\n", "\n") for part in message.iter_parts()}


def test_both_parts_arrive_as_they_were() -> None:
    page = write(example(), language("nb"))
    sent = mail(page, sender=KARI, name="Kari Nordmann", to=KARI, identity=message_id(KARI, date(2026, 11, 24), KARI), now=NOW)
    with postbox() as box:
        SmtpMailer(Mail(host="127.0.0.1", port=box.port, security="none", sender=KARI), lambda: "").send(sent, recipients=[KARI])

    [got] = box.received
    assert got.message.get_content_type() == "multipart/alternative"
    assert parts(got.message) == {"text/plain": text(page), "text/html": html(page)}
    assert (got.message["from"], got.message["to"]) == ("Kari Nordmann <kari@example.org>", KARI)
    assert got.message["subject"] == page.subject
    assert got.message["content-language"] == "nb"
    assert got.message["auto-submitted"] == "auto-generated"
    assert got.message["date"].datetime == NOW
    assert max(map(len, got.content.split(b"\r\n"))) <= 998


@pytest.fixture(scope="module")
def server() -> Iterator[Postbox]:
    with postbox() as box:
        yield box


@pytest.mark.parametrize("evil", HOSTILE)
def test_hostile_texts_make_no_field_and_no_recipient(server: Postbox, evil: str) -> None:
    server.received.clear()
    mailer = SmtpMailer(Mail(host="127.0.0.1", port=server.port, security="none", sender=KARI), lambda: "")
    mailer.send(letter(evil), recipients=[KARI])

    [got] = server.received
    expected = [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "auto-submitted",
        "content-language",
        "mime-version",
        "content-type",
    ]
    assert sorted(name.lower() for name in got.message) == sorted(expected)
    assert got.recipients == (KARI,)
    assert [address.addr_spec for address in got.message["from"].addresses] == [KARI]
    assert set(parts(got.message)) == {"text/plain", "text/html"}
    assert "\x1b" not in parts(got.message)["text/plain"]


def test_the_message_id_is_that_of_the_reader_and_the_day() -> None:
    day = date(2026, 11, 24)
    same = {message_id(KARI, day, KARI) for _ in range(2)}
    others = {
        message_id("a@b.example", day, KARI),
        message_id(KARI, date(2026, 11, 25), KARI),
        message_id(KARI, day, KARI, salt="1"),
    }

    assert len(same) == 1
    assert len(same | others) == 4
    assert all(one.endswith("@example.org>") and "kari" not in one for one in same)
    assert message_id(KARI, day, "kari@øl.example").endswith("@localhost>")


def test_a_sender_outside_ascii_is_left_bare() -> None:
    page = write(example(), English())
    message = mail(page, sender="kåri@example.org", name="Kari", to=KARI, identity="<1@x>", now=NOW)

    assert message["from"] == "kåri@example.org"
