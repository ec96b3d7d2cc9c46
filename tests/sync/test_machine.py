"""Two clients and a server that fails: whatever happens, everything is in step after three quiet syncs, and no edit is lost.

Every edit leaves a mark (`m17`) in the task. A mark that nobody overwrote or removed knowingly must in the end be on the server,
or, where it lost a conflict, in the journal as the other version. Run longer with `SYNC_MACHINE_EXAMPLES=5000`.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.servers.fake import Behaviour, FakeDav, FakeRow, Reply, Request
from tests.servers.quirks import (
    BROKEN,
    BUSY,
    CHANGED,
    HTML_207,
    LOCKED,
    READ_ONLY,
    REDIRECT_TO_LOGIN,
    TOO_LARGE,
    TOO_MANY,
    VANISHED,
    Answers,
    CutAfter,
    CutBefore,
    CutBody,
    CutXml,
    DataMissing,
    EtagMissing,
    PutEtagRewritten,
    PutSaysNoEtag,
    Rewriting,
    StoredBut,
    TokensInvalid,
    TokensStaleAccepted,
    Truncated,
)
from tests.sync.rig import NOW, PATH, Crash, CrashingStore, Replica, task, with_line

from deadlines.core.settings import Policy
from deadlines.core.task import Status
from deadlines.store.base import Record
from deadlines.sync.merge import same_meaning

EXAMPLES = int(os.environ.get("SYNC_MACHINE_EXAMPLES", "500"))  # how long to look is for who runs the test to say
MARK = re.compile(r"\bm\d+\b")
UIDS = st.sampled_from(["u1", "u2", "u3"])
CLIENTS = st.sampled_from([0, 1])
PLACES = st.tuples(st.sampled_from(["", "PUT", "REPORT", "DELETE"]), st.integers(0, 3))
PROPERTIES = st.sampled_from(["SUMMARY", "DESCRIPTION", "CATEGORIES", "COMPLETE"])


class Died(Behaviour):
    """The client dies with this request: before it leaves, or before its answer comes."""

    def __init__(self, *, answered: bool) -> None:
        self._answered = answered

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        if not self._answered:
            raise Crash
        return request

    def after(self, _dav: FakeDav, _request: Request, _reply: Reply) -> Reply:
        raise Crash


class Meanwhile(Behaviour):
    """Something else happens just before the request."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act = act

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        self._act()
        return request


