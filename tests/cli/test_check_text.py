from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from deadlines.cli.check_text import check_text, muted_text, summary
from deadlines.cli.table import Screen
from deadlines.core.availability import Availability, parse_hours
from deadlines.core.client import Client, Owner
from deadlines.core.display import width
from deadlines.core.findings import Code, Finding
from deadlines.core.settings import Settings
from deadlines.store.findings import Mute
from deadlines.usecases.check import Checked, Noticed, State

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
OSLO, NEW_YORK = ZoneInfo("Europe/Oslo"), ZoneInfo("America/New_York")
SETTINGS = Settings(
    me=Owner(zone=OSLO, availability=Availability(zone=OSLO, weekly=parse_hours("Mon-Fri 9-17"))),
    clients={
        "acme": Client(
            key="acme", name="Acme Inc.", zone=NEW_YORK, availability=Availability(zone=NEW_YORK, weekly=parse_hours("Mon 9-17"))
        )
    },
)
MESSAGE = "was due Fri 20 Nov 17:00 New York = Fri 20 Nov 23:00 Oslo (2 d 14 h overdue), which is longer than a line"
MISSED = Finding(Code.MISSED, "1", "Landing page", "acme", MESSAGE, {}, "deadlines done 1")
SYNC = Finding(Code.NOT_SYNCED, "", "work", "", "not synced since Sat 21 Nov", {}, "deadlines sync")
HOSTILE = MISSED._replace(summary="\x1b]52;c;ZXZpbA==\x07\u202eevil", message="\x1b[2J\n gone", remedy="\u009b31m")


def noticed(finding: Finding, state: State = State.NEW, mute: Mute | None = None) -> Noticed:
    return Noticed(finding.id, finding, state, NOW, mute)


def checked(*holding: Noticed, resolved: tuple[Noticed, ...] = (), muted: tuple[Noticed, ...] = ()) -> Checked:
    return Checked(reader="check", now=NOW, holding=holding, resolved=resolved, muted=muted, over=())


def test_findings_stand_under_their_client_each_with_what_to_do() -> None:
    everything = checked(noticed(MISSED), noticed(SYNC, State.STILL), resolved=(noticed(SYNC, State.RESOLVED),))

    assert check_text(everything, (), SETTINGS, Screen()) == (
        "Acme Inc. (acme)\n"
        f"  error    {MISSED.id}  Landing page: missed (new)\n"
        f"    {MESSAGE}\n"
        "    -> deadlines done 1\n"
        "\n"
        "Your data\n"
        f"  warning  {SYNC.id}  work: calendar not synced\n"
        "    not synced since Sat 21 Nov\n"
        "    -> deadlines sync\n"
        "\n"
        "Resolved\n"
        f"  {SYNC.id}  work: calendar not synced\n"
    )


def test_nothing_is_said_of_nothing() -> None:
    assert check_text(checked(), (), SETTINGS, Screen()) == ""
    assert summary(checked(), ()) == "Nothing to look at."


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_lines_fit_a_terminal(columns: int) -> None:
    screen = Screen(columns=columns)

    long = MISSED._replace(summary="長い" * 60)
    text = check_text(checked(*[noticed(finding) for finding in (MISSED, long, SYNC)]), (), SETTINGS, screen)

    assert max(map(width, re.findall("^    .*", text, re.MULTILINE))) <= columns
    assert max(map(width, text.splitlines())) <= columns
    assert " ".join(MESSAGE.split()) in " ".join(text.split())


def test_colours_say_how_bad_it_is() -> None:
    text = check_text(checked(noticed(MISSED)), (), SETTINGS, Screen(colored=True))

    assert "\x1b[31merror  \x1b[0m" in text
    assert re.sub(r"\x1b\[\d+m", "", text) == check_text(checked(noticed(MISSED)), (), SETTINGS, Screen())


@pytest.mark.parametrize("columns", [None, 80])
def test_foreign_text_is_harmless(columns: int | None) -> None:
    one = noticed(HOSTILE)
    mute = one._replace(mute=Mute(one.id, "error", NOW))
    everything = checked(one, resolved=(one,), muted=(mute,))

    text = check_text(everything, (mute,), SETTINGS, Screen(columns=columns)) + muted_text([mute], "ack", SETTINGS, now=NOW)

    assert [line for line in text.split("\n") if not line.isprintable()] == []


def test_what_is_muted_says_how() -> None:
    known = noticed(MISSED, State.STILL, Mute(MISSED.id, "error", NOW - timedelta(days=1)))
    later = noticed(SYNC, State.STILL, Mute(SYNC.id, "warning", NOW, NOW + timedelta(days=2)))
    everything = checked(muted=(known, later))

    assert check_text(everything, everything.muted, SETTINGS, Screen()).splitlines() == [
        "Acknowledged or snoozed",
        f"  {MISSED.id}  Landing page: missed: acknowledged Sun 22 Nov 13:00",
        f"  {SYNC.id}  work: calendar not synced: snoozed until Wed 25 Nov 13:00",
    ]
    assert muted_text([later], "snoozed", SETTINGS, now=NOW) == (
        f"snoozed until Wed 25 Nov 13:00 {SYNC.id}: work: calendar not synced\n"
    )
    assert summary(everything, ()) == "Nothing to look at. 2 acknowledged or snoozed: `--all` shows them."
    assert summary(everything, everything.muted) == "Nothing to look at."


def test_the_summary_counts_by_severity() -> None:
    info = noticed(MISSED._replace(code=Code.DUE_ON_DAY_OFF))

    assert summary(checked(noticed(MISSED), noticed(MISSED), noticed(SYNC), info, info), ()) == "2 errors, 1 warning, 2 info."
