"""A thin HTTP client for one origin: authentication, tries, limits, and errors that say what happened.

The `caldav` library's own stack costs 175 ms to import, follows redirects with the body of a PUT and has no limits, so requests
that carry user data go through here. The rules:

- One kept-alive connection. While the body of an answer is still being read, another request opens a second one.
- Nothing is followed: a redirect is `NotCalDAV`, naming its target. 401 is asked again at most once.
- Reads are tried up to three times (500, 502, 503, 504, 429, a cut connection); `Retry-After` is honoured up to a minute. What
  took too long is not asked again: a server that is slow under load would be made slower.
- A write is sent once. It is sent again when the server said that it did nothing (401, 429 or 503 with `Retry-After`), or when a
  *kept-alive* connection turns out to be dropped before a byte of the answer and the write is conditional: had it been applied
  after all, its precondition fails, and the caller looks again. Any other break is `Unreachable`: the outcome is not known.
- The log has method, path and status; passwords are in no log, repr or exception.
"""

from __future__ import annotations

import email.utils
import http.client
import logging
import os
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from deadlines.errors import CredentialsRefused, NotCalDAV, RemoteError, TryLater, Unreachable, Untrusted
from deadlines.remote.auth import Authenticator, Credentials
from deadlines.remote.hrefs import encode
from deadlines.remote.wire import Answer, Connect, Dial, HttpWire, Limits, TooSlow, Wire, dial, origin_of

log = logging.getLogger(__name__)

TRIES: Final = 3
LONGEST_PAUSE: Final = 60.0
_AGAIN = frozenset({429, 500, 502, 503, 504})
_LATER = frozenset({429, 503})
_REDIRECTS = frozenset({300, 301, 302, 303, 305, 307, 308})
_CONDITIONS = frozenset({"if-match", "if-none-match", "if-schedule-tag-match"})
_Broken = (OSError, http.client.HTTPException)


class BodyTooLarge(NotCalDAV):
    """More bytes than `Limits.body`: asking for less at a time may help."""


@dataclass(frozen=True, slots=True)
class Response:
    """Status, headers (names in lower case) and the inflated body, which is read as it is iterated. Read it, or close it."""

    url: str
    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes] = field(repr=False)

    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)

    @property
    def media_type(self) -> str:
        """The Content-Type without parameters, in lower case."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(slots=True)
class _Shared:
    """What all connections to an account share."""

    authenticator: Authenticator
    limits: Limits
    pause: Callable[[float], None]
    connect: Connect
    lock: threading.Lock = field(default_factory=threading.Lock)
    requests: int = 0

    def count(self) -> None:
        with self.lock:
            self.requests += 1


class Client:
    """Requests to the origin of `url`, under paths spelt as `hrefs` does. For one thread; `clone` for another."""

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        *,
        insecure: bool = False,
        limits: Limits | None = None,
        pause: Callable[[float], None] = time.sleep,
        connect: Connect | None = None,
    ) -> None:
        """`insecure` allows plain http to other machines; `pause` waits that many seconds between tries."""
        self.origin: Final = origin_of(url)
        if self.origin.scheme == "http" and not (self.origin.loopback or insecure):
            raise CredentialsRefused(self.origin.url("/"), "plain http would send the password in the clear: use https")
        eager = self.origin.scheme == "https" or self.origin.loopback
        authenticator = Authenticator(credentials, eager=eager)
        self._shared = _Shared(authenticator, limits or Limits(), pause, connect or connector())
        self._idle: Wire | None = None

    def __repr__(self) -> str:
        return f"Client({self.origin.url('/')!r})"

    @property
    def requests(self) -> int:
        """How many requests were sent, by this client and its clones."""
        return self._shared.requests

    def clone(self) -> Client:
        """The same account over a connection of its own."""
        twin = object.__new__(Client)
        object.__setattr__(twin, "origin", self.origin)
        twin._shared = self._shared
        twin._idle = None
        return twin

    def close(self) -> None:
        """Close the idle connection; the next request opens another."""
        if self._idle is not None:
            self._idle.close()
            self._idle = None

    def url(self, path: str) -> str:
        """The URL of a path, for people."""
        return self.origin.url(encode(path))

    def read(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """A request that changes nothing; any status but redirects, 401, 429 and 5xx is an answer."""
        return self._checked(self._tried(method, path, headers or {}, body))

    def look(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """As `read`, but a redirect is an answer too: the caller decides, we never follow."""
        return self._tried(method, path, headers or {}, body)

    def get(self, target: str, *, headers: Mapping[str, str]) -> Response:
        """One GET, tried once, of a `target` as it goes into the request, with its query; any status but 401 is an answer."""
        return self._sent("GET", target, headers, b"")

    def write(self, method: str, path: str, *, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """A request that changes something; any status but redirects, 401, 429 and 503 is an answer."""
        for attempt in range(TRIES):
            response = self._sent(method, encode(path), headers, body)
            if response.status not in _LATER:
                return self._checked(response)
            self._wait(response, attempt, default=None)
        raise AssertionError("the last attempt raises or returns")

    def _tried(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Response:
        for attempt in range(TRIES):
            try:
                response = self._sent(method, encode(path), headers, body)
            except Unreachable as error:
                if attempt + 1 == TRIES or isinstance(error.__cause__, TooSlow):
                    raise
                self._shared.pause(_backoff(attempt))
                continue
            if response.status not in _AGAIN:
                return response
            self._wait(response, attempt, default=_backoff(attempt))
        raise AssertionError("the last attempt raises or returns")

    def _wait(self, response: Response, attempt: int, *, default: float | None) -> None:
        """Pause before the next try, or raise when there is none."""
        asked = retry_after(response.headers) if response.status in _LATER else None
        pause = default if asked is None else asked
        _discard(response)
        if attempt + 1 < TRIES and pause is not None and pause <= LONGEST_PAUSE:
            self._shared.pause(pause)
        elif response.status in _LATER:
            raise TryLater(response.url, status=response.status, retry_after=asked)
        else:
            raise Unreachable(response.url, f"the server failed ({response.status})", status=response.status)

    def _sent(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        """One request, or two where the first is answered by a challenge."""
        for _ in range(2):
            authorization = self._shared.authenticator.header(method, target)
            response = self._exchanged(method, target, {**self._standard(method, body), **headers, **authorization}, body)
            log.debug("%s %s %d", method, target.partition("?")[0], response.status)  # a query may hold a token
            if response.status != http.client.UNAUTHORIZED:
                return response
            challenge = response.headers.get("www-authenticate", "")
            _discard(response)
            if not self._shared.authenticator.learn(challenge, authorization):
                break
        raise CredentialsRefused(response.url, "the server does not take the user name and password", status=401)

    def _standard(self, method: str, body: bytes) -> dict[str, str]:
        # A proxy that compresses a GET or PUT answer changes its ETag (`-gzip`, `W/`); on loopback inflating is pure cost.
        wants_gzip = method in {"REPORT", "PROPFIND"} and not self.origin.loopback
        length = {} if method in {"GET", "HEAD"} else {"Content-Length": str(len(body))}
        return {"User-Agent": "deadlines", "Accept-Encoding": "gzip" if wants_gzip else "identity", **length}

    def _exchanged(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Response:
        wire, self._idle = self._idle, None
        reused = wire is not None
        wire = wire or self._opened()
        url = self.origin.url(target.partition("?")[0])
        self._shared.count()
        try:
            answer = wire.exchange(method, target, headers, body)
        except _Broken as error:
            wire.close()
            if not (reused and _dropped(error) and (method not in _WRITES or _CONDITIONS & {h.lower() for h in headers})):
                raise _unreachable(url, error) from error
        else:
            return Response(url, answer.status, answer.headers, self._drained(wire, url, answer))
        return self._exchanged(method, target, headers, body)

    def _opened(self) -> Wire:
        return self._shared.connect(self.origin, self._shared.limits)

    def _drained(self, wire: Wire, url: str, answer: Answer) -> Iterator[bytes]:
        """The inflated body within its limit; the connection is kept for the next request once it was read to its end."""
        limit = self._shared.limits.body
        try:
            yield from _limited(_inflated(answer, limit), limit, url)
        except _Broken as error:
            wire.close()
            raise _unreachable(url, error) from error
        except zlib.error as error:
            wire.close()
            raise NotCalDAV(url, "the compressed answer is damaged") from error
        except BaseException:
            wire.close()
            raise
        if self._idle is None and wire.alive():
            self._idle = wire
        else:
            wire.close()

    def _checked(self, response: Response) -> Response:
        if response.status not in _REDIRECTS:
            return response
        _discard(response)
        target = "".join(c for c in response.headers.get("location", "") if c.isprintable())
        target = target.partition("?")[0].rpartition("@")[2]
        raise NotCalDAV(response.url, f"the server redirects to {target or 'somewhere'}", status=response.status)


_WRITES = frozenset({"PUT", "DELETE", "POST", "MKCALENDAR", "PROPPATCH"})


def connector(dial: Dial = dial) -> Connect:
    """Real connections, which share one TLS context made when it is first needed (reading the trusted roots takes 20 ms)."""
    made: list[ssl.SSLContext] = []

    def tls() -> ssl.SSLContext:
        if not made:
            made.append(ssl.create_default_context())
        return made[0]

    return lambda origin, limits: HttpWire(origin, limits, tls, dial)


def _limited(chunks: Iterator[bytes], limit: int, url: str) -> Iterator[bytes]:
    left = limit
    for chunk in chunks:
        left -= len(chunk)
        if left < 0:
            raise BodyTooLarge(url, f"the answer is larger than {limit} bytes")
        yield chunk


def _inflated(answer: Answer, limit: int) -> Iterator[bytes]:
    encoding = answer.headers.get("content-encoding", "identity").strip().lower()
    if encoding in {"", "identity"}:
        yield from answer.chunks
        return
    if encoding not in {"gzip", "x-gzip", "deflate"}:
        raise zlib.error(f"unknown encoding {encoding}")
    inflater = zlib.decompressobj(wbits=47)  # either header
    for compressed in answer.chunks:
        rest = compressed
        while rest:
            yield inflater.decompress(rest, min(limit + 1, 1 << 20))
            rest = inflater.unconsumed_tail
    yield inflater.flush()
    if not inflater.eof:
        raise zlib.error("cut short")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a Retry-After header (RFC 9110 §10.2.3); a date is taken relative to the server's own clock."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        then = email.utils.parsedate_to_datetime(value)
        now = email.utils.parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):
        return None


def _backoff(attempt: int) -> float:
    """Seconds: 0.5 to 1, 1 to 2: doubled each time, with as much jitter, so that clients do not come back together."""
    return 0.5 * 2.0**attempt * (1 + os.urandom(1)[0] / 255)


def _dropped(error: BaseException) -> bool:
    """Whether the peer had hung up before it answered; it does that to idle connections."""
    return isinstance(error, (http.client.RemoteDisconnected, ConnectionError, BrokenPipeError))


def _discard(response: Response) -> None:
    """Read a body that nobody wants, so that its connection can be used again; what happens to it does not matter."""
    try:
        for _ in response.chunks:
            pass
    except RemoteError as error:
        log.debug("the rest of the answer was lost: %s", error)


def _unreachable(url: str, error: BaseException) -> RemoteError:
    if isinstance(error, http.client.InvalidURL):
        return NotCalDAV(url, str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = f"the server's certificate is not trusted: {error.verify_message}"
        return Untrusted(url, _CERTIFICATES.get(error.verify_code, reason))
    return Unreachable(url, _reason(error))


def _reason(error: BaseException) -> str:
    """What broke, in words."""
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {(error.reason or 'no common version').lower().replace('_', ' ')}"
    for kind, words in _BREAKS:
        if isinstance(error, kind):
            return words
    if isinstance(error, OSError) and error.strerror:
        return error.strerror[:1].lower() + error.strerror[1:]
    return f"the answer is not HTTP ({type(error).__name__})"


_BREAKS: Final = (
    (TimeoutError, "no answer in time"),
    (http.client.RemoteDisconnected, "the server cut the connection"),
    (ConnectionResetError, "the server cut the connection"),
    (BrokenPipeError, "the server cut the connection"),
    (http.client.IncompleteRead, "the answer was cut short"),
)
_CERTIFICATES = {
    10: "the server's certificate has expired",
    18: "the server's certificate is self-signed: add it to the trusted certificates (SSL_CERT_FILE)",
    19: "the server's certificate ends in a self-signed one that is not trusted: add it (SSL_CERT_FILE)",
    20: "the server's certificate was issued by an authority that is not trusted here: add it (SSL_CERT_FILE)",
    62: "the server's certificate is for another host name",
}
