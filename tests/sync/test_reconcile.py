"""The whole table of SYNC.md §3: its decisions, that `docs/sync.md` shows it, and that no cell of it loses a version."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from tests.sync.rig import PATH, WORK, LockedDav, Replica, task, with_line

from deadlines.ical.read import content
from deadlines.store.base import RunKind
from deadlines.sync.reconcile import Action, Side, decide


@dataclass(frozen=True)
class Cell:
    """One cell: what happened here, what happened there, whether both now say the same, whether the state is present."""

    here: str
    there: str
    equal: bool
    state: bool


_TABLE = """
here       there      | state, equal     state, different    | lost, equal   lost, different
unchanged  unchanged  | nothing          -                   | adopt         -
unchanged  edited     | -                pull                | -             conflict
unchanged  deleted    | -                delete local        | -             create remote
unchanged  recreated  | nothing          pull                | adopt         conflict
edited     unchanged  | -                push                | -             conflict
edited     edited     | adopt            merge               | adopt         conflict
edited     deleted    | -                recreate remote     | -             create remote
edited     recreated  | adopt            merge               | adopt         conflict
deleted    unchanged  | -                delete remote       | -             pull
deleted    edited     | -                restore local       | -             pull
deleted    deleted    | forget           -                   | forget        -
deleted    recreated  | delete remote    restore local       | -             pull
recreated  unchanged  | nothing          push                | adopt         conflict
recreated  edited     | adopt            merge               | adopt         conflict
recreated  deleted    | delete local     recreate remote     | -             create remote
recreated  recreated  | adopt            merge               | adopt         conflict
created    absent     | -                create remote       | -             create remote
absent     created    | -                pull                | -             pull
created    created    | adopt            conflict            | adopt         conflict
"""
# A resource that was recreated with its old content is the old one: `equal` then means equal to the base where the other
# side has nothing, or a removal, to compare with.

_COLUMNS = ((True, True), (True, False), (False, True), (False, False))


def _rows() -> list[tuple[str, str, tuple[str, ...]]]:
    rows = []
    for line in _TABLE.strip().splitlines()[1:]:
        names, state, lost = line.split("|")
        here, there = names.split()
        cells = [part.strip() for half in (state, lost) for part in half.strip().split("  ") if part.strip()]
        assert len(cells) == 4, line
        rows.append((here, there, tuple(cells)))
    return rows


CELLS = [
    (Cell(here, there, equal, state), expected)
    for here, there, cells in _rows()
    for (state, equal), expected in zip(_COLUMNS, cells, strict=True)
    if expected != "-"
]

BASE = task("u", "base")
HERE = task("u", "edited here", stamp="20261102T090000Z")
THERE = task("u", "edited there", stamp="20261103T090000Z")
BOTH = task("u", "edited alike")


def _text(what: str, own: str, cell: Cell) -> str | None:
    """What a side has in the end."""
    other = cell.there if own == HERE else cell.here
    match what:
        case "unchanged":
            return BASE
        case "deleted" | "absent":
            return None
        case "recreated" if cell.equal and other in {"unchanged", "deleted"}:
            return BASE
        case _:
            return BOTH if cell.equal else own


def _world(cell: Cell) -> tuple[LockedDav, Replica, str | None, str | None]:
    """A client and a server in the situation of the cell, and the text of each side."""
    dav = LockedDav()
    replica = Replica(dav)
    here, there = _text(cell.here, HERE, cell), _text(cell.there, THERE, cell)
    if {cell.here, cell.there}.isdisjoint({"created", "absent"}):
        dav.put(f"{PATH}u.ics", BASE)
    replica.sync()
    if replica.text("u"):
        _set_here(replica, cell.here, here)
    elif here is not None:
        replica.put_text(here)
    _set_there(dav, cell.there, there)
    if not cell.state:
        with replica.store.write(RunKind.COMMAND, "lose the state", now=replica.now) as writer:
            writer.detach(WORK)
    return dav, replica, here, there


def _set_here(replica: Replica, what: str, text: str | None) -> None:
    if what in {"deleted", "recreated"}:
        replica.remove("u")
    if what == "recreated" and text is not None:
        record = replica.record("u")
        replica.restore(record, text)
    elif what == "edited" and text is not None:
        replica.change("u", lambda _: text)


def _set_there(dav: LockedDav, what: str, text: str | None) -> None:
    if what in {"deleted", "recreated"}:
        dav.remove(f"{PATH}u.ics")
    if what in {"edited", "recreated", "created"} and text is not None:
        dav.put(f"{PATH}u.ics", text)


def _side(what: str, text: str | None, *, state: bool) -> Side:
    if not state or what in {"created", "absent"}:
        return Side.NONE if text is None else Side.NEW
    if text is None:
        return Side.GONE
    return Side.SAME if content(text) == content(BASE) else Side.EDITED


@pytest.mark.parametrize(("cell", "expected"), CELLS, ids=str)
def test_cell_is_decided_as_written(cell: Cell, expected: str) -> None:
    here, there = _text(cell.here, HERE, cell), _text(cell.there, THERE, cell)

    action = decide(
        _side(cell.here, here, state=cell.state),
        _side(cell.there, there, state=cell.state),
        agree=here is not None and there is not None and content(here) == content(there),
    )

    assert action is Action(expected)


@pytest.mark.parametrize(("cell", "expected"), CELLS, ids=str)
def test_no_cell_ends_with_a_version_that_exists_nowhere(cell: Cell, expected: str) -> None:
    dav, replica, here, there = _world(cell)

    report = replica.sync()

    assert report.ok, report.error
    everywhere = [content(text) for text in (*dav.texts().values(), *replica.texts().values(), *replica.journalled())]
    for version in (here, there):
        assert version is None or content(version) in everywhere
    _assert_done(Action(expected), dav, replica, here, there)


def _assert_done(action: Action, dav: LockedDav, replica: Replica, here: str | None, there: str | None) -> None:
    ours, theirs = replica.text("u"), dav.texts().get("u.ics", "")
    assert content(ours or BASE) == content(theirs or BASE)
    assert bool(ours) == bool(theirs)
    assert not replica.store.pending(WORK)
    match action:
        case Action.CONFLICT | Action.MERGE:  # the newest wins, and the other one is in the journal
            others = [content(change.other) for change in replica.journal() if change.other is not None]
            assert sorted([content(ours), *others], key=str) == sorted([content(here or ""), content(there or "")], key=str)
        case Action.PULL | Action.RESTORE_LOCAL:
            assert content(ours) == content(there or "")
        case Action.PUSH | Action.CREATE_REMOTE | Action.RECREATE_REMOTE | Action.ADOPT | Action.NOTHING:
            assert content(theirs) == content(here or "")
        case _:
            assert (ours, theirs) == ("", "")
    conflicted = action in {Action.CONFLICT, Action.MERGE}
    assert bool(replica.report.conflicts) == conflicted
    assert any(change.other is not None for change in replica.journal()) == conflicted


def test_the_table_is_complete() -> None:
    """Every pair, but those in which a side would create what both know, or has nothing while the other has what both know."""
    pairs = {(here, there) for here, there, _ in _rows()}
    both_know = set(product(("unchanged", "edited", "deleted", "recreated"), repeat=2))
    assert pairs == both_know | {("created", "absent"), ("absent", "created"), ("created", "created")}


def test_sides_that_disagree_about_a_base_are_a_programming_error() -> None:
    with pytest.raises(KeyError):
        decide(Side.SAME, Side.NEW, agree=False)


def test_the_documentation_shows_this_very_table() -> None:
    text = Path(__file__).parents[2].joinpath("docs", "sync.md").read_text("utf-8")
    shown = [
        tuple(cell.strip() for cell in line.strip("|").split("|"))
        for line in text.splitlines()
        if line.startswith("|") and line.count("|") == 7
    ]

    assert shown[2:] == [(here, there, *cells) for here, there, cells in _rows()]
    assert shown[0] == ("here", "there", "same content", "different", "state lost, same content", "state lost, different")


def test_a_property_of_each_side_survives_a_merge_without_conflict() -> None:
    dav = LockedDav()
    replica = Replica(dav)
    dav.put(f"{PATH}u.ics", BASE)
    replica.sync()
    replica.edit("u", summary="edited here")
    dav.put(f"{PATH}u.ics", with_line(BASE, "PRIORITY", "3"))

    report = replica.sync()

    assert (replica.task("u").summary, replica.task("u").priority) == ("edited here", 3)
    assert "PRIORITY:3" in dav.texts()["u.ics"]
    assert "SUMMARY:edited here" in dav.texts()["u.ics"]
    assert [item.uid for item in report.merged] == ["u"]
    assert not report.conflicts
