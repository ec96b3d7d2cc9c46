"""Real servers as subprocesses on loopback: started on a free port in a throw-away folder, stopped by their pid."""

from __future__ import annotations

import http.client
import os
import pwd
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

_CALENDARS = count(1)


@dataclass(frozen=True, kw_only=True)
class RealServer:
    """A running server; `home` is where a client may make calendars."""

    url: str
    home: str
    username: str = ""
    password: str = field(default="", repr=False)
    name: str

    def new_calendar(self) -> str:
        """Make an empty calendar and return its path."""
        path = f"{self.home}c{next(_CALENDARS)}/"
        status, _ = self.request("MKCALENDAR", path)
        assert status == 201, f"MKCALENDAR {path}: {status}"
        return path

    def delete_calendar(self, path: str) -> None:
        """Delete a calendar with all that is in it."""
        status, _ = self.request("DELETE", path)
        assert status in {200, 204, 404}, f"DELETE {path}: {status}"  # Cyrus deletes it and says 404

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """One raw request, as another client would send it."""
        authorization = {"Authorization": _basic(self.username, self.password)} if self.username else {}
        kind = "text/calendar" if body.startswith(b"BEGIN") else "application/xml"
        sent = {"Content-Type": kind} if body else {}
        with closing(http.client.HTTPConnection(self.url.split("/")[2], timeout=20)) as connection:
            connection.request(method, path, body, {**authorization, **sent, **headers})
            response = connection.getresponse()
            return response.status, response.read()


def _basic(username: str, password: str) -> str:
    import base64

    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def free_port() -> int:
    """A port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(command: Callable[[int], Sequence[str]], folder: Path) -> Iterator[int]:
    """Start `python command(port)`, wait until it accepts connections, give the port, stop it in the end."""
    port = free_port()
    with started([sys.executable, "-W", "ignore", *command(port)], folder, port=port):
        yield port


@contextmanager
def started(
    command: Sequence[str], folder: Path, *, port: int, user: str | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run `command` in `folder`, from when it accepts connections on `port` until the block ends."""
    log = folder / f"{Path(command[0]).name}.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=folder,
            user=user,
            group=None if user is None else pwd.getpwnam(user).pw_gid,
            extra_groups=None if user is None else [],
            env=environment,
            start_new_session=True,
        ) as process,
    ):
        try:
            _wait_for(port, process, log)
            yield
        finally:
            _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)  # PHP's web server leaves its workers behind


def _wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    pause = threading.Event()
    for _ in range(600):
        assert process.poll() is None, log.read_text(errors="replace")
        with closing(socket.socket()) as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        pause.wait(0.05)
    raise AssertionError(f"no answer on port {port}: {log.read_text(errors='replace')}")
