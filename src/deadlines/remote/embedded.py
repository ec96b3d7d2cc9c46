"""A CalDAV server of our own for the demo: Radicale on loopback, in a folder that is thrown away."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from deadlines.errors import Refused, Unreachable

_CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = {folder}/collections
[logging]
level = error
"""
_PATIENCE = 30.0
_PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that runs; its user is `kari`, her password `demo`."""

    url: str


@contextmanager
def embedded_server(folder: Path) -> Iterator[EmbeddedServer]:
    """Run Radicale while the context lasts. `Refused` where it is not installed."""
    if find_spec("radicale") is None:
        raise Refused("the demo needs Radicale, which is not installed", hint='pip install "deadlines[demo]", or make demo')
    folder.mkdir(parents=True, mode=0o700)
    port = _free_port()
    (folder / "users").write_text("kari:demo\n", encoding="utf-8")
    config = folder / "config"
    config.write_text(_CONFIG.format(port=port, folder=folder), encoding="utf-8")
    command = [sys.executable, "-m", "radicale", "--config", str(config)]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(server, port)
        yield EmbeddedServer(f"http://127.0.0.1:{port}/")
    finally:
        server.terminate()
        server.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await(server: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(_PAUSE)
        else:
            return
    raise Unreachable(f"http://127.0.0.1:{port}/", "the embedded server did not start")
