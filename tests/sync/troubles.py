"""What can go wrong during one sync, as values that Hypothesis draws, and the behaviour and the store that make it go wrong."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from itertools import product
from typing import NamedTuple

from tests.servers.fake import Behaviour, Cut, FakeDav, FakeRow, Reply, Request
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
    StoredBut,
    TokensFullList,
    TokensInvalid,
    TokensStaleAccepted,
    Truncated,
)
from tests.sync.rig import PATH, Crash

from deadlines.ical.content import content
from deadlines.store.base import RunKind, Writer
from deadlines.store.sqlite import SqliteStore


class Act(NamedTuple):
    """Somebody else edits one field of the task in the middle of a sync, or removes it (empty): a command `here`, or a phone."""

    here: bool
    field: str


class At(NamedTuple):
    """A moment: before or after the nth request with a method (any, when empty), or the nth transaction (`"transaction"`)."""

    what: str
    nth: int
    after: bool


class Fault(NamedTuple):
    """The server answers one request badly."""

    name: str
    method: str
    nth: int


class Down(NamedTuple):
    """From that moment on nobody answers. `dies`: it is the client that is no more."""

    at: At
    dies: bool


class Meanwhile(NamedTuple):
    """Somebody acts at that moment."""

    at: At
    act: Act


class RowsFail(NamedTuple):
    """All through the sync the server has trouble with the task; `late`: it shows only when its text is asked for.

    `never`: then not even a GET gives it.
    """

    late: bool
    never: bool = False


Trouble = Fault | Down | Meanwhile | RowsFail

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
    "412": Answers(CHANGED),
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
}
_READS = [
    "cut before", "cut body", "cut xml", "html", "login", "vanished", "500", "503", "429", "invalid token", "stale token",
    "no etags", "no data", "no data in reports", "truncated",
]  # fmt: skip
_PUTS = [
    "cut before", "cut after", "500", "500 but stored", "503", "423", "412", "read-only", "too large", "put without etag",
    "put with another etag",
]  # fmt: skip
_DELETES = ["cut before", "cut after", "500", "500 but stored", "423", "412"]
FAULT: list[Fault | RowsFail] = [
    *(Fault(name, "REPORT", nth) for name, nth in product(_READS, range(3))),
    *(Fault(name, "PUT", nth) for name, nth in product(_PUTS, [0, 0, 1])),
    *(Fault(name, "DELETE", 0) for name in _DELETES),
    *[RowsFail(late=False), RowsFail(late=True), *[RowsFail(late=True, never=True)] * 3] * 3,
]
_WRITES = [At(method, 0, after) for method, after in product(["PUT", "PUT", "DELETE"], [False, True, True])]
_LATER = [At(method, nth, after) for method, nth, after in [("REPORT", 0, True), ("REPORT", 1, False), ("PUT", 1, True)]]
_TRANSACTIONS = [At("transaction", nth, after) for nth, after in product(range(11), [False, True])]
"""More than a sync of one changed task has."""
DOWN = [
    *(Down(at, dies) for at, dies in product([*_WRITES, *_LATER], [False, True])),
    *(Down(at, dies=True) for at in _TRANSACTIONS),
]
_ACTS = [Act(here, field) for here, field in product([True, False], ["SUMMARY", "OWN", ""])]
MEANWHILE = [
    *(Meanwhile(at, act) for at, act in product([*_WRITES, *_LATER], _ACTS)),
    *(Meanwhile(at, act) for at, act in product(_TRANSACTIONS[::2], _ACTS[:3])),
]
AT_HOME: list[Trouble] = [
    *(Fault(name, "PROPFIND", 0) for name in ["cut before", "cut body", "cut xml", "html", "login", "vanished", "500", "503"]),
    *(Down(At("PROPFIND", 0, after), dies) for after, dies in product([False, True], repeat=2)),
    *(Meanwhile(At("PROPFIND", 0, after), act) for after, act in product([False, True, True], _ACTS)),
]
"""What happens about the moment at which a home tells where its calendars stand."""


class Troubled(Behaviour):
    """The server during one sync, with the troubles drawn for it, which concern one task. `act` does what an `Act` says."""

    def __init__(self, uid: str, troubles: Sequence[Trouble], act: Callable[[Act], object]) -> None:
        self._uid = uid
        self._faults = {(trouble.method, trouble.nth): FAULTS[trouble.name] for trouble in troubles if isinstance(trouble, Fault)}
        self._moments = [trouble for trouble in troubles if isinstance(trouble, Down | Meanwhile)]
        self._rows = [trouble for trouble in troubles if isinstance(trouble, RowsFail)]
        self._act = act
        self._seen: Counter[str] = Counter()
        self._fault = Behaviour()
        self._place = ("", 0)
        self._down = False

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        self._place = (request.method, self._seen[request.method])
        self._seen[request.method] += 1
        self._fault = self._faults.get(self._place, Behaviour())
        self._pass(after=False)
        if request.method == "GET" and any(trouble.never for trouble in self._rows) and request.path in self._paths(dav):
            return BROKEN
        return self._fault.before(dav, request)

    def _paths(self, dav: FakeDav) -> set[str]:
        """Where the task lives."""
        return {PATH + name for name, text in dav.texts().items() if f"UID:{self._uid}\r\n" in text}

    def after(self, dav: FakeDav, request: Request, reply: Reply) -> Reply:
        self._pass(after=True)
        answer = self._fault.after(dav, request, reply)
        if request.method == "PUT" and "ETag" in answer.headers and (stored := dav._stored(request.path)) is not None:
            # somebody wrote between our write and its answer, which names what is there by then
            return Reply(status=answer.status, headers={**answer.headers, "ETag": self._renamed(answer, stored.etag)})
        return answer

    @staticmethod
    def _renamed(answer: Reply, etag: str) -> str:
        return etag if "gzip" not in answer.headers["ETag"] else answer.headers["ETag"]

    def etag(self, dav: FakeDav, name: str, etag: str) -> str:
        return self._fault.etag(dav, name, etag)

    def row(self, dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        altered = self._fault.row(dav, request, row)
        for trouble in self._rows:
            listing = b"sync-collection" in request.body
            if trouble.late and listing and altered is not None:
                altered = DataMissing().row(dav, request, altered)
            if trouble.late is not listing and altered is not None and altered.href in self._paths(dav):
                altered = replace(altered, status=500, props={})
        return altered

    def _pass(self, *, after: bool) -> None:
        for trouble in self._moments:
            if trouble.at == (*self._place, after):
                self._happens(trouble)
        if self._down:
            raise Cut

    def _happens(self, trouble: Down | Meanwhile) -> None:
        match trouble:
            case Meanwhile(_, act):
                self._act(act)
            case Down(_, True):
                raise Crash
            case Down():
                self._down = True


class TroubledStore:
    """The store during one sync: the process dies, or another one writes, at a transaction."""

    def __init__(self, store: SqliteStore, troubles: Sequence[Trouble], act: Callable[[Act], object]) -> None:
        self._store = store
        self._troubles = [t for t in troubles if isinstance(t, Down | Meanwhile) and t.at.what == "transaction"]
        self._act = act
        self._seen = -1

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @contextmanager
    def write(self, kind: RunKind, command: str, *, now: datetime, run: int | None = None) -> Iterator[Writer]:
        self._seen += 1
        self._pass(self._seen, after=False)
        nth = self._seen
        with self._store.write(kind, command, now=now, run=run) as writer:
            yield writer
        self._pass(nth, after=True)

    def _pass(self, nth: int, *, after: bool) -> None:
        for trouble in self._troubles:
            if trouble.at == At("transaction", nth, after):
                if isinstance(trouble, Meanwhile):
                    self._act(trouble.act)
                else:
                    raise Crash


class Watch(Behaviour):
    """Sees whether our writes are conditional, and whether one tells the server what it says already; `complaints` about them."""

    def __init__(self) -> None:
        self.complaints: list[str] = []

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        if request.method in {"PUT", "DELETE"} and not request.headers.keys() & {"if-match", "if-none-match"}:
            self.complaints.append(f"{request.method} {request.path} without a condition")
        stored = dav._stored(request.path)
        if request.method == "PUT" and stored is not None and dav._condition_holds(request, stored):
            text = request.body.decode()
            if content(text) == content(stored.body.decode()):
                self.complaints.append(f"written again:\n{text}")
        return request


class Labelling(Behaviour):
    """A server that adds a property of its own to all that it stores, and gives the ETag of that (SOGo, Nextcloud)."""

    def stored(self, _dav: FakeDav, body: bytes) -> bytes:
        return body if b"X-LABEL" in body else re.sub(rb"END:VTODO", b"X-LABEL:ours\r\nEND:VTODO", body)


class Heedless(Behaviour):
    """A server that heeds no precondition. `replaces` hears what it should have refused: the text before, and after.

    It must be the last of the behaviours, so that what it sees is what is carried out.
    """

    replaces: Callable[[str, str], object]

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        if request.method not in {"PUT", "DELETE"}:
            return request
        stored = dav._stored(request.path)
        if not dav._condition_holds(request, stored):
            self.replaces("" if stored is None else stored.body.decode(), request.body.decode())
        return request.without("if-match", "if-none-match")


class Forgiving(Behaviour):
    """A token that it does not know is answered with all there is, and without what was deleted (DAViCal, SOGo)."""

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        asked = re.search(rb"<D:sync-token>([^<]+)", request.body)
        life = f"life{dav.calendars[request.path].life}/" if asked and request.path in dav.calendars else ""
        if asked is None or life.encode() in asked.group(1):
            return request
        return TokensFullList().before(dav, request)
