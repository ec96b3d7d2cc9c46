"""What servers do (SYNC.md §2) and what goes wrong (§3), each as one small behaviour of `FakeDav`."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from dataclasses import replace

from tests.servers.fake import CAL, CS, DAV, Behaviour, Cut, FakeDav, FakeRow, Reply, Request, error_reply, multistatus

# ETags


class EtagMissing(Behaviour):
    """The server names no ETags at all."""

    def etag(self, _dav: FakeDav, _name: str, _etag: str) -> str:
        return ""


class EtagWeak(Behaviour):
    """A proxy makes every ETag weak; the server behind it knows only its own."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return Reply(status=412) if request.headers.get("if-match", "*") != "*" else request

    def etag(self, _dav: FakeDav, _name: str, etag: str) -> str:
        return "W/" + etag


class EtagRepeated(Behaviour):
    """Delete and recreate gives the ETag it had before (SOGo)."""

    def etag(self, _dav: FakeDav, name: str, _etag: str) -> str:
        return f'"{name}"'


class PutSaysNoEtag(Behaviour):
    """The answer to a PUT names no ETag."""

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return replace(reply, headers={}) if request.method == "PUT" else reply


class PutEtagRewritten(Behaviour):
    """A compressing proxy changes the ETag in answers to PUT and GET."""

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        if request.method not in {"PUT", "GET"} or "ETag" not in reply.headers:
            return reply
        return replace(reply, headers={**reply.headers, "ETag": reply.headers["ETag"].rstrip('"') + '-gzip"'})


# Tokens


class TokensInvalid(Behaviour):
    """Every token is refused."""

    def __init__(self, status: int = 403, *, says_why: bool = True) -> None:
        self._status = status
        self._says_why = says_why

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        if re.search(rb"<D:sync-token>[^<]", request.body):
            return error_reply(self._status, "D:valid-sync-token") if self._says_why else Reply(status=self._status)
        return request


class TokensStaleAccepted(Behaviour):
    """A token is answered with "nothing happened", whatever happened (Baikal, DAViCal after a calendar was recreated)."""

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        if re.search(rb"<D:sync-token>[^<]", request.body):
            return multistatus([], [], dav.token(request.path))
        return request


class TokensFullList(Behaviour):
    """An unknown token is answered with everything, without deletions (DAViCal, SOGo)."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return replace(request, body=re.sub(rb"<D:sync-token>[^<]*", b"<D:sync-token>", request.body))


class TokensUnsupported(Behaviour):
    """No sync-collection; a ctag."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return error_reply(403, "D:supported-report") if b"sync-collection" in request.body else request

    def row(self, _dav: FakeDav, _request: Request, row: FakeRow) -> FakeRow | None:
        gone = {f"{DAV}sync-token", f"{DAV}supported-report-set"}
        return replace(row, props={name: value for name, value in row.props.items() if name not in gone})


class NoCtag(Behaviour):
    """No ctag; with `TokensUnsupported` there is nothing but ETags."""

    def row(self, _dav: FakeDav, _request: Request, row: FakeRow) -> FakeRow | None:
        return replace(row, props={name: value for name, value in row.props.items() if name != f"{CS}getctag"})


class TokensInSeconds(Behaviour):
    """Tokens and ctags are the time of the last change in seconds, `now` included (SOGo)."""

    def __init__(self, *, seconds: int, date: str) -> None:
        self._seconds = str(seconds)
        self._date = date

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        body = re.sub(rb"http://fake\.example/life\d+/\d+", self._seconds.encode(), reply.body)
        return replace(reply, body=body, headers={**reply.headers, "Date": self._date})


class TokensSpeltTwoWays(Behaviour):
    """A property tells a token in another spelling than a report; both are taken."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return replace(request, body=request.body.replace(b">told:", b">"))

    def row(self, _dav: FakeDav, _request: Request, row: FakeRow) -> FakeRow | None:
        return replace(row, props={name: "told:" * (name == f"{DAV}sync-token") + value for name, value in row.props.items()})


class Truncated(Behaviour):
    """A sync report has at most `rows` rows; whether it says so is up to the server (RFC 6578 §3.6)."""

    def __init__(self, rows: int, *, says_so: bool = True) -> None:
        self._rows = rows
        self._says_so = says_so

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        asked = re.search(rb"<D:sync-token>([^<]*)", request.body)
        if asked is None or request.path not in dav.calendars:
            return request
        token = asked.group(1).decode()
        since = int(token.rpartition("/")[2]) if token else 0
        calendar = dav.calendars[request.path]
        whole = calendar.log
        if len(whole) - since <= self._rows:
            return request
        calendar.log = whole[: since + self._rows]
        try:
            reply = dav.report(request)
        finally:
            calendar.log = whole
        more = f"<D:response><D:href>{request.path}</D:href><D:status>HTTP/1.1 507 X</D:status></D:response></D:multistatus>"
        return replace(reply, body=reply.body.replace(b"</D:multistatus>", more.encode())) if self._says_so else reply


# Preconditions and bodies


class IfMatchIgnored(Behaviour):
    """Every racing writer wins (SOGo deletes, Baikal and DAViCal in a race)."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return request.without("if-match", "if-schedule-tag-match")


