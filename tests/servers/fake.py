"""A small correct CalDAV server in memory, made incorrect on purpose by a list of behaviours.

    dav = FakeDav()                      # a correct server with one calendar, /kari/tasks/
    dav.behaviours.append(IfMatchIgnored())
    client = Client(dav.url, connect=dav.connect)     # in process: no socket, no thread
    with serve(dav) as url: ...                       # the same over HTTP (http_front.py)

A behaviour may turn a request into another one or answer it (`before`), change what is stored (`stored`), an ETag (`etag`), a row
of a multistatus (`row`) or the whole reply (`after`). Behaviours apply in their order; the quirks are in `quirks.py`.
"""

from __future__ import annotations

import base64
import http.client
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from deadlines.remote.wire import Answer, Limits, Origin, request_head

DAV, CAL, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_PREFIXES = {DAV: "D:", CAL: "C:", CS: "S:"}
_XMLNS = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:S="http://calendarserver.org/ns/"'
_REPORTS = "<D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"
_UID = re.compile(rb"^UID(?:;[^:\r\n]*)?:([^\r\n]*)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request with its path decoded and its header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""

    def without(self, *names: str) -> Request:
        """The same request without some headers."""
        return replace(self, headers={name: value for name, value in self.headers.items() if name not in names})


@dataclass(frozen=True, kw_only=True)
class Reply:
    """An answer. `cut`: only half of the body, then the connection ends.

    Over the HTTP front alone: `thinks` are seconds before it begins, `drip` before each byte of the body.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: bool = False
    drip: float = 0.0
    thinks: float = 0.0


class Cut(Exception):
    """The connection ends without an answer."""


@dataclass(kw_only=True)
class FakeRow:
    """One response of a multistatus; values of `props` are XML."""

    href: str
    props: dict[str, str] = field(default_factory=dict)
    status: int = 0
    prop_status: int = 200


@dataclass(kw_only=True)
class FakeResource:
    """A stored resource."""

    body: bytes
    etag: str


@dataclass(kw_only=True)
class FakeCalendar:
    """A collection: its members by file name, and the log that tokens count."""

    life: int
    members: dict[str, FakeResource] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)


class Behaviour:
    """A correct server: the base of every quirk."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        """Alter or answer a request."""
        return request

    def stored(self, _dav: FakeDav, body: bytes) -> bytes:
        """Alter what is stored."""
        return body

    def etag(self, _dav: FakeDav, _name: str, etag: str) -> str:
        """Alter an ETag; empty for none."""
        return etag

    def row(self, _dav: FakeDav, _request: Request, row: FakeRow) -> FakeRow | None:
        """Alter or drop a row."""
        return row

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        """Alter an answer."""
        return reply


class FakeDav:
    """The server. `calendars` by path; `requests` remembers every request that came, for assertions."""

    def __init__(self, *behaviours: Behaviour, url: str = "http://127.0.0.1:1/", password: str = "") -> None:
        self.url = url
        self.behaviours: list[Behaviour] = list(behaviours)
        self.password = password
        self.requests: list[Request] = []
        self._lives = itertools.count(1)
        self._revisions = itertools.count(1)
        self.calendars: dict[str, FakeCalendar] = {"/kari/tasks/": self.new_calendar()}

    def new_calendar(self) -> FakeCalendar:
        """An empty collection whose tokens are its own."""
        return FakeCalendar(life=next(self._lives))

    # For tests: another client, straight into the store

    def put(self, path: str, text: str | bytes) -> str:
        """Store a resource as another client would; returns its ETag."""
        calendar, name = self._place(path)
        body = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
        for behaviour in self.behaviours:
            body = behaviour.stored(self, body)
        etag = f'"r{next(self._revisions)}"'
        calendar.members[name] = FakeResource(body=body, etag=etag)
        calendar.log.append(name)
        return etag

    def remove(self, path: str) -> None:
        """Delete a resource as another client would."""
        calendar, name = self._place(path)
        del calendar.members[name]
        calendar.log.append(name)

    def texts(self, path: str = "/kari/tasks/") -> dict[str, str]:
        """Everything stored, by file name."""
        return {name: stored.body.decode("utf-8", "surrogateescape") for name, stored in self.calendars[path].members.items()}

    def _place(self, path: str) -> tuple[FakeCalendar, str]:
        parent, _, name = path.rpartition("/")
        return self.calendars[parent + "/"], name

    # The wire

    def connect(self, _origin: Origin, limits: Limits) -> FakeWire:
        """A connection in this process."""
        return FakeWire(self, limits)

    def handle(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Answer one request; raises `Cut` when the connection is to end instead."""
        path = unquote(urlsplit(target).path, errors="surrogateescape")
        low = {name.lower(): value for name, value in headers.items()}
        request: Request | Reply = Request(method=method, path=path, headers=low, body=body)
        assert isinstance(request, Request)
        self.requests.append(request)
        asked = request
        for behaviour in self.behaviours:
            request = behaviour.before(self, asked)
            if isinstance(request, Reply):
                return request
            asked = request
        reply = self._answer(asked)
        for behaviour in self.behaviours:
            reply = behaviour.after(self, asked, reply)
        return reply

    # The server

    def _answer(self, request: Request) -> Reply:
        if self.password and request.headers.get("authorization") != _basic(self.password):
            return Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="fake"'})
        handler = _METHODS.get(request.method)
        return Reply(status=405) if handler is None else handler(self, request)

    def propfind(self, request: Request) -> Reply:
        asked = [element.tag for element in ET.fromstring(request.body).iterfind(f"{DAV}prop/*")]  # noqa: S314 - our own client's
        rows = [] if request.path not in self._paths() else [FakeRow(href=request.path, props=self._about(request.path))]
        if not rows:
            return Reply(status=404)
        if request.headers.get("depth") == "1":
            calendar = self.calendars.get(request.path)
            names = list(calendar.members) if calendar else []
            rows += [self._row(request.path, name, asked) for name in names]
            below = [
                path
                for path in self._paths()
                if path != request.path and path.rstrip("/").rpartition("/")[0] + "/" == request.path
            ]
            rows += [FakeRow(href=path, props=self._about(path)) for path in below]
        return self._multistatus(request, rows, asked)

    def report(self, request: Request) -> Reply:
        if request.path not in self.calendars:
            return Reply(status=404)
        root = ET.fromstring(request.body)  # noqa: S314 - our own client's
        asked = [element.tag for element in root.iterfind(f"{DAV}prop/*")]
        match root.tag.rpartition("}")[2]:
            case "sync-collection":
                return self._sync(request, root.findtext(f"{DAV}sync-token") or "", asked)
            case "calendar-multiget":
                names = [unquote(href.text or "", errors="surrogateescape") for href in root.iterfind(f"{DAV}href")]
                return self._multistatus(request, [self._at(request.path, path, asked) for path in names], asked)
            case "calendar-query":
                uids = [match.text or "" for match in root.iter(f"{CAL}text-match")]
                rows = [
                    self._row(request.path, name, asked)
                    for name, stored in self.calendars[request.path].members.items()
                    if all(uid.encode() in stored.body for uid in uids)
                ]
                return self._multistatus(request, rows, asked)
        return error_reply(403, "D:supported-report")

    def _sync(self, request: Request, token: str, asked: list[str]) -> Reply:
        calendar = self.calendars[request.path]
        since = 0
        if token:
            known = re.fullmatch(rf"http://fake\.example/life{calendar.life}/(\d+)", token)
            if known is None or int(known.group(1)) > len(calendar.log):
                return error_reply(403, "D:valid-sync-token")
            since = int(known.group(1))
        names = dict.fromkeys(calendar.log[since:])
        rows = [self._at(request.path, request.path + name, asked) for name in names if token or name in calendar.members]
        return self._multistatus(request, rows, asked, self.token(request.path))

    def token(self, path: str) -> str:
        """The present token of a calendar."""
        calendar = self.calendars[path]
        return f"http://fake.example/life{calendar.life}/{len(calendar.log)}"

    def get(self, request: Request) -> Reply:
        stored = self._stored(request.path)
        if stored is None:
            return Reply(status=404)
        return Reply(status=200, headers={"Content-Type": "text/calendar", **self._etag_header(request.path)}, body=stored.body)

    def put_request(self, request: Request) -> Reply:
        parent, _, name = request.path.rpartition("/")
        calendar = self.calendars.get(parent + "/")
        if calendar is None:
            return Reply(status=409)
        old = calendar.members.get(name)
        if not self._condition_holds(request, old):
            return Reply(status=412)
        if b"BEGIN:VCALENDAR" not in request.body:
            return error_reply(415, "C:valid-calendar-data")
        mine = set(_UID.findall(request.body))
        if any(other != name and mine & set(_UID.findall(stored.body)) for other, stored in calendar.members.items()):
            return error_reply(409, "C:no-uid-conflict")
        self.put(request.path, request.body)
        return Reply(status=204 if old else 201, headers=self._etag_header(request.path))

    def delete(self, request: Request) -> Reply:
        stored = self._stored(request.path)
        if stored is None:
            return Reply(status=404)
        if not self._condition_holds(request, stored):
            return Reply(status=412)
        self.remove(request.path)
        return Reply(status=204)

    def mkcalendar(self, request: Request) -> Reply:
        self.calendars[request.path] = self.new_calendar()
        return Reply(status=201)

    def _condition_holds(self, request: Request, stored: FakeResource | None) -> bool:
        match, none_match = request.headers.get("if-match"), request.headers.get("if-none-match")
        if none_match is not None and stored is not None:
            return False
        if match is None:
            return True
        return stored is not None and match in {"*", self._etag(request.path.rpartition("/")[2], stored.etag)}

    # Parts

    def _stored(self, path: str) -> FakeResource | None:
        parent, _, name = path.rpartition("/")
        calendar = self.calendars.get(parent + "/")
        return calendar.members.get(name) if calendar else None

    def _etag(self, name: str, etag: str) -> str:
        for behaviour in self.behaviours:
            etag = behaviour.etag(self, name, etag)
        return etag

    def _etag_header(self, path: str) -> dict[str, str]:
        stored = self._stored(path)
        etag = self._etag(path.rpartition("/")[2], stored.etag) if stored else ""
        return {"ETag": etag} if etag else {}

    def _paths(self) -> list[str]:
        homes = {path.rstrip("/").rpartition("/")[0] + "/" for path in self.calendars}
        return ["/", *sorted(homes - {"/"}), *self.calendars]

    def _at(self, collection: str, path: str, asked: list[str]) -> FakeRow:
        name = path.removeprefix(collection)
        return self._row(collection, name, asked) if self._stored(path) else FakeRow(href=path, status=404)

    def _row(self, collection: str, name: str, asked: list[str]) -> FakeRow:
        stored = self.calendars[collection].members[name]
        etag = self._etag(name, stored.etag)
        props = {f"{DAV}resourcetype": ""} | ({f"{DAV}getetag": escape(etag)} if etag else {})
        if f"{CAL}calendar-data" in asked:
            text = stored.body.decode("utf-8", "surrogateescape")
            props[f"{CAL}calendar-data"] = escape(text, {"\r": "&#13;"})
        return FakeRow(href=collection + name, props=props)

    def _about(self, path: str) -> dict[str, str]:
        home = "/".join(path.split("/")[:2]) + "/"
        home = home if home in self._paths() else self._paths()[1]
        props = {
            f"{DAV}resourcetype": "<D:collection/>",
            f"{DAV}current-user-principal": f"<D:href>{home}</D:href>",
            f"{CAL}calendar-home-set": f"<D:href>{home}</D:href>",
        }
        if path in self.calendars:
            props |= {
                f"{DAV}resourcetype": "<D:collection/><C:calendar/>",
                f"{DAV}displayname": escape(path.rstrip("/").rpartition("/")[2]),
                f"{DAV}sync-token": self.token(path),
                f"{CS}getctag": f'"{self.token(path)}"',
                f"{DAV}supported-report-set": _REPORTS,
                f"{DAV}current-user-privilege-set": "<D:privilege><D:write/></D:privilege>",
                f"{CAL}supported-calendar-component-set": '<C:comp name="VTODO"/><C:comp name="VEVENT"/>',
            }
        return props

    def _multistatus(self, request: Request, rows: list[FakeRow], asked: list[str], token: str = "") -> Reply:
        kept: list[FakeRow] = []
        for row in rows:
            altered: FakeRow | None = row
            for behaviour in self.behaviours:
                altered = altered and behaviour.row(self, request, altered)
            if altered is not None:
                kept.append(altered)
        return multistatus(kept, asked, token)


def multistatus(rows: list[FakeRow], asked: list[str], token: str = "") -> Reply:
    """A 207 with these rows."""
    end = f"<D:sync-token>{escape(token)}</D:sync-token>" if token else ""
    content = "".join(_response(row, asked) for row in rows) + end
    body = f'<?xml version="1.0" encoding="utf-8"?>\n<D:multistatus {_XMLNS}>{content}</D:multistatus>\n'
    headers = {"Content-Type": "application/xml; charset=utf-8"}
    return Reply(status=207, headers=headers, body=body.encode("utf-8", "surrogateescape"))


def _response(row: FakeRow, asked: list[str]) -> str:
    # hrefs may come ready-made from a behaviour: what is encoded already stays so
    href = escape(quote(row.href, safe="/%:@+'", errors="surrogateescape"))
    if row.status:
        return f"<D:response><D:href>{href}</D:href><D:status>HTTP/1.1 {row.status} X</D:status></D:response>"
    found = "".join(f"<{_tag(name)}>{row.props[name]}</{_tag(name)}>" for name in asked if name in row.props)
    missing = "".join(f"<{_tag(name)}/>" for name in asked if name not in row.props)
    propstats = "".join(
        f"<D:propstat><D:prop>{props}</D:prop><D:status>HTTP/1.1 {status} X</D:status></D:propstat>"
        for props, status in ((found, row.prop_status), (missing, 404))
        if props
    )
    return f"<D:response><D:href>{href}</D:href>{propstats}</D:response>"


def _tag(name: str) -> str:
    namespace, _, local = name.rpartition("}")
    return _PREFIXES.get(namespace + "}", "D:") + local


def error_reply(status: int, condition: str) -> Reply:
    body = f'<?xml version="1.0"?><D:error {_XMLNS}><{condition}/></D:error>'
    return Reply(status=status, headers={"Content-Type": "application/xml"}, body=body.encode())


def _basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"kari:{password}".encode()).decode()


