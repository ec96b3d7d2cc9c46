from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deadlines.errors import StoreBusy
from deadlines.store.base import RunKind
from deadlines.store.findings import FindingMemory, Mute, Seen
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SEEN = Seen(
    finding="D101-aaaaaaaa",
    since=NOW,
    code="D101",
    severity="error",
    uid=b"\xff".decode(errors="surrogateescape"),
    summary="Draft",
    client="acme",
    message="was due",
    key="1",
    at=NOW,
    facts="{}",
)
OTHER = SEEN._replace(finding="D102-bbbbbbbb", at=None)


@pytest.fixture
def memory(store: SqliteStore) -> FindingMemory:
    return store.findings


def test_a_reader_remembers_what_he_was_told(memory: FindingMemory) -> None:
    memory.told("check", new=[SEEN, OTHER], gone=[])

    assert memory.since("check") == {SEEN.finding: NOW, OTHER.finding: NOW}
    assert memory.seen("check", [SEEN.finding, "D101-cccccccc"]) == [SEEN]
    assert memory.since("digest") == {}


def test_what_he_was_told_first_stays(memory: FindingMemory) -> None:
    memory.told("check", new=[SEEN], gone=[])
    memory.told("check", new=[SEEN._replace(since=NOW + timedelta(hours=1), message="was due long ago")], gone=[])

    assert memory.seen("check", [SEEN.finding]) == [SEEN]


def test_what_is_gone_is_forgotten_by_one_reader(memory: FindingMemory) -> None:
    for reader in ("check", "digest"):
        memory.told(reader, new=[SEEN], gone=[])
    memory.told("check", new=[], gone=[SEEN.finding])

    assert memory.since("check") == {}
    assert memory.since("digest") == {SEEN.finding: NOW}


def test_findings_are_found_by_the_beginning_of_their_identity(memory: FindingMemory) -> None:
    memory.told("check", new=[SEEN, OTHER], gone=[])
    memory.told("digest", new=[SEEN._replace(since=NOW + timedelta(hours=1))], gone=[])

    assert memory.beginning("D101-a") == [SEEN]
    assert memory.beginning("") == [SEEN, OTHER]
    assert memory.beginning("D101-b") == []


@pytest.mark.parametrize("until", [None, NOW + timedelta(days=1)])
def test_what_is_muted_is_forgotten_by_everybody(memory: FindingMemory, until: datetime | None) -> None:
    for reader in ("check", "digest"):
        memory.told(reader, new=[SEEN, OTHER], gone=[])
    mute = Mute(SEEN.finding, "error", NOW, until)
    memory.mute([mute])

    assert memory.mutes() == {SEEN.finding: mute}
    assert memory.since("check") == memory.since("digest") == {OTHER.finding: NOW}


def test_a_mute_is_replaced_and_taken_back(memory: FindingMemory) -> None:
    later = Mute(SEEN.finding, "error", NOW, NOW + timedelta(days=1))
    memory.mute([Mute(SEEN.finding, "warning", NOW)])
    memory.mute([later])

    assert memory.mutes() == {SEEN.finding: later}

    memory.unmute([SEEN.finding, OTHER.finding])

    assert memory.mutes() == {}


def test_a_rehearsal_remembers_apart(store: SqliteStore) -> None:
    rehearsal = store.rehearsal()
    rehearsal.findings.told("check", new=[SEEN], gone=[])

    assert store.findings.since("check") == {}
    rehearsal.close()


WRITES: dict[str, Callable[[FindingMemory], object]] = {
    "told": lambda memory: memory.told("check", new=[SEEN], gone=[]),
    "mute": lambda memory: memory.mute([Mute(SEEN.finding, "error", NOW)]),
    "unmute": lambda memory: memory.unmute([SEEN.finding]),
}
READS: dict[str, Callable[[FindingMemory], object]] = {
    "since": lambda memory: memory.since("check"),
    "seen": lambda memory: memory.seen("check", [SEEN.finding]),
    "beginning": lambda memory: memory.beginning("D"),
    "mutes": lambda memory: memory.mutes(),
}


def test_every_method_is_called_below() -> None:
    assert {name for name in vars(FindingMemory) if not name.startswith("_")} == {*WRITES, *READS}


@pytest.mark.parametrize("name", [*WRITES, *READS])
def test_every_method_survives_another_process_that_writes(path: Path, memory: FindingMemory, name: str) -> None:
    with closing(SqliteStore(path)) as other, other.write(RunKind.COMMAND, "add", now=NOW):
        if name in WRITES:
            with pytest.raises(StoreBusy):
                WRITES[name](memory)
        else:
            READS[name](memory)
