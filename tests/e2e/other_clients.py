"""vdirsyncer and todoman: a phone's place taken by programs that know nothing of us."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e.person import Place

OVERRIDE = "DEADLINES_TEST_CLIENTS"
FOLDER = Path(__file__).parents[2] / ".tools" / "clients"
_VDIRSYNCER = """\
[general]
status_path = "{folder}/status/"

[pair tasks]
a = "here"
b = "there"
collections = null
conflict_resolution = {conflicts}

[storage here]
type = "filesystem"
path = "{folder}/lists/tasks/"
fileext = ".ics"

[storage there]
type = "caldav"
url = "{url}"
username = "{username}"
password = "{password}"
"""
_TODOMAN = """\
path = "{folder}/lists/*"
cache_path = "{folder}/cache.sqlite3"
date_format = "%Y-%m-%d"
time_format = "%H:%M"
default_list = "tasks"
"""


def installed() -> Path:
    """The virtual environment with both: made by `make test`, or a prebuilt one named in the environment."""
    return Path(os.environ.get(OVERRIDE) or FOLDER)


@dataclass(frozen=True, kw_only=True)
class Phone:
    """Somebody who has the calendar in todoman, by way of vdirsyncer, in `zone`."""

    folder: Path
    zone: str
    conflicts: str = "null"
    """What vdirsyncer does when both sides changed a file, in its words: null fails, `"b wins"` takes the server's."""

    def set_up(self, place: Place) -> None:
        """Pair a folder with the calendar, and fetch what there is."""
        (self.folder / "lists" / "tasks").mkdir(parents=True)
        server = place.server
        url = server.url.rstrip("/") + place.path
        config = _VDIRSYNCER.format(
            folder=self.folder, url=url, username=server.username, password=server.password, conflicts=self.conflicts
        )
        (self.folder / "vdirsyncer").write_text(config, encoding="utf-8")
        (self.folder / "todoman.py").write_text(_TODOMAN.format(folder=self.folder), encoding="utf-8")
        self._run("vdirsyncer", "-c", str(self.folder / "vdirsyncer"), "discover")
        self.sync()

    def sync(self) -> str:
        """`vdirsyncer sync`; gives what it said that it did."""
        return self._run("vdirsyncer", "-c", str(self.folder / "vdirsyncer"), "sync")

    def tasks(self) -> dict[str, Any]:
        """What todoman lists, by summary; instants are seconds since 1970."""
        listed = json.loads(self.todo("--porcelain", "list", "--status", "ANY"))
        return {task["summary"]: task for task in listed}

    def files(self) -> list[str]:
        """Every file of the list, as it is."""
        return [path.read_bytes().decode() for path in sorted((self.folder / "lists" / "tasks").glob("*.ics"))]

    def todo(self, *arguments: str) -> str:
        """A command of todoman."""
        return self._run("todo", "-c", str(self.folder / "todoman.py"), *arguments)

    def _run(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [str(installed() / "bin" / program), *arguments],
            env={"HOME": str(self.folder), "PATH": os.environ["PATH"], "TZ": self.zone, "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, f"{program} {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr
