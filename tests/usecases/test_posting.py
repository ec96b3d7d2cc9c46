from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from deadlines.core.availability import Availability, parse_hours
from deadlines.core.settings import Mail
from deadlines.errors import (
    CredentialsRefused,
    DeadlinesError,
    InputError,
    MailLater,
    MailRefused,
    MailUncertain,
    NotConfigured,
    Refused,
    UnknownName,
)
from deadlines.store.digests import Delivery, Outcome
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.posting import Letter, Order, Posted, Reader, letter, post, readers
from deadlines.usecases.tasks import add, finish

KARI = Reader("kari@example.org")
EIGHT = Order(at=time(8))
MORNING = datetime(2026, 11, 24, 7, tzinfo=UTC)
"""Eight o'clock in Oslo."""
URL = "smtp://127.0.0.1:25"


class Killed(BaseException):
    """The program ends here."""


@dataclass
class Post:
    """Takes letters. `troubles` are raised, one each time; a program that is killed at `killed_before` has sent nothing yet."""

    letters: list[Letter] = field(default_factory=list)
    identities: list[str] = field(default_factory=list)
    troubles: list[BaseException | None] = field(default_factory=list)

    def hand(self, letter: Letter, identity: str) -> None:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is None or isinstance(trouble, MailUncertain | Killed):
            self.letters.append(letter)
            self.identities.append(identity)
        if trouble is not None:
            raise trouble


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """One without calendars that were never synced, of which there would be something to say."""
    me = replace(desk.settings.me, default_calendar="local")
    return replace(desk, settings=replace(desk.settings, me=me, calendars=MappingProxyType({})))


@pytest.fixture
def office(desk: Desk) -> Desk:
    """A desk with mail, on which something is always due soon."""
    mail = Mail(host="127.0.0.1", security="none", sender="kari@example.org", to=("kari@example.org",))
    found = replace(desk, settings=replace(desk.settings, mail=mail), now=MORNING - timedelta(days=1))
    add(found, Draft(summary="Landing page", client="acme", due="2026-11-25 17:00"))
    return found


def at(office: Desk, when: str | datetime) -> Desk:
    now = datetime.fromisoformat(when).replace(tzinfo=UTC) if isinstance(when, str) else when
    return replace(office, now=now)


def outcomes(posted: list[Posted] | object) -> list[Outcome]:
    assert isinstance(posted, list)
    return [one.outcome for one in posted]


def kept(office: Desk, reader: Reader = KARI) -> list[Delivery]:
    return list(office.store.digests.deliveries(reader.name, since=date(2000, 1, 1)))


def test_it_comes_once_a_day_however_often_it_is_asked_for(office: Desk) -> None:
    mail = Post()
    for minutes in range(-10, 700, 5):
        post(at(office, MORNING + timedelta(minutes=minutes)), [KARI], EIGHT, mail.hand)

    assert [one.day for one in mail.letters] == [date(2026, 11, 24)]
    assert [(one.day, one.outcome) for one in kept(office)] == [(date(2026, 11, 24), Outcome.SENT)]


def test_what_was_told_is_no_longer_new(office: Desk) -> None:
    mail = Post()
    for day in range(2):
        post(at(office, MORNING + timedelta(days=day)), [KARI], EIGHT, mail.hand)

    badges = [[item.badge for part in one.page.blocks[0].parts for item in part.items] for one in mail.letters]
    assert badges == [["new"], [""]]


def test_what_was_put_right_is_told_once(office: Desk) -> None:
    mail = Post()
    post(at(office, MORNING), [KARI], EIGHT, mail.hand)
    finish(at(office, MORNING + timedelta(hours=3)), ["1"])
    for day in (1, 2):
        post(at(office, MORNING + timedelta(days=day)), [KARI], EIGHT, mail.hand)

    assert [one.page.lead for one in mail.letters] == ["1 due soon", "1 resolved"]
    assert [one.outcome for one in kept(office)] == [Outcome.SENT, Outcome.SENT, Outcome.QUIET]


def test_nothing_to_say_is_done_for_the_day(desk: Desk) -> None:
    mail = Post()
    quiet = at(desk, MORNING)

    assert outcomes(post(quiet, [KARI], EIGHT, mail.hand)) == [Outcome.QUIET]

    add(quiet, Draft(summary="Late", due="2026-11-23"))
    assert post(at(desk, MORNING + timedelta(hours=3)), [KARI], EIGHT, mail.hand) == []
    assert outcomes(post(at(desk, MORNING + timedelta(days=1)), [KARI], EIGHT, mail.hand)) == [Outcome.SENT]


def test_a_heartbeat_says_that_all_is_well(desk: Desk) -> None:
    mail = Post()

    posted = post(at(desk, MORNING), [KARI], replace(EIGHT, heartbeat=True), mail.hand)

    assert outcomes(posted) == [Outcome.SENT]
    assert (mail.letters[0].page.lead, mail.letters[0].page.subject) == ("all well", "Deadlines Tue 24 Nov: all well")
    assert mail.letters[0].page.footer == ("0 open tasks.",)


