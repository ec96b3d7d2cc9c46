from __future__ import annotations

import io
import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from types import SimpleNamespace
from typing import cast

import pytest
from tests.servers import quirks
from tests.servers.fake import Behaviour, FakeDav, Reply, Request
from tests.servers.http_front import serve
from tests.servers.quirks import Answers, Times

from deadlines.errors import CredentialsRefused, NotCalDAV, RemoteError, TryLater, Unreachable, Untrusted
from deadlines.remote.auth import Authenticator, Credentials, digest_response
from deadlines.remote.http import Client, retry_after
from deadlines.remote.wire import Limits, _Unwritten, origin_of

SECRET = Credentials(username="kari", password="hunter2")


class Pauses(list[float]):
    """Instead of sleeping."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


def client(dav: FakeDav, pauses: Pauses | None = None, credentials: Credentials | None = None) -> Client:
    return Client(dav.url, credentials, connect=dav.connect, pause=pauses if pauses is not None else Pauses())


@contextmanager
def raw_server(answer: bytes) -> Iterator[str]:
    """A server that accepts connections, reads a little, sends the answer and hangs up; it stays silent when that is empty."""
    done = threading.Event()

    def run(listening: socket.socket) -> None:
        while not done.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            with connection, suppress(OSError):
                connection.recv(65536)
                connection.sendall(answer)
                if not answer:
                    done.wait(10)

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        listening.settimeout(0.02)
        thread = threading.Thread(target=run, args=[listening])
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            done.set()
            thread.join()


def test_requests_carry_their_length_and_no_more_than_needed() -> None:
    dav = FakeDav()
    connected = client(dav)
    connected.read("PROPFIND", "/kari/", headers={"Depth": "0"}, body=b'<a xmlns="DAV:"/>').body()
    connected.read("GET", "/kari/tasks/x.ics").body()
    propfind, get = dav.requests

    assert propfind.headers["content-length"] == "17"
    assert get.headers == {"user-agent": "deadlines", "accept-encoding": "identity"}
    assert connected.requests == 2


def test_gzip_is_asked_for_only_where_it_pays_and_harms_no_etag() -> None:
    dav = FakeDav()
    far = Client("https://dav.example.org/", connect=dav.connect)
    for method in ("PROPFIND", "REPORT", "GET"):
        far.read(method, "/none/", body=b'<a xmlns="DAV:"/>').body()
    far.write("PUT", "/none/x", headers={}).body()

    assert [request.headers["accept-encoding"] for request in dav.requests] == ["gzip", "gzip", "identity", "identity"]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT", "date": "Mon, 23 Nov 2026 12:00:00 GMT"}, 30),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:30 GMT"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({}, None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_servers_clock(headers: Mapping[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


def test_retry_after_is_honoured_up_to_a_minute() -> None:
    pauses = Pauses()
    client(FakeDav(Times(1, Answers(quirks.BUSY))), pauses).read("GET", "/").body()

    assert pauses == [7]
    with pytest.raises(TryLater) as later:
        client(FakeDav(Answers(quirks.TOO_MANY)), pauses).read("GET", "/")
    assert later.value.retry_after == 3600
    assert pauses == [7]


@pytest.mark.parametrize("fault", [Answers(quirks.BROKEN), Answers(Reply(status=502)), quirks.CutBefore()])
def test_reads_are_tried_three_times_with_growing_pauses(fault: Behaviour) -> None:
    dav, pauses = FakeDav(fault), Pauses()
    with pytest.raises(Unreachable):
        client(dav, pauses).read("GET", "/")

    assert len(dav.requests) == 3
    assert 0.5 <= pauses[0] <= 1 <= pauses[1] <= 2


def test_a_write_is_not_repeated_on_a_failure() -> None:
    dav = FakeDav(Answers(quirks.BROKEN))

    assert client(dav).write("PUT", "/x", headers={"If-None-Match": "*"}).status == 500
    assert len(dav.requests) == 1


@pytest.mark.parametrize(("headers", "sent"), [({"If-Match": '"1"'}, 2), ({}, 1)])
def test_a_dropped_idle_connection_is_replaced_only_for_conditional_writes(headers: dict[str, str], sent: int) -> None:
    dav = FakeDav()
    connected = client(dav)
    connected.read("GET", "/").body()
    dav.behaviours.append(quirks.CutBefore("PUT"))
    dav.requests.clear()

    with pytest.raises(Unreachable):
        connected.write("PUT", "/x", headers=headers)
    assert len(dav.requests) == sent


def test_one_connection_is_kept_over_http() -> None:
    dav = FakeDav()
    with serve(dav) as url:
        opened: list[int] = []
        connected = Client(url)
        make = connected._shared.connect

        def counted(*arguments: object) -> object:
            opened.append(1)
            return make(*arguments)  # type: ignore[arg-type] # passed through as they came

        connected._shared.connect = counted  # type: ignore[assignment] # likewise
        for _ in range(5):
            connected.read("GET", "/x").body()
        connected.close()

    assert len(opened) == 1


class DigestAuth(Behaviour):
    """Asks for Digest and checks it."""

    offer = {"realm": "r", "nonce": "n", "qop": "auth"}  # noqa: RUF012 - never changed

    def before(self, _dav: FakeDav, request: Request) -> Request | Reply:
        header = request.headers.get("authorization", "")
        parts = dict(part.split("=", 1) for part in header.removeprefix("Digest ").split(", ")) if "Digest" in header else {}
        told = {name: value.strip('"') for name, value in parts.items()}
        if told:
            expected = digest_response(
                SECRET, self.offer, method=request.method, target=told["uri"], count=told["nc"], cnonce=told["cnonce"]
            )
            if told["response"] == expected:
                return request
        return Reply(status=401, headers={"WWW-Authenticate": 'Digest realm="r", nonce="n", qop="auth"'})


def test_digest_is_learnt_once_and_then_goes_ahead() -> None:
    dav = FakeDav(DigestAuth())
    connected = client(dav, credentials=SECRET)
    statuses = [connected.read("GET", "/kari/tasks/none").status for _ in range(3)]
    twin = connected.clone()
    statuses.append(twin.read("GET", "/kari/tasks/none").status)

    assert statuses == [404] * 4
    assert len(dav.requests) == 5


def test_a_refused_password_is_asked_with_once() -> None:
    dav = FakeDav(password="right")

    with pytest.raises(CredentialsRefused):
        client(dav, credentials=SECRET).read("GET", "/")
    assert len(dav.requests) == 1


def test_no_credentials_go_over_plain_http_before_a_challenge() -> None:
    dav = FakeDav(password="hunter2")
    connected = Client("http://dav.example.org/", SECRET, insecure=True, connect=dav.connect)
    connected.read("GET", "/").body()

    assert ["authorization" in request.headers for request in dav.requests] == [False, True]


@pytest.mark.parametrize("url", ["http://dav.example.org/", "http://127.0.0.1.evil.example/", "http://10.0.0.1/"])
def test_plain_http_is_refused_except_on_this_machine(url: str) -> None:
    with pytest.raises(CredentialsRefused, match="https"):
        Client(url, SECRET)


@pytest.mark.parametrize(
    "url", ["", "dav.example.org", "ftp://x/", "http://", "https://a b/", "https://x:y/", "https://[::1/", "file:///x"]
)
def test_what_is_no_url_is_refused(url: str) -> None:
    with pytest.raises(NotCalDAV):
        Client(url)


def test_a_password_in_the_url_is_refused_and_not_shown() -> None:
    with pytest.raises(CredentialsRefused) as refused:
        Client("https://kari:hunter2@dav.example.org/")

    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("path", "headers"),
    [("/", {"X": "a\r\nHost: evil"}), ("/", {"X\r\nY": "a"}), ("/", {"X": "蓝"}), ("/", {"X": "a\0"}), ("no-slash", {})],
)
def test_nothing_can_be_injected(path: str, headers: dict[str, str]) -> None:
    dav = FakeDav()

    with pytest.raises(NotCalDAV):
        client(dav).read("GET", path, headers=headers)
    assert dav.requests == []


def test_odd_paths_are_encoded() -> None:
    dav = FakeDav()
    client(dav).read("GET", "/a b\r\nHost: evil?x#y").body()

    assert dav.requests[0].path == "/a b\r\nHost: evil?x#y"


def test_the_log_has_method_path_and_status_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client(FakeDav(password="hunter2"), credentials=SECRET).read("GET", "/kari/x.ics").body()

    assert [record.getMessage() for record in caplog.records] == ["GET /kari/x.ics 404"]


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort", Unreachable, "cut short"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", Unreachable, "cut"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd", NotCalDAV, "damaged"),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 0\r\n\r\n", NotCalDAV, "damaged"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Unreachable, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 1000 + b"\r\n", Unreachable, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 60000000\r\n\r\n" + b"x" * 2_000_000, NotCalDAV, "larger"),
    ],
)
def test_a_broken_answer_is_said(answer: bytes, error: type[RemoteError], says: str) -> None:
    with raw_server(answer) as url, pytest.raises(error, match=says):
        Client(url, pause=Pauses(), limits=Limits(body=1_000_000)).read("GET", "/").body()


def test_a_silent_server_is_given_up() -> None:
    with raw_server(b"") as url, pytest.raises(Unreachable, match="no answer in time"):
        Client(url, pause=Pauses(), limits=Limits(read=0.05)).read("GET", "/")


def test_what_took_too_long_is_not_asked_again() -> None:
    """A server that is slow under load would be made slower."""
    for method in ("GET", "REPORT"):
        pauses = Pauses()
        with raw_server(b"") as url:
            asking = Client(url, pause=pauses, limits=Limits(read=0.05, total=0.1))
            with pytest.raises(Unreachable, match="no answer in time"):
                asking.read(method, "/")

        assert (asking.requests, pauses) == (1, [])


@pytest.mark.parametrize("method", ["PROPFIND", "REPORT"])
def test_a_server_may_think_about_a_collection_before_it_answers(method: str) -> None:
    """But once its answer has begun, it may not be silent for longer than any other."""
    dav = FakeDav(Answers(Reply(status=207, body=b"xy", thinks=0.2)))
    with serve(dav) as url:
        assert Client(url, limits=Limits(read=0.05)).read(method, "/").body() == b"xy"
    dav = FakeDav(Answers(Reply(status=207, body=b"xy", drip=0.2)))
    with serve(dav) as url, pytest.raises(Unreachable, match="no answer in time"):
        Client(url, limits=Limits(read=0.05)).read(method, "/").body()


@pytest.mark.parametrize("body", [b"x" * 1000])
def test_a_dripping_server_is_given_up(body: bytes) -> None:
    dav = FakeDav(Answers(Reply(status=200, body=body, drip=0.01)))
    with serve(dav) as url, pytest.raises(Unreachable, match="no answer in time"):
        Client(url, pause=Pauses(), limits=Limits(read=5, total=0.2)).read("GET", "/").body()


def test_a_closed_port_is_said() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]

    with pytest.raises(Unreachable, match="refused"):
        Client(f"http://127.0.0.1:{port}/", pause=Pauses()).read("GET", "/")


@pytest.mark.parametrize(
    ("code", "says"), [(10, "expired"), (18, "self-signed"), (62, "another host name"), (99, "not trusted: odd")]
)
def test_a_bad_certificate_is_said(code: int, says: str) -> None:
    error = ssl.SSLCertVerificationError(1, "odd")
    error.verify_code, error.verify_message = code, "odd"

    def broken(*_: object) -> FakeDav:
        raise error

    class Wire:
        exchange: Callable[..., FakeDav] = staticmethod(broken)
        alive = staticmethod(lambda: False)
        close = staticmethod(lambda: None)

    connected = Client("https://dav.example.org/", pause=Pauses(), connect=lambda _origin, _limits: Wire())  # type: ignore[arg-type,return-value] # raises only
    with pytest.raises(Untrusted, match=says):
        connected.read("GET", "/")


def test_tls_is_not_spoken_to_a_server_without_it() -> None:
    with raw_server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as url, pytest.raises(Unreachable, match="TLS failed"):
        Client(url.replace("http:", "https:"), pause=Pauses()).read("GET", "/")


def test_origins_are_compared_in_one_spelling() -> None:
    assert origin_of("HTTPS://DAV.Example.org:443/x") == origin_of("https://dav.example.org/")
    assert origin_of("https://bücher.example/").netloc == "xn--bcher-kva.example"
    assert origin_of("http://[::1]:5232/").netloc == "[::1]:5232"
    assert origin_of("http://[::1]:5232/").loopback


def test_an_authenticator_is_shared_by_clones() -> None:
    connected = client(FakeDav(), credentials=SECRET)

    assert isinstance(connected._shared.authenticator, Authenticator)
    assert connected.clone()._shared is connected._shared


def test_an_answer_that_nobody_read_is_dropped_without_a_word() -> None:
    """Its reader below may be collected first."""
    reader = io.BytesIO(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    below = SimpleNamespace(makefile=lambda _mode: reader)
    answer = _Unwritten(cast("socket.socket", below))
    answer.begin()
    reader.close()

    answer.close()

    assert answer.closed