class IfNoneMatchIgnored(Behaviour):
    """A create overwrites (SOGo)."""

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return request.without("if-none-match")


class Interloper(Behaviour):
    """Another client acts just before the next request with `method` arrives; once."""

    def __init__(self, method: str, act: Callable[[FakeDav], object]) -> None:
        self._method = method
        self._act: Callable[[FakeDav], object] | None = act

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        if request.method == self._method and self._act is not None:
            act, self._act = self._act, None
            act(dav)
        return request


class Rewriting(Behaviour):
    """The stored text is not what was sent: a PRODID of its own, a DTSTAMP, another order; stable after one round."""

    def stored(self, _dav: FakeDav, body: bytes) -> bytes:
        text = re.sub(rb"PRODID:[^\r\n]*", b"PRODID:-//Fake//EN", body)
        if b"DTSTAMP" not in text:
            text = re.sub(rb"(BEGIN:V(?:TODO|EVENT)\r?\n)", rb"\1DTSTAMP:20260101T000000Z" + b"\r\n", text)
        return re.sub(rb"(SUMMARY:[^\r\n]*\r?\n)((?:[^BE\r\n][^\r\n]*\r?\n)+)", rb"\2\1", text)


# Rows


class OwnRow(Behaviour):
    """Reports name the collection itself, without its slash."""

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        row = f'<D:response><D:href>{request.path.rstrip("/")}</D:href><D:propstat><D:prop><D:getetag>"c"</D:getetag></D:prop>'
        row += "<D:status>HTTP/1.1 200 OK</D:status></D:propstat></D:response></D:multistatus>"
        if request.method != "REPORT":
            return reply
        return replace(reply, body=reply.body.replace(b"</D:multistatus>", row.encode()))


class Spelt(Behaviour):
    """hrefs are spelt in the server's own way."""

    def __init__(self, spelling: Callable[[str], str]) -> None:
        self._spelling = spelling

    def row(self, _dav: FakeDav, _request: Request, row: FakeRow) -> FakeRow | None:
        return replace(row, href=self._spelling(row.href))


class RowFails(Behaviour):
    """The row of one resource says `status`; in its propstat when `inside`."""

    def __init__(self, name: str, status: int = 500, *, inside: bool = False) -> None:
        self._name = name
        self._status = status
        self._inside = inside

    def row(self, _dav: FakeDav, _request: Request, row: FakeRow) -> FakeRow | None:
        if not row.href.endswith("/" + self._name):
            return row
        return replace(row, prop_status=self._status) if self._inside else replace(row, status=self._status, props={})