@pytest.mark.parametrize("trouble", [MailLater(URL, "busy"), MailLater(URL, "no answer within 30 s")])
def test_a_failed_one_is_tried_again_at_the_next_run(office: Desk, trouble: DeadlinesError) -> None:
    mail = Post(troubles=[trouble, trouble])
    seen = [post(at(office, MORNING + timedelta(minutes=5 * run)), [KARI], EIGHT, mail.hand) for run in range(4)]

    assert [outcomes(one) for one in seen] == [[Outcome.FAILED], [Outcome.FAILED], [Outcome.SENT], []]
    assert len(mail.letters) == 1
    assert [item.badge for part in mail.letters[0].page.blocks[0].parts for item in part.items] == ["new"]


@pytest.mark.parametrize("trouble", [MailRefused(URL, "no such user"), CredentialsRefused(URL, "wrong password")])
def test_a_refused_one_rests_for_an_hour(office: Desk, trouble: DeadlinesError) -> None:
    """So that a wrong password is not tried 288 times a day."""
    mail = Post(troubles=[trouble])
    seen = [post(at(office, MORNING + timedelta(minutes=5 * run)), [KARI], EIGHT, mail.hand) for run in range(14)]

    assert [outcomes(one) for one in seen] == [[Outcome.REFUSED], *[[]] * 11, [Outcome.SENT], []]


def test_every_attempt_has_the_same_message_id_and_every_day_another(office: Desk) -> None:
    mail = Post(troubles=[MailUncertain(URL, "hung up")])
    claimed = set()
    for run in range(3):
        post(at(office, MORNING + timedelta(days=run)), [KARI], EIGHT, mail.hand)
        claimed.add(kept(office)[-1].message_id)

    assert set(mail.identities) == claimed
    assert len(claimed) == 3


@pytest.mark.parametrize("trouble", [MailUncertain(URL, "no answer"), Killed()])
def test_one_in_doubt_is_not_sent_again_but_told(office: Desk, trouble: BaseException) -> None:
    mail = Post(troubles=[trouble])
    try:
        first = outcomes(post(at(office, MORNING), [KARI], EIGHT, mail.hand))
    except Killed:
        first = outcomes(post(at(office, MORNING + timedelta(minutes=5)), [KARI], EIGHT, mail.hand))
    again = post(at(office, MORNING + timedelta(minutes=10)), [KARI], EIGHT, mail.hand)
    post(at(office, MORNING + timedelta(days=1)), [KARI], EIGHT, mail.hand)
    post(at(office, MORNING + timedelta(days=2)), [KARI], EIGHT, mail.hand)

    assert (first, again) == ([Outcome.UNKNOWN], [])
    assert [one.day.day for one in mail.letters] == [24, 25, 26]
    notices = [one.page.notices for one in mail.letters]
    assert notices == [(), ("The digest of Tue 24 Nov may not have arrived: the line broke while it was sent.",), ()]
    assert [item.badge for part in mail.letters[1].page.blocks[0].parts for item in part.items] == ["new"]


def test_after_three_days_of_sleep_comes_one_that_says_so(office: Desk) -> None:
    mail = Post()
    for when in (MORNING, MORNING + timedelta(days=4, hours=3)):
        post(at(office, when), [KARI], EIGHT, mail.hand)

    assert [one.day.day for one in mail.letters] == [24, 28]
    assert mail.letters[1].page.notices == (
        "This digest is late: it was due Sat 28 Nov 08:00.",
        "No digest came on Wed 25 Nov, Thu 26 Nov, Fri 27 Nov.",
    )


def test_one_reader_who_is_refused_stops_no_other(office: Desk) -> None:
    mail = Post(troubles=[MailRefused(URL, "no such user")])

    posted = post(at(office, MORNING), [Reader("gone@example.org"), KARI], EIGHT, mail.hand)

    assert [(one.reader.address, one.outcome) for one in posted] == [
        ("gone@example.org", Outcome.REFUSED),
        ("kari@example.org", Outcome.SENT),
    ]


def test_at_once_does_not_count_as_the_days(office: Desk) -> None:
    mail = Post()
    for _ in range(2):
        assert outcomes(post(at(office, MORNING), [KARI], Order(at=None), mail.hand)) == [Outcome.SENT]
    assert outcomes(post(at(office, MORNING), [KARI], EIGHT, mail.hand)) == [Outcome.SENT]

    assert len(set(mail.identities)) == 3


def test_working_days_are_the_readers(office: Desk) -> None:
    order = Order(at=time(8), working_days_only=True)
    mail = Post()
    post(at(office, MORNING), [KARI], order, mail.hand)
    for day in range(1, 7):
        post(at(office, MORNING + timedelta(days=day)), [KARI], order, mail.hand)

    assert [one.day.isoweekday() for one in mail.letters] == [2, 3, 4, 5, 1]
    assert mail.letters[-1].page.notices == ()


