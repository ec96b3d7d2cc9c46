"""One HTTP/1.1 connection with limits that hold: connecting, silence, the whole exchange.

`http.client` reads the answer (status line, headers, chunks); connecting and sending are done here, because a time limit of
`http.client` starts again with every byte, so that a server that drips one byte a minute holds it for ever. Here every read of
the socket takes its waiting time out of one budget. Time that the caller spends between two chunks costs nothing.

No proxy, no netrc, no redirect, no cookie: what goes out is what the caller gave, to the origin it named.
"""

from __future__ import annotations

import http.client
import io
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast
from urllib.parse import urlsplit

from deadlines.errors import CredentialsRefused, NotCalDAV

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

CHUNK = 1 << 16
_LOOPBACK = re.compile(r"localhost|127(\.\d{1,3}){3}|::1")
_TOKEN = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_TARGET = re.compile(r"/[\x21-\x7e]*")
_VALUE = re.compile(r"[\x20-\x7e\x80-\xff\t]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for connecting, for one silence, for all waiting of one exchange; bytes of one answer after inflating.

    Before its answer begins, a server that is asked to list or report may be silent for as long as all waiting may take: what it
    must read first grows with the collection (28 s for 10,000 resources that Radicale never saw before).
    """

    connect: float = 10.0
    read: float = 30.0
    total: float = 120.0
    body: int = 50_000_000


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests go, and nowhere else (RFC 6454)."""

    scheme: str
    host: str
    port: int

    @property
    def loopback(self) -> bool:
        """Whether nobody but this machine can listen."""
        return _LOOPBACK.fullmatch(self.host) is not None

    @property
    def netloc(self) -> str:
        """Host and port as in a Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def url(self, target: str) -> str:
        """The URL of a target, for people."""
        return f"{self.scheme}://{self.netloc}{target}"


_PORTS = {"http": 80, "https": 443}


def origin_of(url: str) -> Origin:
    """The origin of a URL; `NotCalDAV` where it has none, `CredentialsRefused` where it carries a password."""
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except ValueError as error:
        raise NotCalDAV(_shown(url), "this is not a URL") from error
    if parts.username is not None or parts.password is not None:
        raise CredentialsRefused(f"{scheme}://{host}", "a user name or password in the URL would end up in logs: set it apart")
    if scheme not in _PORTS or not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
        raise NotCalDAV(_shown(url), "this is not an http or https URL")
    return Origin(scheme, host.lower(), port or _PORTS[scheme])


def _shown(url: str) -> str:
    """A URL that may be anything, fit for a message."""
    return re.sub(r"//[^/@]*@", "//", "".join(c for c in url if c.isprintable()))[:200]


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers (names in lower case) and the body as it comes; reading it may raise what `Wire.exchange` raises."""

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class Wire(Protocol):
    """A connection to an origin. Errors are `OSError` and `http.client.HTTPException`, and what its `Dial` refuses with."""

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request and read the head of its answer."""
        ...

    def alive(self) -> bool:
        """Whether it can carry another request, as far as this side can know. Only asked when the last body was read."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


Connect = Callable[[Origin, Limits], Wire]


_LONG_THOUGHT = frozenset({"PROPFIND", "REPORT"})


class TooSlow(TimeoutError):
    """The request was sent, and the server did not answer it in time. Asking again would only give it more to do."""


class _Budget(io.RawIOBase):
    """The reading side of a socket; waiting is taken out of the budget of the exchange. `patience` is for the first byte."""

    def __init__(self, sock: socket.socket, limits: Limits, patience: float) -> None:
        self._sock = sock
        self._patience = patience
        self._read = limits.read
        self.left = limits.total

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self.left <= 0:
            raise TooSlow("the answer took too long")
        self._sock.settimeout(min(self._patience, self.left))
        self._patience = self._read
        start = time.monotonic()
        try:
            return self._sock.recv_into(buffer)
        except TimeoutError as error:
            raise TooSlow("no byte for too long") from error
        finally:
            self.left -= time.monotonic() - start

    def makefile(self, _mode: str) -> io.BufferedReader:
        """What `http.client.HTTPResponse` asks of a socket."""
        return io.BufferedReader(self, CHUNK)


class _Unwritten(http.client.HTTPResponse):
    """An answer. When one that nobody read is collected, Python 3.13 complains that what is below cannot be flushed any more."""

    def flush(self) -> None:
        """Nothing was written."""


Dial = Callable[[Origin, Limits], socket.socket]
"""Opens a TCP connection within `Limits.connect`; `OSError` where there is none, `RemoteError` where there must not be one."""


def dial(origin: Origin, limits: Limits) -> socket.socket:
    """A connection to any address that the host has."""
    return socket.create_connection((origin.host, origin.port), timeout=limits.connect)


class HttpWire:
    """A TCP or TLS connection, opened with the first request."""

    def __init__(self, origin: Origin, limits: Limits, tls: Callable[[], ssl.SSLContext], dial: Dial = dial) -> None:
        self._origin = origin
        self._limits = limits
        self._tls = tls
        self._dial = dial
        self._sock: socket.socket | None = None
        self._keep = True

    def exchange(self, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send a request and read the head of its answer."""
        head = request_head(method, target, {"Host": self._origin.netloc, **headers})
        sock = self._sock = self._sock or self._connected()
        limits = self._limits
        budget = _Budget(sock, limits, limits.total if method in _LONG_THOUGHT else limits.read)
        sock.settimeout(limits.total)
        start = time.monotonic()
        sock.sendall(head + body if len(body) < CHUNK else head)
        if len(body) >= CHUNK:
            sock.sendall(body)
        budget.left -= time.monotonic() - start
        response = _Unwritten(cast("socket.socket", budget), method=method)
        response.begin()
        self._keep = not response.will_close
        names = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, names, _chunks(response, names))

    def alive(self) -> bool:
        """Whether the server keeps it open."""
        return self._keep

    def close(self) -> None:
        """Hang up."""
        if self._sock is not None:
            self._sock.close()
            self._sock = None

    def __del__(self) -> None:
        # An answer that was never read keeps its connection out of the client's hands: the last reference closes it.
        self.close()

    def _connected(self) -> socket.socket:
        sock = self._dial(self._origin, self._limits)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._origin.scheme == "http":
            return sock
        try:
            return self._tls().wrap_socket(sock, server_hostname=self._origin.host)
        except BaseException:
            sock.close()
            raise


def request_head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """The bytes before the body; `HTTPException` where a part of it could be read as something else."""
    if not (_TOKEN.fullmatch(method) and _TARGET.fullmatch(target)):
        raise http.client.InvalidURL("a control character or space in the request line")
    for name, value in headers.items():
        if not (_TOKEN.fullmatch(name) and _VALUE.fullmatch(value)):
            raise http.client.InvalidURL(f"a control character in the header {name}")
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


_DIGITS = 18
"""No body is longer than so many digits say, and Python refuses to read a number of thousands of them."""


def _chunks(response: http.client.HTTPResponse, headers: Mapping[str, str]) -> Iterator[bytes]:
    """The body; `http.client` takes an end before Content-Length for the end when it reads in parts, we do not."""
    announced = headers.get("content-length", "")
    left = int(announced[:_DIGITS]) if announced.isdecimal() and not response.chunked else None
    bodiless = response.status in {204, 304}
    with response:
        while chunk := response.read(CHUNK):
            left = None if left is None else left - len(chunk)
            yield chunk
    if left and not bodiless:
        raise http.client.IncompleteRead(b"", left)
