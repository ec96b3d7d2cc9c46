from __future__ import annotations

from dataclasses import dataclass, field

from deadlines.errors import ProgramFailed
from deadlines.usecases.check import check
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.notify import notify
from deadlines.usecases.tasks import add, finish


@dataclass
class Teller:
    """Remembers what it told; fails for titles that hold a word."""

    refuses: str = "\0"
    told: list[tuple[str, str]] = field(default_factory=list)

    def notify(self, title: str, body: str) -> None:
        if self.refuses in title:
            raise ProgramFailed("tell", "it ended with status 1")
        self.told.append((title, body))


def missed(desk: Desk, *summaries: str) -> None:
    for summary in summaries:
        add(desk, Draft(summary=summary, client="acme", due="2026-11-20 17:00"))


def test_each_is_told_once_with_whose_it_is(desk: Desk) -> None:
    missed(desk, "Logo\x1b[31m")
    teller = Teller()

    notify(desk, [teller])
    notify(desk, [teller])

    ((title, body),) = teller.told
    assert title.startswith("Missed: Logo")
    assert title.endswith(" (Acme Inc.)")
    assert "\x1b" not in title
    assert body.startswith("was due Fri 20 Nov 17:00 New York")


def test_what_nobody_could_tell_is_told_the_next_time(desk: Desk) -> None:
    missed(desk, "Logo", "Page")

    first = notify(desk, [Teller(refuses="Logo")])
    second = notify(desk, [teller := Teller()])

    assert [str(error) for error in first.errors] == ["tell: it ended with status 1"]
    assert [one.finding.summary for one in first.told] == ["Page"]
    assert [title for title, _ in teller.told] == ["Missed: Logo (Acme Inc.)"]
    assert second.errors == ()


def test_one_way_that_works_is_enough(desk: Desk) -> None:
    missed(desk, "Logo")
    works = Teller()

    assert len(notify(desk, [Teller(refuses="Logo"), works]).told) == 1
    assert notify(desk, [works]).told == ()


def test_more_than_three_are_one_and_a_long_list_is_cut(desk: Desk) -> None:
    missed(desk, *map("Part {}".format, range(22)))
    add(desk, Draft(summary="Soon", client="acme", due="2026-11-24 17:00"))
    teller = Teller()

    assert len(notify(desk, [teller]).told) == 24

    ((title, body),) = teller.told
    assert title == "Deadlines: 22 missed, 1 due soon, 1 will be missed"
    assert len(body.splitlines()) == 21
    assert body.endswith("\nand 4 more")


def test_what_is_done_is_forgotten_and_nobody_else_is_told_for(desk: Desk) -> None:
    missed(desk, "Logo")
    notify(desk, [Teller()])
    assert check(desk).holding[0].state.value == "new"
    finish(desk, ["1"])

    notify(desk, [teller := Teller()])

    assert teller.told == []
    assert desk.store.findings.since("notify") == {}