class DataMissing(Behaviour):
    """calendar-data does not come along; `in_sync`: only not in sync reports (Xandikos, DAViCal)."""

    def __init__(self, *, in_sync: bool = False) -> None:
        self._in_sync = in_sync

    def row(self, _dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        if self._in_sync and b"sync-collection" not in request.body:
            return row
        return replace(row, props={name: value for name, value in row.props.items() if name != f"{CAL}calendar-data"})


class QueryLeavesOut(Behaviour):
    """A query for everything does not name one resource, or none at all when `name` is empty (a filter that says too little)."""

    def __init__(self, name: str) -> None:
        self._name = name

    def row(self, _dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        return None if b"calendar-query" in request.body and row.href.endswith(self._name) else row


class MultigetLeavesOut(Behaviour):
    """A missing href has no row (Baikal, DAViCal)."""

    def row(self, _dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        return None if b"multiget" in request.body and row.status == 404 else row


class MultigetRefuses(Behaviour):
    """One missing href, and the whole request is 404 (sabre/dav 1.8)."""

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return Reply(status=404) if b"multiget" in request.body and b" 404 " in reply.body else reply


# Whole answers


class Answers(Behaviour):
    """Requests with `method` (all, when empty) are answered so, before anything happened."""

    def __init__(self, reply: Reply, method: str = "") -> None:
        self._reply = reply
        self._method = method

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        return self._reply if self._method in {"", request.method} else request


class StoredBut(Behaviour):
    """Requests with `method` are carried out, and answered so nevertheless (500-but-stored)."""

    def __init__(self, reply: Reply, method: str = "PUT") -> None:
        self._reply = reply
        self._method = method

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return self._reply if self._method in {"", request.method} else reply


REDIRECT_TO_LOGIN = Reply(status=302, headers={"Location": "https://login.example.com/?next=secret"})
HTML_PAGE = Reply(status=200, headers={"Content-Type": "text/html"}, body=b"<!DOCTYPE html><html><body>Log in</body></html>")
HTML_207 = replace(HTML_PAGE, status=207)
EMPTY_207 = Reply(status=207)
EMPTIED = multistatus([], [], "http://fake.example/life0/0")
VANISHED = Reply(status=404)
BUSY = Reply(status=503, headers={"Retry-After": "7"})
TOO_MANY = Reply(status=429, headers={"Retry-After": "3600"})
BROKEN = Reply(status=500)
LOCKED = Reply(status=423)
CHANGED = Reply(status=412)
READ_ONLY = error_reply(403, "D:need-privileges")
UID_TAKEN = error_reply(403, "C:no-uid-conflict")
UID_TAKEN_BY = replace(
    UID_TAKEN,
    body=(
        b'<D:error xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><C:unique-scheduling-object-resource>'
        b"<D:href>%b</D:href></C:unique-scheduling-object-resource></D:error>"
    ),
)
"""As Cyrus says it: of every resource, not only of meetings, and of all calendars of a user. `%b` is where it is."""
TOO_LARGE = error_reply(412, "C:max-resource-size")
OVER_QUOTA = error_reply(507, "D:quota-not-exceeded")


class CutBefore(Behaviour):
    """The connection ends before the request was carried out; only requests with `method`."""

    def __init__(self, method: str = "") -> None:
        self._method = method

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        if self._method in {"", request.method}:
            raise Cut
        return request


class CutAfter(Behaviour):
    """The request was carried out, and the connection ends before the answer."""

    def __init__(self, method: str = "") -> None:
        self._method = method

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        if self._method in {"", request.method}:
            raise Cut
        return reply


class CutBody(Behaviour):
    """The connection ends in the middle of a body."""

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        return replace(reply, cut=True, headers={**reply.headers, "Content-Length": str(len(reply.body))})


class CutXml(Behaviour):
    """Half a multistatus, as if it were whole."""

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        return replace(reply, body=reply.body[: len(reply.body) // 2]) if reply.status == 207 else reply


class Gzip(Behaviour):
    """Answers are compressed, asked for or not."""

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        return replace(reply, headers={**reply.headers, "Content-Encoding": "gzip"}, body=gzip.compress(reply.body))


class Drip(Behaviour):
    """One byte at a time, with `seconds` before each (HTTP front only)."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def after(self, _dav: FakeDav, _request: Request, reply: Reply) -> Reply:
        return replace(reply, drip=self._seconds)


class AtHome(Behaviour):
    """Another behaviour, where it is asked about what is no calendar itself: the home that calendars are in."""

    def __init__(self, behaviour: Behaviour) -> None:
        self._behaviour = behaviour

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        return request if request.path in dav.calendars else self._behaviour.before(dav, request)

    def row(self, dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        return row if request.path in dav.calendars else self._behaviour.row(dav, request, row)

    def after(self, dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return reply if request.path in dav.calendars else self._behaviour.after(dav, request, reply)


class Times(Behaviour):
    """Another behaviour, for the first `times` requests with `method` (all, when empty); then the server is well again."""

    def __init__(self, times: int, behaviour: Behaviour, method: str = "") -> None:
        self._left = times
        self._behaviour = behaviour
        self._method = method
        self._on = False

    def before(self, dav: FakeDav, request: Request) -> Request | Reply:
        self._on = self._left > 0 and self._method in {"", request.method}
        self._left -= self._on
        return self._behaviour.before(dav, request) if self._on else request

    def row(self, dav: FakeDav, request: Request, row: FakeRow) -> FakeRow | None:
        return self._behaviour.row(dav, request, row) if self._on else row

    def after(self, dav: FakeDav, request: Request, reply: Reply) -> Reply:
        return self._behaviour.after(dav, request, reply) if self._on else reply