class Faults(Behaviour):
    """A behaviour for the nth request with a method, or of all (""); all others are answered well."""

    def __init__(self, plan: dict[tuple[str, int], Behaviour]) -> None:
        self._plan = plan
        self._seen: Counter[str] = Counter()
        self._now = Behaviour()

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        places = [(name, self._seen[name]) for name in ("", request.method)]
        self._seen.update(["", request.method])
        self._now = next((self._plan[place] for place in places if place in self._plan), Behaviour())
        return self._now.before(dav, request)

    def etag(self, dav: FakeDav, name: str, etag: str) -> str:
        return self._now.etag(dav, name, etag)

    def row(self, dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        return self._now.row(dav, request, row)

    def after(self, dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return self._now.after(dav, request, reply)


FAULTS: dict[str, Behaviour] = {
    "cut before": CutBefore(),
    "cut after": CutAfter(),
    "cut body": CutBody(),
    "cut xml": CutXml(),
    "html": Answers(HTML_207),
    "login": Answers(REDIRECT_TO_LOGIN),
    "vanished": Answers(VANISHED),
    "500": Answers(BROKEN),
    "500 but stored": StoredBut(BROKEN),
    "503": Answers(BUSY),
    "429": Answers(TOO_MANY),
    "423": Answers(LOCKED),
    "412": Answers(CHANGED, "PUT"),
    "412 to delete": Answers(CHANGED, "DELETE"),
    "read-only": Answers(READ_ONLY, "PUT"),
    "too large": Answers(TOO_LARGE, "PUT"),
    "invalid token": TokensInvalid(),
    "stale token": TokensStaleAccepted(),
    "no etags": EtagMissing(),
    "put without etag": PutSaysNoEtag(),
    "put with another etag": PutEtagRewritten(),
    "no data": DataMissing(),
    "no data in reports": DataMissing(in_sync=True),
    "truncated": Truncated(1),
    "dies before": Died(answered=False),
    "dies after": Died(answered=True),
}
MEANWHILE = ["edited here", "edited there", "removed here", "removed there"]


class TwoClients(RuleBasedStateMachine):
    """The world and what may happen in it."""

    def __init__(self) -> None:
        super().__init__()
        self.dav = FakeDav()
        self.marks = 0
        self.alive: dict[str, str] = {}
        """Marks that must be found in the end, and the UID they were made in."""
        self.gone: dict[str, set[str]] = {}
        """Removed UIDs, with the marks that whoever removed it did not know."""

    @initialize(policy=st.sampled_from([Policy.NEWEST, Policy.MINE, Policy.THEIRS, Policy.BOTH]), rewriting=st.booleans())
    def begin(self, policy: Policy, rewriting: bool) -> None:
        skew = timedelta(days=1)
        self.clients = [Replica(self.dav, policy=policy, now=NOW - skew), Replica(self.dav, policy=policy, now=NOW + skew)]
        if rewriting:
            self.dav.behaviours.append(Rewriting())

    # What people do

    @rule(client=CLIENTS, uid=UIDS)
    def add(self, client: int, uid: str) -> None:
        replica = self.clients[client]
        if replica.store.by_uid("work", uid) is None:
            replica.add(uid, self._mark(uid))

    @rule(client=CLIENTS, uid=UIDS, name=PROPERTIES)
    def edit(self, client: int, uid: str, name: str) -> None:
        replica = self.clients[client]
        if not (before := replica.text(uid)):
            self.add(client, uid)
            return
        mark = self._mark(uid)
        known = replica.task(uid)
        match name:
            case "SUMMARY":
                replica.edit(uid, summary=mark)
            case "DESCRIPTION":
                replica.edit(uid, description=mark)
            case "CATEGORIES":
                replica.edit(uid, categories=(*known.categories, mark))
            case _:
                replica.edit(
                    uid, status=Status.COMPLETED, percent_complete=100, completed=NOW, categories=(*known.categories, mark)
                )
        self._overwritten(before, replica.text(uid))

    @rule(client=CLIENTS, uid=UIDS)
    def remove(self, client: int, uid: str) -> None:
        replica = self.clients[client]
        if not (before := replica.text(uid)):
            return
        replica.remove(uid)
        self._removed(uid, before)

    @rule(uid=UIDS, name=PROPERTIES)
    def edit_there(self, uid: str, name: str) -> None:
        before = self.dav.texts().get(f"{uid}.ics", "")
        mark = self._mark(uid)
        after = task(uid, mark) if not before else with_line(before, "SUMMARY" if name == "COMPLETE" else name, mark)
        self.dav.put(f"{PATH}{uid}.ics", with_line(after, "LAST-MODIFIED", f"20261123T{9 + self.marks % 12:02}0000Z"))
        self._overwritten(before, after)

    @rule(uid=UIDS)
    def remove_there(self, uid: str) -> None:
        if before := self.dav.texts().get(f"{uid}.ics", ""):
            self.dav.remove(f"{PATH}{uid}.ics")
            self._removed(uid, before)

    # Sync

    @rule(
        client=CLIENTS,
        faults=st.dictionaries(PLACES, st.sampled_from([*FAULTS, *MEANWHILE]), max_size=3),
        crash=st.none() | st.tuples(st.integers(1, 6), st.booleans()),
        uid=UIDS,
        full=st.booleans(),
    )
    def sync(self, client: int, faults: dict[tuple[str, int], str], crash: tuple[int, bool] | None, uid: str, full: bool) -> None:
        replica = self.clients[client]
        plan = {place: FAULTS.get(name) or self._meanwhile(name, client, uid) for place, name in faults.items()}
        trouble = Faults(plan)
        self.dav.behaviours.append(trouble)
        store = CrashingStore(replica.store, crash[0], committed=crash[1]) if crash else replica.store
        try:
            replica.sync(store=store, full=full)
        except Crash:
            pass
        finally:
            self.dav.behaviours.remove(trouble)

    def _meanwhile(self, name: str, client: int, uid: str) -> Behaviour:
        acts: dict[str, Callable[[], object]] = {
            "edited here": lambda: self._unlocked(client, lambda: self.edit(client, uid, "DESCRIPTION")),
            "removed here": lambda: self._unlocked(client, lambda: self.remove(client, uid)),
            "edited there": lambda: self.edit_there(uid, "DESCRIPTION"),
            "removed there": lambda: self.remove_there(uid),
        }
        return Meanwhile(acts[name])

    def _unlocked(self, client: int, act: Callable[[], object]) -> None:
        """Another process cannot write while the sync holds a transaction, as it does while it reads a lazy answer."""
        if not self.clients[client].store._database.connection.in_transaction:
            act()

    # The laws

    def teardown(self) -> None:
        if not hasattr(self, "clients"):
            return
        for _ in range(3):
            for replica in self.clients:
                replica.now += timedelta(hours=25)
                report = replica.sync(allow_deletes=100)
                assert report.ok, report.error
        for replica in self.clients:
            self.dav.requests.clear()
            report = replica.sync()
            assert [request.method for request in self.dav.requests] == ["REPORT"], report
            assert not report.skipped
        self._in_step()
        self._nothing_lost()
        self._nothing_resurrected()

    def _in_step(self) -> None:
        there = self.dav.texts()
        by_uid = {re.search(r"^UID:(\S+)", text, re.MULTILINE)[1]: text for text in there.values()}  # type: ignore[index]  # it has one
        assert len(by_uid) == len(there), "doubled"
        for replica in self.clients:
            here = replica.texts()
            assert here.keys() == by_uid.keys()
            for uid, text in here.items():
                assert same_meaning(text, by_uid[uid]), f"{text}\n{by_uid[uid]}"
            assert not replica.store.pending("work")
            assert not replica.store.check()

    def _nothing_lost(self) -> None:
        there = {mark for text in self.dav.texts().values() for mark in MARK.findall(text)}
        others = {
            mark
            for replica in self.clients
            for change in replica.journal()
            if change.other is not None
            for mark in MARK.findall(change.other)
        }
        assert not self.alive.keys() - there - others

    def _nothing_resurrected(self) -> None:
        for uid, unknown in self.gone.items():
            assert unknown or f"{uid}.ics" not in self.dav.texts(), f"{uid} came back"

    # Bookkeeping

    def _mark(self, uid: str) -> str:
        self.marks += 1
        mark = f"m{self.marks}"
        self.alive[mark] = uid
        self.gone.pop(uid, None)
        return mark

    def _overwritten(self, before: str, after: str) -> None:
        for mark in set(MARK.findall(before)) - set(MARK.findall(after)):
            self.alive.pop(mark, None)

    def _removed(self, uid: str, before: str) -> None:
        known = set(MARK.findall(before))
        self._overwritten(before, "")
        self.gone[uid] = {mark for mark, made_in in self.alive.items() if made_in == uid} - known
        if any(record is not None and record.sent is not None for record in self._records(uid)):
            del self.gone[uid]  # a write whose answer never came may never have arrived: it is written again

    def _records(self, uid: str) -> list[Record | None]:
        return [replica.store.by_uid("work", uid) for replica in self.clients]


TestTwoClients = TwoClients.TestCase
TestTwoClients = pytest.mark.timeout(60 + EXAMPLES)(TestTwoClients)
TestTwoClients.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize="SYNC_MACHINE_EXAMPLES" not in os.environ,  # the same in every CI run; whoever looks longer looks elsewhere
    database=None,
)
