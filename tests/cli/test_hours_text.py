from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from deadlines.cli.hours_text import day_text, week_text
from deadlines.cli.table import PLAIN, Screen
from deadlines.core.availability import Availability, parse_hours
from deadlines.core.away import parse_time_off
from deadlines.core.client import Client, Owner
from deadlines.core.display import width
from deadlines.core.settings import Settings
from deadlines.usecases.hours import hours

NOW = datetime(2027, 3, 12, 12, 10, tzinfo=UTC)


def works(zone: str, text: str = "Mon-Fri 09:00-17:00", off: str = "") -> Availability:
    return Availability(zone=ZoneInfo(zone), weekly=parse_hours(text), time_off=(parse_time_off(off),) if off else ())


def client(key: str, name: str, zone: str, **more: str) -> Client:
    return Client(key=key, name=name, zone=ZoneInfo(zone), availability=works(zone, **more))


SETTINGS = Settings(
    me=Owner(name="Kari Nordmann", zone=ZoneInfo("Europe/Oslo"), availability=works("Europe/Oslo")),
    clients=MappingProxyType({
        "acme": client("acme", "Acme Inc.", "America/New_York"),
        "ktm": client("ktm", "Kathmandu Trekking & Mountains", "Asia/Kathmandu", off="2027-03-12"),
    }),
)  # fmt: skip


def day(on: str, screen: Screen, *keys: str) -> str:
    (one,) = hours(SETTINGS, keys, first=date.fromisoformat(on), days=1)
    return day_text(one, screen, now=NOW)


def week(on: str, screen: Screen, *keys: str) -> str:
    return week_text(hours(SETTINGS, keys, first=date.fromisoformat(on), days=7), screen, now=NOW)


def test_without_clients_there_is_nothing_in_common_to_be_told() -> None:
    (one,) = hours(replace(SETTINGS, clients=MappingProxyType({})), (), first=date(2027, 3, 12), days=1)

    assert day_text(one, PLAIN, now=NOW) == (
        "Fri 12 Mar, on your clock in Oslo\n"
        "                   00  02  04  06  08  10  12  14  16  18  20  22\n"
        "Kari Nordmann      ..................wwwwwwwwwwwwwwww.............. Oslo\n"
        "                                             ^ now 13:10\n"
        "\n"
        "w works  h off  . does not work; half an hour each\n"
    )


def test_in_a_pipe_a_day_is_letters_and_names_are_whole() -> None:
    assert day("2027-03-12", PLAIN) == (
        "Fri 12 Mar, on your clock in Oslo\n"
        "                                       00  02  04  06  08  10  12  14  16  18  20  22\n"
        "Kari Nordmann                          ..................wwwwwwwwwwwwwwww.............. Oslo\n"
        "Acme Inc.                         -6 h ..............................OOOOwwwwwwwwwwww.. New York\n"
        "Kathmandu Trekking & Mountains +4:45 h ........hhhhhhhhhhhhhhhh........................ Kathmandu, off\n"
        "together                               ................................................\n"
        "                                                                 ^ now 13:10\n"
        "\n"
        "with Acme Inc.: 15:00-17:00 Oslo = 09:00-11:00 New York\n"
        "with Kathmandu Trekking & Mountains: no hours in common\n"
        "everybody: no hours in common\n"
        "\n"
        "w works  O with you  h off  . does not work; half an hour each\n"
    )


def test_on_a_terminal_a_day_is_blocks() -> None:
    assert day("2027-03-12", Screen(columns=80), "acme") == (
        "Fri 12 Mar, on your clock in Oslo\n"
        "                   00  02  04  06  08  10  12  14  16  18  20  22\n"
        "Kari Nordmann      ··················▒▒▒▒▒▒▒▒▒▒▒▒████·············· Oslo\n"
        "Acme Inc.     -6 h ······························████▒▒▒▒▒▒▒▒▒▒▒▒·· New York\n"
        "together           ······························████··············\n"
        "                                             ▲ now 13:10\n"
        "\n"
        "with Acme Inc.: 15:00-17:00 Oslo = 09:00-11:00 New York\n"
        "\n"
        "▒ works  █ with you  ░ off  · does not work; half an hour each\n"
    )


def test_a_week_tells_what_the_change_of_a_clock_does() -> None:
    assert week("2027-03-08", PLAIN, "acme") == (
        "The week from Mon 8 Mar: Kari Nordmann, Acme Inc.\n"
        "           00  02  04  06  08  10  12  14  16  18  20  22\n"
        "Mon 8 Mar  ..................mmmmmmmmmmmmOOOOcccccccccccc.. 15:00-17:00\n"
        "Tue 9 Mar  ..................mmmmmmmmmmmmOOOOcccccccccccc.. 15:00-17:00\n"
        "Wed 10 Mar ..................mmmmmmmmmmmmOOOOcccccccccccc.. 15:00-17:00\n"
        "Thu 11 Mar ..................mmmmmmmmmmmmOOOOcccccccccccc.. 15:00-17:00\n"
        "Fri 12 Mar ..................mmmmmmmmmmmmOOOOcccccccccccc.. 15:00-17:00\n"
        "                                     ^ now 13:10\n"
        "Sat 13 Mar ................................................ -\n"
        "           The clock in New York changes; New York is 6 h behind you, then 5 h behind you\n"
        "Sun 14 Mar ................................................ -\n"
        "\n"
        "m only you  c only others  O everybody, on your clock\n"
    )


def test_in_the_next_week_the_overlap_is_longer() -> None:
    assert "Mon 15 Mar ..................mmmmmmmmmmOOOOOOcccccccccc.... 14:00-17:00\n" in week("2027-03-15", PLAIN, "acme")


def test_the_skipped_hour_is_a_hole_below_the_other_days_and_the_repeated_one_stands_twice_by_itself() -> None:
    assert "Sun 28 Mar ....  ..........................................  -" in week("2027-03-22", PLAIN, "acme").replace(
        " -\n", "  -\n"
    )
    assert "00    04  06" in day("2027-03-28", PLAIN)
    assert "00  0202  04" in day("2027-10-31", PLAIN)


@pytest.mark.parametrize("columns", [40, 60, 80, 100, 120, 160])
@pytest.mark.parametrize("ellipsis", ["…", "..."])
def test_rows_fit_the_terminal(columns: int, ellipsis: str) -> None:
    screen = Screen(columns=columns, ellipsis=ellipsis)

    for text in (day("2027-03-12", screen), week("2027-03-22", screen)):
        rows = [line for line in text.splitlines() if "··" in line or ".." in line or "now" in line]
        assert rows
        assert max(map(width, rows)) <= max(columns, 58)
        assert text.isascii() == (ellipsis == "...")


def test_colours_mark_what_is_common_and_change_no_character() -> None:
    colored = day("2027-03-12", Screen(columns=80, colored=True))

    assert "\x1b[32m████\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == day("2027-03-12", Screen(columns=80))
