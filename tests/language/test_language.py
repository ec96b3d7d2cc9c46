from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.availability import Availability
from deadlines.core.client import Client, Owner
from deadlines.core.clocks import both_clocks, time_left
from deadlines.core.message import Clock, Clocks, Counted, Day, Left, Length, Message
from deadlines.core.when import AllDay
from deadlines.language.language import English, Translated, codes, language

NOW = datetime(2026, 11, 23, 16, tzinfo=UTC)
FIVE = datetime(2026, 11, 27, 22, tzinfo=UTC)
OSLO = Owner(zone=ZoneInfo("Europe/Oslo"), availability=Availability(zone=ZoneInfo("Europe/Oslo"), weekly=()))
NEW_YORK = ZoneInfo("America/New_York")
ACME = Client(key="acme", name="Acme", zone=NEW_YORK, availability=Availability(zone=NEW_YORK, weekly=()))

PARAMETERS = {
    "clocks": (
        Clocks(FIVE, ACME, OSLO, NOW),
        "Fri 27 Nov 17:00 New York = Fri 27 Nov 23:00 Oslo",
        "fre. 27. nov. 17:00 New York = fre. 27. nov. 23:00 Oslo",
    ),
    "one clock": (Clocks(FIVE, None, OSLO, NOW), "Fri 27 Nov 23:00 Oslo", "fre. 27. nov. 23:00 Oslo"),
    "end of day": (
        Clocks(datetime(2026, 11, 28, 5, tzinfo=UTC), ACME, OSLO, NOW, AllDay(date(2026, 11, 27))),
        "Fri 27 Nov 24:00 New York = Sat 28 Nov 06:00 Oslo",
        "fre. 27. nov. 24:00 New York = lør. 28. nov. 06:00 Oslo",
    ),
    "clock": (Clock(FIVE, ACME, NOW), "Fri 27 Nov 17:00", "fre. 27. nov. 17:00"),
    "another year": (Day(date(2027, 1, 4), 2026), "Mon 4 Jan 2027", "man. 4. jan. 2027"),
    "to come": (Left(FIVE, NOW), "in 4 d 6 h", "om 4 d 6 t"),
    "past": (Left(NOW - timedelta(minutes=35), NOW), "35 min overdue", "35 min over fristen"),
    "just now": (Left(NOW, NOW), "now", "nå"),
    "length": (Length(timedelta(hours=3, minutes=5)), "3 h 5 min", "3 t 5 min"),
    "many": (12_345, "12345", "12\u00a0345"),
    "fraction": (14.5, "14.5", "14,5"),
    "list": (("A", Day(date(2026, 12, 1), 2026)), "A, Tue 1 Dec", "A, tir. 1. des."),
    "foreign": ("{now} %s now", "{now} %s now", "{now} %s now"),
    "nested": (Message("in {time}", time="x"), "in x", "om x"),
}


@pytest.mark.parametrize(("value", "english", "norwegian"), PARAMETERS.values(), ids=PARAMETERS)
def test_parameters_are_said_by_the_language(value: object, english: str, norwegian: str) -> None:
    message = Message("in {time}", time=value)

    assert (str(message), English().text(message)) == (f"in {english}",) * 2
    assert language("nb").text(message) == f"om {norwegian}"


@given(
    left=st.timedeltas(min_value=-timedelta(days=4000), max_value=timedelta(days=4000)),
    minutes=st.integers(0, 2_000_000),
)
def test_a_message_says_what_the_command_line_says(left: timedelta, minutes: int) -> None:
    instant = NOW + timedelta(minutes=minutes)

    assert str(Message("{left}", left=Left(NOW + left, NOW))) == time_left(NOW + left, NOW)
    assert str(Message("{due}", due=Clocks(instant, ACME, OSLO, NOW))) == both_clocks(instant, client=ACME, owner=OSLO, now=NOW)


@pytest.mark.parametrize(("n", "text"), [(0, "0 items"), (1, "1 item"), (2, "2 items")])
def test_counting_knows_its_plural(n: int, text: str) -> None:
    assert Counted("{n} item", "{n} items", n) == text


def test_a_message_is_a_text() -> None:
    message = Message("{a} and {b}", a="{x}", b=2)

    assert message == "{x} and 2"
    assert language("nb").text("somebody's own text: now") == "somebody's own text: now"


def test_a_catalogue_of_another_language_is_only_a_file(tmp_path: Path) -> None:
    path = tmp_path / "pl" / "LC_MESSAGES" / "deadlines.po"
    path.parent.mkdir(parents=True)
    plural = "nplurals=3; plural=(n==1 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Plural-Forms: {plural};\\n"\n\n'
        'msgid "{n} item"\nmsgid_plural "{n} items"\n'
        'msgstr[0] "{n} element"\nmsgstr[1] "{n} elementy"\nmsgstr[2] "{n} elementów"\n',
        encoding="utf-8",
    )
    polish = Translated("pl", path)

    assert [polish.text(Counted("{n} item", "{n} items", n)) for n in (1, 2, 5)] == ["1 element", "2 elementy", "5 elementów"]
    assert polish.text(Message("not translated")) == "not translated"
    assert codes(tmp_path) == ("en", "pl")


def test_an_unknown_language_is_english() -> None:
    assert language("xx").text(Message("in {time}", time=Day(date(2026, 12, 1), 2026))) == "in Tue 1 Dec"
    assert "nb" in codes()
