"""A real Xandikos, which asks for no password."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import RealServer, running


@contextmanager
def xandikos(folder: Path) -> Iterator[RealServer]:
    """Run it in `folder` for the principal /kari/."""

    def command(port: int) -> list[str]:
        serve = ["-m", "xandikos", "serve", "-d", str(folder / "data"), "--state-dir", str(folder / "state")]
        return [*serve, "--autocreate", "--defaults", "--current-user-principal", "/kari/", "-l", "127.0.0.1", "-p", str(port)]

    with running(command, folder) as port:
        yield RealServer(name="xandikos", url=f"http://127.0.0.1:{port}/", home="/kari/calendars/")