_METHODS: dict[str, Callable[[FakeDav, Request], Reply]] = {
    "PROPFIND": FakeDav.propfind,
    "REPORT": FakeDav.report,
    "GET": FakeDav.get,
    "PUT": FakeDav.put_request,
    "DELETE": FakeDav.delete,
    "MKCALENDAR": FakeDav.mkcalendar,
}


class FakeWire:
    """A connection to a `FakeDav` in this process (`deadlines.remote.wire.Wire`)."""

    def __init__(self, dav: FakeDav, _limits: Limits) -> None:
        self._dav = dav
        self._open = True

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """One request, as bytes would carry it."""
        request_head(method, target, headers)
        try:
            reply = self._dav.handle(method, target, headers, body)
        except Cut as cut:
            self._open = False
            raise http.client.RemoteDisconnected("cut") from cut
        self._open = not reply.cut
        names = {name.lower(): value for name, value in reply.headers.items()}
        return Answer(reply.status, names, _sent(reply))

    def alive(self) -> bool:
        """Until a cut."""
        return self._open

    def close(self) -> None:
        """Nothing to close."""


def _sent(reply: Reply) -> Iterator[bytes]:
    if reply.cut:
        yield reply.body[: len(reply.body) // 2]
        raise http.client.IncompleteRead(b"")
    for start in range(0, len(reply.body), 1 << 14):
        yield reply.body[start : start + (1 << 14)]
