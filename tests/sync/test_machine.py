"""Two clients and a server that fails: whatever happens, three quiet syncs later all are in step, and no edit is lost.

Every edit leaves a mark (`m17`) in one property of one task, and we keep book of who made it and of what he knew: the marks that
were in the text that he changed, and what their makers knew. From this book follows what must be true in the end, and no more:

- A mark that nobody who knew it replaced or removed is on the server. Where somebody else changed the same property without
  knowing of it, or a task was removed or made twice, it may be in the journal instead, as the version that lost.
- Only such a property is ever reported as a conflict.
- A task that was removed by somebody who knew all that anybody had done to it is gone.
- Nothing is doubled, no write tells the server what it says already, and every write is conditional.

Some things change what can rightly be asked for, and the book says how. A client that lost its state deletes nothing: what was
removed may come back. A server that heeds no precondition lets a write replace what its author had not seen: just that may be
lost, and no more. A calendar made anew on a server that takes any token is as a server that lies about what changed.

The replicas are compared after quiet syncs that ask only what changed, as syncs do for most of the day, so that a listing of
everything cannot repair what was lost. A listing afterwards must find nothing to repair.

How to look longer, and what to expect: `docs/reliability.md`.
"""

from __future__ import annotations

import logging
import os
import re
from collections import Counter
from datetime import timedelta
from itertools import count
from typing import ClassVar, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from tests.servers.fake import Behaviour, FakeDav
from tests.servers.quirks import PutSaysNoEtag, Rewriting, TokensUnsupported
from tests.sync.rig import NOW, PATH, WORK, Crash, Replica, task, with_line
from tests.sync.troubles import (
    AT_HOME,
    DOWN,
    FAULT,
    MEANWHILE,
    Act,
    Fault,
    Forgiving,
    Heedless,
    Labelling,
    RowsFail,
    Trouble,
    Troubled,
    TroubledStore,
    Watch,
)

from deadlines.core.settings import Policy
from deadlines.store.base import Record, RunKind
from deadlines.sync.merge import same_meaning
from deadlines.sync.report import CalendarReport, Conflict, Outcome

LONGER = "SYNC_MACHINE_EXAMPLES" in os.environ
"""CI looks at the same examples every time; whoever looks longer looks elsewhere."""
EXAMPLES = int(os.environ.get("SYNC_MACHINE_EXAMPLES", "2000"))
LOG = logging.getLogger(__name__)
STEPS = 10
UIDS = ("u1", "u2")
MARK = re.compile(r"\bm\d+\b")
UID = re.compile(r"^UID:(\S+)", re.MULTILINE)
CLIENTS = (0, 1)
SERVER = 2
_SECONDS = count()
TIMERS = (lambda: 0.0, lambda: float(next(_SECONDS)))
"""For the second client everything takes a second: it saves each outcome by itself, the first one all together."""
OWN = ("DESCRIPTION", "LOCATION", "X-NOTE")
"""Properties that only one of the three ever changes, so that they can never be in conflict."""
SKEWS = (timedelta(days=-1), timedelta(days=1), timedelta())

_CLIENT = st.sampled_from(CLIENTS)
_AUTHOR = st.sampled_from((*CLIENTS, SERVER))
_UID = st.sampled_from(["u1", "u1", "u1", "u2"])  # who meets often collides often
_FIELD = st.sampled_from(["SUMMARY", "OWN", "CATEGORIES"])
_UPHEAVAL = st.sampled_from(["moved", "lost state", "made anew"])
_CHANGE = st.sampled_from(["SUMMARY", "SUMMARY", "OWN", ""])  # empty: remove it
_TROUBLE: st.SearchStrategy[Trouble] = st.one_of(st.sampled_from(DOWN), st.sampled_from(MEANWHILE), st.sampled_from(FAULT))


class Mark(NamedTuple):
    """Who left it where, and the marks he knew."""

    uid: str
    field: str
    author: int
    knew: frozenset[str]


