from __future__ import annotations

from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from deadlines.errors import StoreBusy
from deadlines.store.base import RunKind
from deadlines.store.digests import Delivery, DigestLedger, Outcome
from deadlines.store.sqlite import SqliteStore

NOW = datetime(2026, 11, 24, 7, tzinfo=UTC)
SENDING = Delivery("kari@example.org", date(2026, 11, 24), Outcome.SENDING, NOW, "<1@example.org>")


@pytest.fixture
def ledger(store: SqliteStore) -> DigestLedger:
    return store.digests


def kept(ledger: DigestLedger, since: date = SENDING.day) -> list[Delivery]:
    return list(ledger.deliveries(SENDING.reader, since=since))


def test_a_day_is_claimed_once(ledger: DigestLedger) -> None:
    again = SENDING._replace(at=NOW + timedelta(minutes=5), message_id="<2@example.org>")

    assert [ledger.claim(SENDING), ledger.claim(again)] == [True, False]
    assert kept(ledger) == [SENDING]


@pytest.mark.parametrize("outcome", Outcome)
def test_only_what_was_not_sent_is_claimed_again(ledger: DigestLedger, outcome: Outcome) -> None:
    ledger.claim(SENDING)
    settled = SENDING._replace(outcome=outcome, problem="why")
    ledger.settle(settled)
    again = SENDING._replace(message_id="<2@example.org>")

    claimed = ledger.claim(again)

    assert claimed == (outcome in {Outcome.FAILED, Outcome.REFUSED})
    assert kept(ledger) == [again if claimed else settled]


def test_readers_and_days_are_apart(ledger: DigestLedger) -> None:
    before = SENDING._replace(day=date(2026, 11, 23), outcome=Outcome.SENT)
    other = SENDING._replace(reader="jane@acme.example")
    for one in (SENDING, before, other):
        ledger.claim(one)

    assert kept(ledger) == [SENDING]
    assert kept(ledger, date(2026, 11, 1)) == [before, SENDING]


def test_two_processes_claim_one_day_once(path: Path, ledger: DigestLedger) -> None:
    with closing(SqliteStore(path)) as other:
        assert [other.digests.claim(SENDING), ledger.claim(SENDING)] == [True, False]


@pytest.mark.parametrize("method", ["claim", "settle"])
def test_a_locked_database_is_said(path: Path, ledger: DigestLedger, method: str) -> None:
    with closing(SqliteStore(path)) as other, other.write(RunKind.COMMAND, "add", now=NOW), pytest.raises(StoreBusy):
        getattr(ledger, method)(SENDING)

    assert kept(ledger) == []