def test_somebody_without_the_lock_who_was_faster_is_left_alone(office: Desk) -> None:
    mail = Post()
    morning = at(office, MORNING)

    def hand(written: Letter, identity: str) -> None:
        post(morning, [KARI], EIGHT, mail.hand)  # another process, in the middle of it
        mail.hand(written, identity)

    post(morning, [KARI], EIGHT, hand)

    assert len(mail.letters) == 1


@pytest.mark.parametrize("zone", ["Europe/Oslo", "Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe"])
def test_two_months_of_bad_luck_send_each_day_once(office: Desk, zone: str) -> None:
    """Through the real store: a change of the clock, naps, doubles, servers that refuse, lines that break, a killed program."""
    dice = random.Random(zone)  # noqa: S311 # repeatable
    weekly = parse_hours("Mon-Fri 9-17")
    me = replace(office.settings.me, zone=ZoneInfo(zone), availability=Availability(zone=ZoneInfo(zone), weekly=weekly))
    office = replace(office, settings=replace(office.settings, me=me))
    mail = Post()
    sure: Counter[date] = Counter()
    doubted: Counter[date] = Counter()
    now, end = datetime(2027, 3, 1, tzinfo=UTC), datetime(2027, 4, 20, tzinfo=UTC)
    while now < end:
        kind = dice.random()
        trouble: BaseException | None = None
        if kind < 0.2:
            trouble = dice.choice([MailLater(URL, "x"), MailRefused(URL, "x"), MailUncertain(URL, "x"), Killed()])
        mail.troubles = [trouble]
        before = len(mail.letters)
        for _ in range(2 if dice.random() < 0.1 else 1):
            try:
                found = post(at(office, now), [KARI], EIGHT, mail.hand)
            except Killed:
                continue
            sure.update(one.day for one in found if one.outcome is Outcome.SENT)
            doubted.update(one.day for one in found if one.outcome is Outcome.UNKNOWN)
        assert len(mail.letters) - before <= 1
        now += timedelta(minutes=dice.choice([20, 30, 40, 40, 60, 300]))

    received = Counter(one.day for one in mail.letters)
    first, last = date(2027, 3, 2), date(2027, 4, 18)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    assert set(received.values()) == {1}
    assert [day for day in days if received[day] != 1] == []
    assert [day for day in days if sure[day] + doubted[day] != 1] == []
    assert doubted.total() > 0


# --- who gets it


def with_mail(desk: Desk, *to: str) -> Desk:
    mail = Mail(host="localhost", sender="kari@example.org", to=to)
    return replace(desk, settings=replace(desk.settings, mail=mail))


def test_readers_are_those_of_the_configuration_or_those_that_were_typed(desk: Desk) -> None:
    assert readers(with_mail(desk, "a@example.org", "b@example.org")) == [Reader("a@example.org"), Reader("b@example.org")]
    assert readers(desk, to=["c@example.org", "c@example.org"]) == [Reader("c@example.org")]


def emails(desk: Desk, *patterns: str) -> Desk:
    acme = replace(desk.settings.clients["acme"], emails=patterns)
    clients = MappingProxyType({**desk.settings.clients, "acme": acme})
    return replace(desk, settings=replace(desk.settings, clients=clients))


def test_a_client_is_written_to_at_exact_addresses(desk: Desk) -> None:
    found = readers(emails(desk, "*@acme.example", "jane@acme.example"), client="acme")

    assert [(one.address, one.name) for one in found] == [("jane@acme.example", "client:acme:jane@acme.example")]


@pytest.mark.parametrize(
    ("ask", "error", "says"),
    [
        (readers, NotConfigured, "nobody to send"),
        (lambda desk: readers(emails(desk, "*@acme.example"), client="acme"), Refused, "no address"),
        (lambda desk: readers(desk, client="acne"), UnknownName, "acne"),
        (lambda desk: readers(desk, to=["a@b.example, x@y.example"]), InputError, "not an address"),
        (lambda desk: readers(desk, to=["kari"]), InputError, "not an address"),
    ],
)
def test_who_has_no_address_is_said(desk: Desk, ask: Callable[[Desk], object], error: type[DeadlinesError], says: str) -> None:
    with pytest.raises(error, match=says):
        ask(desk)


def test_a_client_is_told_by_their_own_day(office: Desk) -> None:
    """At eight in New York it is the afternoon in Oslo."""
    reader = Reader("jane@acme.example", office.settings.clients["acme"])
    mail = Post()
    for when in ("2026-11-24T07:00", "2026-11-24T12:55", "2026-11-24T13:00", "2026-11-24T13:05"):
        post(at(office, when), [reader], EIGHT, mail.hand)

    assert [(one.day, one.page.lead) for one in mail.letters] == [(date(2026, 11, 24), "1 coming up")]
    assert "acme" not in letter(at(office, MORNING), KARI).page.title