def kinds_of_server() -> dict[str, list[Behaviour]]:
    """The habits that a server keeps all through a sequence."""
    return {
        "heedless": [Heedless()],
        "forgiving": [Forgiving()],
        "plain": [],
        "rewriting": [Rewriting()],
        "labelling": [Labelling()],
        "no etag after put": [PutSaysNoEtag()],
        "ctag only": [TokensUnsupported()],
    }


class TwoClients(RuleBasedStateMachine):
    """The world and what may happen in it."""

    policy: ClassVar[Policy]
    at_home: ClassVar[bool] = False
    """Whether the home of the calendar is asked first."""
    seen: ClassVar[Counter[str]] = Counter()
    """How much was looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.seen["sequences"] += 1
        self.watch = Watch()
        self.dav = FakeDav(self.watch)
        self.clients = [
            Replica(self.dav, policy=self.policy, now=NOW + SKEWS[client], name=f"c{client}", at_home=self.at_home)
            for client in CLIENTS
        ]
        self.marks: dict[str, Mark] = {}
        self.alive: set[str] = set()
        """Marks that nobody who knew them replaced or removed."""
        self.gone: set[str] = set()
        """UIDs that were removed by somebody who knew all of it."""
        self.made: set[str] = set()
        self.contested: set[str] = set()
        """UIDs that were removed or made twice: there, two versions without a common base may meet."""
        self.trusted = True
        """Whether the server told the truth when asked what changed."""
        self.forgotten: set[str] = set()
        """UIDs of which somebody has lost the state: an old version may win as if it were an edit, which nobody's mark tells."""
        self.moved: set[str] = set()
        """UIDs that are not where they were at first."""
        self.moves = 0

    @initialize(kind=st.sampled_from(sorted(kinds_of_server())))
    def begin(self, kind: str) -> None:
        self.kind = kinds_of_server()[kind]
        for behaviour in self.kind:
            if isinstance(behaviour, Heedless):
                behaviour.replaces = self._replaced_unseen
        self.dav.behaviours.extend(self.kind)
        self.quiet = ["PROPFIND" if kind == "ctag only" or self.at_home else "REPORT"]
        for uid in UIDS:
            self._change(SERVER, uid, "SUMMARY")
        for client in CLIENTS:
            self._sync(client)

    # What people do

    @rule(author=_AUTHOR, uid=_UID, field=_FIELD)
    def edit(self, author: int, uid: str, field: str) -> None:
        self._change(author, uid, field)

    @rule(author=_AUTHOR, uid=_UID)
    def remove(self, author: int, uid: str) -> None:
        self._change(author, uid, "")

    # Sync

    @rule(client=_CLIENT)
    def sync(self, client: int) -> None:
        self._sync(client)

    @rule(client=_CLIENT, uid=_UID, one=_TROUBLE, other=_TROUBLE)
    def sync_in_trouble(self, client: int, uid: str, one: Trouble, other: Trouble) -> None:
        self._sync(client, uid, one, other)

    @rule(client=_CLIENT, uid=_UID, change=_CHANGE, trouble=_TROUBLE, then=_CHANGE)
    def go_on_after_trouble(self, client: int, uid: str, change: str, trouble: Trouble, then: str) -> None:
        self._change(client, uid, change)
        self._sync(client, uid, trouble)
        self._change(client, uid, then)
        self._sync(client)

    @rule(client=_CLIENT, uid=_UID, change=_CHANGE, theirs=_CHANGE, trouble=_TROUBLE)
    def collide_in_trouble(self, client: int, uid: str, change: str, theirs: str, trouble: Trouble) -> None:
        self._change(client, uid, change)
        self._change(SERVER, uid, theirs)
        self._sync(client, uid, trouble)

    @rule(client=_CLIENT)
    def sync_with_an_emptied_server(self, client: int) -> None:
        """As when its disk is not mounted: stops before anything is done."""
        if sum(record.base is not None for record in self._records(client)) < 2 or self._is_forgiving:
            return  # one that takes any token does not say what is missing
        calendar = self.dav.calendars[PATH]
        self.dav.calendars[PATH] = self.dav.new_calendar()
        try:
            report = self._sync(client)
            assert report is not None
            assert report.outcome is Outcome.GUARDED
            assert not self.dav.calendars[PATH].log
        finally:
            self.dav.calendars[PATH] = calendar

    @rule(client=_CLIENT, uid=_UID, upheaval=_UPHEAVAL)
    def upheaval(self, client: int, uid: str, upheaval: str) -> None:
        if upheaval == "lost state":
            self._lose_state(client)
        elif upheaval == "moved":
            self._move(uid)
        else:
            self._make_the_calendar_anew()

    def _lose_state(self, client: int) -> None:
        """As when the database is restored under another address: nothing is agreed on any more."""
        with self.clients[client].store.write(RunKind.COMMAND, "lose", now=NOW) as writer:
            writer.detach(WORK)
        self.contested |= self.made
        self.forgotten |= self.made
        self.gone.clear()

    def _move(self, uid: str) -> None:
        """Another program keeps it under another name from now on."""
        for name, text in self.dav.texts().items():
            if f"UID:{uid}\r\n" in text:
                self.moved.add(uid)
                self.moves += 1
                self.dav.remove(PATH + name)
                self.dav.put(f"{PATH}moved{self.moves}.ics", text)

    def _make_the_calendar_anew(self) -> None:
        """As when it is restored from a copy: the same resources with other ETags; its tokens are not those of before."""
        texts = self.dav.texts()
        self.dav.calendars[PATH] = self.dav.new_calendar()
        for name, text in texts.items():
            self.dav.put(PATH + name, text)
        self.trusted &= not self._is_forgiving

    @property
    def _is_forgiving(self) -> bool:
        return any(isinstance(behaviour, Forgiving) for behaviour in self.kind)

    def _replaced_unseen(self, before: str, after: str) -> None:
        """What a server that heeds preconditions would have refused: what the writer had not seen is lost, and may be."""
        self.alive -= set(MARK.findall(before)) - set(MARK.findall(after))
        uids = set(UID.findall(before + after))
        self.contested |= uids
        self.gone -= uids

    def _sync(self, client: int, uid: str = "", *troubles: Trouble) -> CalendarReport | None:
        """None where the process died."""
        replica = self.clients[client]
        self.trusted &= not any(isinstance(trouble, Fault) and trouble.name == "stale token" for trouble in troubles)
        if any(isinstance(trouble, RowsFail) for trouble in troubles):
            self.contested |= self.moved & {uid}  # it is gone from where it was, and nobody can see where it went
        server = Troubled(uid, troubles, lambda act: self._meanwhile(client, uid, act))
        store = TroubledStore(replica.store, troubles, lambda act: self._meanwhile(client, uid, act))
        self.dav.behaviours.insert(len(self.dav.behaviours) - isinstance(self.dav.behaviours[-1], Heedless), server)
        self.seen["syncs"] += 1
        self.seen["troubles"] += len(troubles)
        try:
            report = replica.sync(store=store, timer=TIMERS[client])
        except Crash:
            self.seen["deaths"] += 1
            return None
        finally:
            self.dav.behaviours.remove(server)
            assert not self.watch.complaints, self.watch.complaints
            for conflict in replica.report.conflicts:
                assert self._is_real(conflict), conflict
        return report

    def _meanwhile(self, client: int, uid: str, act: Act) -> None:
        if act.here and self.clients[client].store._database.connection.in_transaction:
            return  # another process cannot write then
        self._change(client if act.here else SERVER, uid, act.field)

    # The laws

    def teardown(self) -> None:
        if self.made:
            if not self.trusted:
                self._wait()
            self._settle()
            self._in_step()
            self._nothing_lost()
            self._nothing_resurrected()
            self._a_listing_finds_nothing()

    def _settle(self) -> None:
        for _ in range(4):
            asked = [self._quietly(client) for client in CLIENTS]
            if asked == [self.quiet, self.quiet]:
                return
        pytest.fail("three quiet syncs of each are not enough")

    def _quietly(self, client: int) -> list[str]:
        """The requests of one sync without trouble."""
        self.dav.requests.clear()
        report = self.clients[client].sync(allow_deletes=100)
        assert report.ok, report.error
        assert not self.watch.complaints, self.watch.complaints
        asked = [request.method for request in self.dav.requests]
        assert asked != self.quiet or not report.skipped, report.skipped
        return asked

    def _wait(self) -> None:
        for replica in self.clients:
            replica.now += timedelta(hours=25)

    def _in_step(self) -> None:
        there = self._there()
        assert len(there) == len(self.dav.texts()), "doubled"
        for client, replica in enumerate(self.clients):
            here = {record.uid: record.ical or "" for record in self._records(client)}
            assert here.keys() == there.keys()
            for uid, text in here.items():
                assert same_meaning(text, there[uid]), f"{text}\n{there[uid]}"
            assert not replica.store.pending(WORK)

    def _nothing_lost(self) -> None:
        missing = self.alive - {mark for text in self._there().values() for mark in MARK.findall(text)}
        if not missing:
            return
        changes = [change for replica in self.clients for change in replica.journal()]
        lost = missing - {mark for change in changes for mark in MARK.findall(change.other or "")}
        assert not lost, {name: self.marks[name] for name in lost}
        yielded = {name for name in missing if not self._may_yield(name)}
        assert not yielded, {name: self.marks[name] for name in yielded}

    def _may_yield(self, name: str) -> bool:
        """Whether there is another version that it may have lost to."""
        mark = self.marks[name]
        return mark.uid in self.contested or any(self._concurrent(name, other) for other in self.marks)

    def _concurrent(self, name: str, other: str) -> bool:
        """Whether the two are edits of one property made without knowing of each other."""
        one, two = self.marks[name], self.marks[other]
        alike = (one.uid, one.field) == (two.uid, two.field) and one.field != "CATEGORIES"
        return alike and one.author != two.author and name not in two.knew and other not in one.knew

    def _is_real(self, conflict: Conflict) -> bool:
        if conflict.uid in self.contested:
            return True
        if conflict.properties != ("SUMMARY",):
            return False
        return any(
            self._concurrent(name, other)
            for name, mark in self.marks.items()
            if (mark.uid, mark.field) == (conflict.uid, "SUMMARY")
            for other in self.marks
        )

    def _nothing_resurrected(self) -> None:
        hidden = set() if self.trusted else self.moved  # deleted where it was, as far as anybody could see
        assert not (self.gone - hidden) & self._there().keys()

    def _a_listing_finds_nothing(self) -> None:
        before = [[record.ical for record in self._records(client)] for client in CLIENTS]
        written = len(self.dav.calendars[PATH].log)
        self._wait()
        for client in CLIENTS:
            self._quietly(client)
        assert len(self.dav.calendars[PATH].log) == written
        assert [[record.ical for record in self._records(client)] for client in CLIENTS] == before
        assert not any(replica.store.check() for replica in self.clients)

    # Bookkeeping

    def _change(self, author: int, uid: str, field: str) -> None:
        """Edit a task, or make it where it is not. Empty `field`: remove it."""
        before = self._text(author, uid)
        if not field:
            self._remove(author, uid, before)
            return
        name = f"m{len(self.marks) + 1}"
        field = OWN[author] if field == "OWN" else field
        if not before:
            field = "SUMMARY"
            self.contested |= self.made & {uid}
            self.made.add(uid)
        self.marks[name] = Mark(uid, field, author, self._known(before) - self._in_doubt(author))
        self.alive.add(name)
        self.gone.discard(uid)
        stamp = f"{NOW + SKEWS[author] + timedelta(minutes=len(self.marks)):%Y%m%dT%H%M%SZ}"
        if before:
            value = ",".join([*MARK.findall(_line(before, field)), name]) if field == "CATEGORIES" else name
            after = with_line(with_line(before, field, value), "LAST-MODIFIED", stamp)
        else:
            after = task(uid, name, stamp=stamp)
        self.alive -= set(MARK.findall(before)) - set(MARK.findall(after))
        self._put(author, uid, after)

    def _remove(self, author: int, uid: str, before: str) -> None:
        if not before:
            return
        known = self._known(before)
        labelled = author != SERVER and "X-LABEL" in self._text(SERVER, uid) and "X-LABEL" not in before
        self.alive -= set(MARK.findall(before))
        self.contested.add(uid)
        self._put(author, uid, None)
        anywhere = {mark for side in (*CLIENTS, SERVER) for mark in MARK.findall(self._text(side, uid))}
        if anywhere <= known and not self._in_doubt(author) and not labelled and uid not in self.forgotten:
            self.gone.add(uid)  # a label that he has not seen may as well be somebody's edit

    def _known(self, text: str) -> frozenset[str]:
        marks = frozenset(MARK.findall(text))
        return marks.union(*(self.marks[name].knew for name in marks))

    def _in_doubt(self, author: int) -> set[str]:
        """Marks of others who wait for the answer to their write: they cannot tell whether it was known to who comes next."""
        waiting = (record for client in CLIENTS if client != author for record in self._records(client) if record.sent)
        return {mark for record in waiting for mark in MARK.findall(record.sent or "")}

    def _there(self) -> dict[str, str]:
        """What the server has, by UID."""
        return {UID.findall(text)[0]: text for text in self.dav.texts().values()}

    def _records(self, client: int) -> list[Record]:
        store = self.clients[client].store
        found = (store.get(number) for (number,) in store._database.all("SELECT id FROM resource ORDER BY id"))
        return [record for record in found if record is not None]

    def _text(self, author: int, uid: str) -> str:
        return self._there().get(uid, "") if author == SERVER else self.clients[author].text(uid)

    def _put(self, author: int, uid: str, text: str | None) -> None:
        if author == SERVER:
            names = [name for name, stored in self.dav.texts().items() if f"UID:{uid}\r\n" in stored]
            path = PATH + (names[0] if names else f"{uid}.ics")
            if text is None:
                self.dav.remove(path)
            else:
                self.dav.put(path, text)
            return
        replica = self.clients[author]
        record = replica.store.by_uid(WORK, uid)
        if text is None:
            replica.remove(uid)
        elif record is None:
            replica.put_text(text)
        else:
            replica.restore(record, text)


