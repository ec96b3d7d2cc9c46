from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import icalendar
import pytest
from tests.mail.fake import URL, FakeMailer
from tests.usecases.conftest import record, text
from tests.usecases.test_meetings import event, put

from deadlines.core.settings import Mail, Mode, Settings
from deadlines.errors import InputError, MailError, MailLater, MailRefused, MailUncertain, Refused, UnknownName
from deadlines.ical.people import invited
from deadlines.store.base import Query
from deadlines.usecases.desk import Desk
from deadlines.usecases.history import undo
from deadlines.usecases.meet import Met, Wish, invitees, keep, keep_and_invite, plan

ANN = "ann@acme.example"
CALL = Wish(clients=("acme",), summary="Call", at="tue 10:00", duration="45m")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As the others have it, but with addresses."""
    acme, edo = settings.clients["acme"], settings.clients["edo"]
    clients = {"acme": replace(acme, emails=(ANN, "*@acme.example")), "edo": replace(edo, emails=("*@edo.example",))}
    me = replace(settings.me, email="kari@example.org", name="Kari Nordmann")
    return replace(
        settings, me=me, clients=MappingProxyType(clients), mail=Mail(host="mail.example.org", sender="post@example.org")
    )


@pytest.fixture
def mailer() -> FakeMailer:
    return FakeMailer(sender="post@example.org")


def meet(desk: Desk, wish: Wish) -> Met:
    return keep(desk, plan(desk, wish))


def ask(desk: Desk, mailer: FakeMailer, wish: Wish = CALL) -> Met:
    planned = plan(desk, wish)
    return keep_and_invite(desk, planned, mailer, invitees(desk, planned, wish.to))


def events(desk: Desk) -> int:
    return desk.store.count(Query(component="VEVENT"))


def test_a_meeting_is_on_the_clients_clock_and_told_on_both(desk: Desk) -> None:
    met = meet(desk, CALL)

    assert met.meeting.clocks == "Tue 24 Nov 10:00-10:45 New York = Tue 24 Nov 16:00-16:45 Oslo"
    assert (met.meeting.left, met.meeting.meeting.clients, met.run) == ("in 1 d 3 h", ("acme",), 1)
    assert record(desk, met.meeting.meeting.id).calendar == "work"


def test_what_is_written_reads_back_with_its_clock(desk: Desk) -> None:
    wish = CALL._replace(location="Room; 1", url="https://x.example/?a,b", note="a\nb", repeat="weekly", summary="Call,  weekly")
    met = meet(desk, wish)

    (found,) = icalendar.Calendar.from_ical(text(desk, met.meeting.meeting.id)).walk("VEVENT")
    assert (found["SUMMARY"], found["LOCATION"], found["URL"], found["DESCRIPTION"]) == (
        "Call, weekly",
        "Room; 1",
        "https://x.example/?a,b",
        "a\nb",
    )
    assert (found["DTSTART"].to_ical(), found["DTEND"].to_ical()) == (b"20261124T100000", b"20261124T104500")
    assert found["RRULE"].to_ical() == b"FREQ=WEEKLY"
    assert not {"ORGANIZER", "ATTENDEE", "METHOD"} & set(found)
    assert "BEGIN:VTIMEZONE\r\nTZID:America/New_York\r\n" in text(desk, met.meeting.meeting.id)


def test_with_several_clients_the_time_is_mine(desk: Desk) -> None:
    met = meet(desk, CALL._replace(clients=("acme", "edo", "acme"), at="tue 14:00"))

    assert met.meeting.meeting.clients == ("acme", "edo")
    assert met.meeting.clocks == ("Tue 24 Nov 08:00-08:45 New York = Tue 24 Nov 22:00-22:45 Tokyo = Tue 24 Nov 14:00-14:45 Oslo")


def test_a_client_with_a_calendar_needs_no_label(desk: Desk) -> None:
    met = meet(desk, CALL._replace(clients=("edo",)))

    assert met.meeting.meeting.clients == ("edo",)
    assert met.meeting.meeting.calendar == "edo"
    assert "CATEGORIES" not in text(desk, met.meeting.meeting.id)


def test_a_meeting_over_the_end_of_summer_ends_when_its_length_says(desk: Desk) -> None:
    """02:30 + 1 h is the second 02:30, which only UTC can say."""
    met = meet(desk, CALL._replace(at="2027-10-31T02:30+02:00", duration="1h", clients=("acme",)))
    there = meet(desk, CALL._replace(at="31 oct 2027 1:30 Oslo", duration="90m"))

    assert met.meeting.meeting.span.length.total_seconds() == 3600
    assert there.meeting.meeting.span.length.total_seconds() == 5400


@pytest.mark.parametrize(
    ("wish", "error", "says"),
    [
        (CALL._replace(clients=("acmee",)), UnknownName, "unknown client: acmee"),
        (CALL._replace(clients=()), InputError, "somebody to meet"),
        (CALL._replace(summary=" \n "), InputError, "needs a summary"),
        (CALL._replace(at="2026-11-24"), InputError, "needs a time of day"),
        (CALL._replace(at="2027-03-28 02:30 Oslo"), InputError, "02:30"),
        (CALL._replace(duration="0m"), InputError, "0m"),
        (CALL._replace(duration="soon"), InputError, "soon"),
        (CALL._replace(calendar="wrok"), UnknownName, "unknown calendar: wrok"),
        (CALL._replace(url="javascript"), InputError, "not a URL"),
        (CALL._replace(url="https://x\r\nATTENDEE:mailto:eve@example.net"), InputError, "not a URL"),
        (CALL._replace(repeat="sometimes"), InputError, "sometimes"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(desk: Desk, wish: Wish, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        meet(desk, wish)

    assert events(desk) == 0


def test_nothing_is_written_to_a_calendar_that_can_only_be_read(desk: Desk) -> None:
    calendars = {**desk.settings.calendars, "team": desk.settings.calendars["work"]._replace(name="team", mode=Mode.READ_ONLY)}
    desk = replace(desk, settings=replace(desk.settings, calendars=calendars))

    with pytest.raises(Refused, match="calendar team is read-only"):
        plan(desk, CALL._replace(calendar="team"))


@pytest.mark.parametrize(
    ("lines", "clashes"),
    [
        (("DTSTART:20261124T153000Z", "DURATION:PT1H"), 1),
        (("DTSTART:20261124T143000Z", "DURATION:PT30M"), 0),
        (("DTSTART:20261124T154500Z", "DURATION:PT30M"), 0),
        (("DTSTART:20261124T153000Z", "DURATION:PT1H", "TRANSP:TRANSPARENT"), 0),
        (("DTSTART:20261124T153000Z", "DURATION:PT1H", "STATUS:CANCELLED"), 0),
        (("DTSTART:20261117T153000Z", "DURATION:PT1H", "RRULE:FREQ=WEEKLY"), 1),
        (("DTSTART:20261201T153000Z", "DURATION:PT1H"), 0),
    ],
)
def test_what_i_do_at_that_time_already_is_named(desk: Desk, lines: tuple[str, ...], clashes: int) -> None:
    put(desk, event("SUMMARY:Dentist", *lines))

    found = plan(desk, CALL).clashes
    assert [clash.meeting.summary for clash in found] == ["Dentist"] * clashes


def test_a_meeting_that_repeats_is_compared_for_weeks(desk: Desk) -> None:
    put(desk, event("SUMMARY:Dentist", "DTSTART:20261208T151500Z", "DURATION:PT5M"))

    assert len(plan(desk, CALL._replace(repeat="weekly")).clashes) == 1
    assert len(plan(desk, CALL._replace(repeat="every 3 weeks")).clashes) == 0


# --- invitations


def test_an_invitation_goes_to_the_addresses_of_the_client(desk: Desk, mailer: FakeMailer) -> None:
    met = ask(desk, mailer)

    (received,) = mailer.received
    assert (received.recipients, met.invited, met.unreached, met.doubt) == ((ANN,), (ANN,), (), "")
    message = received.message
    assert message["Subject"] == "Invitation: Call, Tue 24 Nov 10:00-10:45 New York"
    assert message["Reply-To"] == "Kari Nordmann <kari@example.org>"
    plain, calendar = message.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == (
        "Kari Nordmann invites you to a meeting.\n\nCall\n  Tue 24 Nov 10:00-10:45 New York\n  Tue 24 Nov 16:00-16:45 Oslo\n\n"
        "Please answer with your calendar program, or reply to this mail.\n"
    )
    sent = calendar.get_content()
    assert "METHOD:REQUEST" in sent
    assert "CATEGORIES" not in sent
    assert "SCHEDULE-AGENT" not in sent


def reading(desk: Desk, **languages: str) -> Desk:
    """The desk, with clients who read other languages."""
    clients = {key: replace(client, language=languages.get(key, "en")) for key, client in desk.settings.clients.items()}
    return replace(desk, settings=replace(desk.settings, clients=MappingProxyType(clients)))


def test_an_invitation_is_in_the_language_of_the_client(desk: Desk, mailer: FakeMailer) -> None:
    ask(reading(desk, acme="nb"), mailer, CALL._replace(repeat="every 2 weeks", location="Room 1", note="Hi"))

    message = mailer.received[0].message
    assert message["Subject"] == "Invitasjon: Call, tir. 24. nov. 10:00-10:45 New York"
    plain, _ = message.iter_parts()
    assert plain["Content-Language"] == "nb"
    assert plain.get_content().replace("\r\n", "\n") == (
        "Kari Nordmann inviterer deg til et møte.\n\nCall\n  tir. 24. nov. 10:00-10:45 New York\n"
        "  tir. 24. nov. 16:00-16:45 Oslo\n  gjentas hver 2. uke\n  Room 1\n\nHi\n\n"
        "Svar med kalenderprogrammet ditt, eller svar på denne e-posten.\n"
    )


@pytest.mark.parametrize(("edo", "expected"), [("nb", "Invitasjon: "), ("en", "Invitation: ")])
def test_clients_without_a_language_in_common_are_written_to_in_english(
    desk: Desk, mailer: FakeMailer, edo: str, expected: str
) -> None:
    ask(reading(desk, acme="nb", edo=edo), mailer, CALL._replace(clients=("acme", "edo"), to=(ANN, "ken@edo.example")))

    assert mailer.received[0].message["Subject"].startswith(expected)


@pytest.mark.parametrize(
    ("repeat", "english", "norwegian"),
    [
        ("daily", "repeats daily", "gjentas daglig"),
        ("weekly", "repeats weekly", "gjentas ukentlig"),
        ("FREQ=YEARLY", "repeats yearly", "gjentas årlig"),
        ("every 3 months", "repeats every 3 months", "gjentas hver 3. måned"),
        ("weekdays", "repeats on weekdays", "gjentas på hverdager"),
        ("every tue,thu", "repeats weekly on Tue, Thu", "gjentas (weekly on Tue, Thu)"),
    ],
)
def test_rules_in_words(desk: Desk, mailer: FakeMailer, repeat: str, english: str, norwegian: str) -> None:
    for reader, words in ((desk, english), (reading(desk, acme="nb"), norwegian)):
        ask(reader, mailer, CALL._replace(repeat=repeat))

        (plain, _) = mailer.received[-1].message.iter_parts()
        assert f"  {words}\n" in plain.get_content().replace("\r\n", "\n")


def test_what_is_kept_says_who_was_invited_and_keeps_the_server_from_mailing(desk: Desk, mailer: FakeMailer) -> None:
    met = ask(desk, mailer)
    kept = text(desk, met.meeting.meeting.id)

    assert invited(kept) == [ANN]
    assert kept.replace("\r\n ", "").count("SCHEDULE-AGENT=CLIENT") == 2
    assert [change.note for change in desk.store.changes(run=met.run)] == ["", f"invited {ANN}"]
    assert met.meeting.meeting.attendees == (ANN,)


def test_those_named_are_invited_and_nobody_else(desk: Desk, mailer: FakeMailer) -> None:
    met = ask(desk, mailer, CALL._replace(to=("bob@acme.example", "bob@acme.example")))

    assert met.invited == mailer.received[0].recipients == ("bob@acme.example",)


def test_a_pattern_is_no_address(desk: Desk) -> None:
    planned = plan(desk, CALL._replace(clients=("edo",)))

    with pytest.raises(InputError, match=r"client edo has no address .* patterns \(\*@edo.example\)") as caught:
        invitees(desk, planned, ())
    assert "--to somebody@edo.example" in caught.value.hint


@pytest.mark.parametrize(
    "evil",
    ["ann@acme.example, eve@example.net", "ann@acme.example\nBcc: eve@example.net", "ann@acme.example\0", "*@acme.example,"],
)
def test_what_is_not_exactly_one_address_is_refused(desk: Desk, evil: str) -> None:
    with pytest.raises(InputError, match="not an address"):
        invitees(desk, plan(desk, CALL), (evil,))


def test_without_an_address_of_my_own_nobody_can_be_invited(desk: Desk) -> None:
    nameless = replace(desk, settings=replace(desk.settings, me=replace(desk.settings.me, email="")))

    with pytest.raises(InputError, match="you have no address"):
        invitees(nameless, plan(nameless, CALL), ())


@pytest.mark.parametrize("kind", [MailRefused, MailLater])
def test_when_the_mail_server_refuses_nothing_is_kept(desk: Desk, mailer: FakeMailer, kind: type[MailError]) -> None:
    mailer.trouble = kind(URL, "the server says 554 no")

    with pytest.raises(kind):
        ask(desk, mailer)
    assert events(desk) == 0
    assert desk.store.pending("work") == ()
    assert [change.note for change in desk.store.changes(run=1)] == ["", "the invitation could not be sent"]


def test_when_nobody_knows_whether_it_was_sent_the_meeting_stays_and_that_is_said(desk: Desk, mailer: FakeMailer) -> None:
    mailer.trouble = MailUncertain(URL, "no answer")

    met = ask(desk, mailer)
    assert met.doubt == f"nobody knows whether the invitation was sent: {URL}: no answer"
    assert invited(text(desk, met.meeting.meeting.id)) == [ANN]


def test_who_was_not_reached_is_named(desk: Desk, mailer: FakeMailer) -> None:
    mailer.refuses["bob@acme.example"] = "550 no such user"

    met = ask(desk, mailer, CALL._replace(to=(ANN, "bob@acme.example")))
    assert (met.invited, met.unreached) == ((ANN,), (("bob@acme.example", "550 no such user"),))
    assert desk.store.changes(run=met.run)[-1].note == f"invited {ANN}"


def test_an_invitation_is_taken_back_whole_here(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)

    assert undo(desk, None).removed == ("Call",)
    assert events(desk) == 0


def test_a_summary_cannot_make_a_field_or_a_line(desk: Desk, mailer: FakeMailer) -> None:
    met = ask(desk, mailer, CALL._replace(summary="x\r\nATTENDEE:mailto:eve@example.net\x1b[31m", note="y\r\nMETHOD:CANCEL"))

    assert mailer.received[0].recipients == (ANN,)
    assert invited(text(desk, met.meeting.meeting.id)) == [ANN]
    assert "\x1b" not in mailer.received[0].content.decode()
    (found,) = icalendar.Calendar.from_ical(text(desk, met.meeting.meeting.id)).walk("VEVENT")
    assert str(found["SUMMARY"]).startswith("x ATTENDEE:mailto:eve")
