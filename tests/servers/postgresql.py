"""A PostgreSQL cluster of its own, for the servers that keep their data in one."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import free_port, started

_VERSIONS = Path("/usr/lib/postgresql")


def missing() -> str:
    """What is not installed; empty where all is there."""
    return "" if _programs() else "postgresql is not installed"


def account(name: str) -> str | None:
    """The user to run a server as: its own where root runs the tests, else nobody but ourselves."""
    return name if os.geteuid() == 0 else None


def own_folder(folder: Path, user: str | None) -> Path:
    """Make a folder that belongs to that user."""
    folder.mkdir()
    if user is not None:
        import pwd

        entry = pwd.getpwnam(user)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    return folder


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """A running cluster on loopback that trusts everybody; its superuser is postgres."""

    port: int

    @property
    def environment(self) -> dict[str, str]:
        """What PostgreSQL's programs need to find it."""
        found = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "postgres", "PSQLRC": "/dev/null"}
        return {"PATH": os.environ["PATH"], "LC_ALL": "C", **found}

    def run(self, command: Sequence[str]) -> None:
        """Run a program with the cluster as its database; fails with what it said."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def sql(self, statements: str, *, database: str = "postgres") -> None:
        """Run statements."""
        self.run(["psql", "-qX", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statements])


@contextmanager
def postgresql(folder: Path) -> Iterator[Cluster]:
    """Run a new cluster in `folder`."""
    programs = _programs()
    assert programs is not None
    user, port = account("postgres"), free_port()
    home = own_folder(folder / "postgresql", user)
    data = home / "data"
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
    make = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
    subprocess.run(make, user=user, cwd=home, env=environment, check=True, capture_output=True)
    settings = {"listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off", "port": str(port)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(programs / "postgres"), "-D", str(data), *options]
    with started(command, home, port=port, user=user, environment=environment):
        yield Cluster(port=port)


def _programs() -> Path | None:
    return next((found.parent for found in sorted(_VERSIONS.glob("*/bin/initdb"), reverse=True)), None)
