from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.mail.fake import FakeMailer

from deadlines.errors import InputError
from deadlines.mail.invitation import Letter, invitation_message

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nSUMMARY:Kick-off på tirsdag " + "x" * 40 + "\r\n  folded\r\nEND:VCALENDAR\r\n"
LETTER = Letter(
    sender="post@example.org",
    name="Kari Nordmann",
    to=("ann@acme.example", "bob@acme.example"),
    subject="Invitation: Kick-off på tirsdag",
    text="Kari inviterer.\nKl. 9 på tirsdag.\n",
    calendar=CALENDAR,
    message_id="1@example.org",
    reply_to="kari@example.org",
)


def test_text_for_people_and_a_calendar_object_for_programs() -> None:
    mailer = FakeMailer(sender="post@example.org")
    mailer.send(invitation_message(LETTER, now=NOW), recipients=LETTER.to)

    message = mailer.received[0].message
    assert message.get_content_type() == "multipart/alternative"
    assert [message[name] for name in ("From", "To", "Reply-To", "Subject", "Message-ID", "Date")] == [
        "Kari Nordmann <post@example.org>",
        "ann@acme.example, bob@acme.example",
        "Kari Nordmann <kari@example.org>",
        "Invitation: Kick-off på tirsdag",
        "<1@example.org>",
        "Mon, 23 Nov 2026 12:00:00 +0000",
    ]
    text, calendar = message.iter_parts()
    assert text.get_content_type() == "text/plain"
    assert text.get_content().replace("\r\n", "\n") == LETTER.text
    assert (calendar.get_content_type(), calendar.get_content_charset()) == ("text/calendar", "utf-8")
    assert calendar["content-type"].params["method"] == "REQUEST"
    payload = calendar.get_payload(decode=True)
    assert payload == CALENDAR.encode()


def test_the_method_is_what_the_calendar_object_says() -> None:
    message = invitation_message(LETTER._replace(calendar=CALENDAR.replace("REQUEST", "CANCEL"), reply_to=""), now=NOW)

    assert [part["content-type"].params.get("method") for part in message.iter_parts()] == [None, "CANCEL"]
    assert message["Reply-To"] is None


@pytest.mark.parametrize(
    "evil",
    [
        {"subject": "x\r\nBcc: eve@example.net"},
        {"subject": "x\x00"},
        {"name": "Kari\nBcc: eve@example.net"},
        {"message_id": "1@x>\r\nX: 1"},
        {"sender": "kari@example.org, eve@example.net"},
        {"to": ("ann@acme.example\r\nRCPT TO:<eve@example.net>",)},
        {"to": ("Ann <ann@acme.example>",)},
        {"reply_to": "eve@example.net>,<x@y"},
    ],
)
def test_nothing_in_it_makes_another_field_or_recipient(evil: dict[str, object]) -> None:
    with pytest.raises(InputError):
        invitation_message(LETTER._replace(**evil), now=NOW)  # type: ignore[arg-type]  # by keyword


@given(st.text(st.characters(codec="utf-8"), max_size=40), st.text(st.characters(codec="utf-8"), max_size=40))
def test_whatever_a_meeting_is_called_the_recipients_are_those_that_were_said(subject: str, name: str) -> None:
    mailer = FakeMailer(sender="post@example.org")
    try:
        mailer.send(invitation_message(LETTER._replace(subject=subject, name=name), now=NOW), recipients=LETTER.to)
    except InputError:
        return

    message = mailer.received[0].message
    assert [address.addr_spec for address in message["To"].addresses] == list(LETTER.to)
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Reply-To", "MIME-Version", "Content-Type",
    }  # fmt: skip
