"""A real Radicale."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.process import RealServer, running

_CONFIG = """\
[server]
hosts = 127.0.0.1:{port}
[auth]
type = htpasswd
htpasswd_filename = {folder}/users
htpasswd_encryption = plain
delay = 0
[storage]
type = multifilesystem
filesystem_folder = {folder}/collections
[logging]
level = warning
"""


@contextmanager
def radicale(folder: Path) -> Iterator[RealServer]:
    """Run it in `folder` with one user, kari."""
    (folder / "users").write_text("kari:secret\n")

    def command(port: int) -> list[str]:
        config = folder / "config"
        config.write_text(_CONFIG.format(port=port, folder=folder))
        return ["-m", "radicale", "--config", str(config)]

    with running(command, folder) as port:
        yield RealServer(name="radicale", url=f"http://127.0.0.1:{port}/", home="/kari/", username="kari", password="secret")