def _line(text: str, name: str) -> str:
    found = re.search(rf"^{name}:(.*)$", text, re.MULTILINE)
    return found[1] if found else ""


class Newest(TwoClients):
    policy = Policy.NEWEST


class Mine(TwoClients):
    policy = Policy.MINE


class Theirs(TwoClients):
    policy = Policy.THEIRS


class Both(TwoClients):
    policy = Policy.BOTH


class Foreknown(TwoClients):
    """What the home told stands in for the first question of every sync."""

    policy = Policy.NEWEST
    at_home = True

    @rule(client=_CLIENT, uid=_UID, change=_CHANGE, theirs=_CHANGE, trouble=st.sampled_from(AT_HOME))
    def collide_at_home(self, client: int, uid: str, change: str, theirs: str, trouble: Trouble) -> None:
        self._change(client, uid, change)
        self._change(SERVER, uid, theirs)
        self._sync(client, uid, trouble)

    @rule(client=_CLIENT, uid=_UID, change=_CHANGE, trouble=st.sampled_from(AT_HOME))
    def be_told_too_early(self, client: int, uid: str, change: str, trouble: Trouble) -> None:
        """Only here, or nowhere, something changed before; then the other side moves while the home answers."""
        self._sync(client)
        self._change(client, uid, change)
        self._sync(client, uid, trouble)


PARTS = (Newest, Mine, Theirs, Both, Foreknown)
"""They share the examples, for workers to share the tests."""


@pytest.mark.timeout(60 + EXAMPLES)
@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__.lower())
def test_all_are_in_step_and_nothing_is_lost(part: type[TwoClients]) -> None:
    part.seen.clear()
    case = (part if LONGER else seed(part.policy.value)(part)).TestCase
    case.settings = settings(
        max_examples=EXAMPLES // len(PARTS),
        stateful_step_count=STEPS,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
        database=None,
    )
    case().runTest()
    LOG.info("%s: %s", part.__name__.lower(), ", ".join(f"{number} {what}" for what, number in part.seen.items()))
