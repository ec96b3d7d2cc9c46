"""SIGKILL in the middle of `deadlines sync` against a real Radicale, again and again; then everything is where it belongs."""

from __future__ import annotations

import logging
import os
import random
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.servers.process import RealServer
from tests.sync.rig import NOW, WORK, Replica, task

from deadlines.store.base import Query
from deadlines.store.sqlite import SqliteStore

LOG = logging.getLogger(__name__)
ITEMS = 300
KILLS = 30
CONFIG = """\
[me]
timezone = "Europe/Oslo"
[accounts.main]
url = "{url}"
username = "kari"
password_env = "SYNC_KILL_PASSWORD"
[calendars.work]
account = "main"
path = "{path}"
"""


@dataclass
class World:
    """What should be there in the end: a summary for every UID that was not removed. No task is edited on both sides."""

    server: RealServer
    folder: Path
    path: str = ""
    expected: dict[str, str] = field(default_factory=dict)
    made: int = 0

    def __post_init__(self) -> None:
        self.path = self.server.new_calendar()
        self.folder.joinpath("config.toml").write_text(CONFIG.format(url=self.server.url, path=self.path))

    @property
    def database(self) -> Path:
        return self.folder / "data" / "deadlines.sqlite3"

    def start(self) -> subprocess.Popen[bytes]:
        """A real sync in a process of its own."""
        variables = {
            **os.environ,
            "DEADLINES_CONFIG": str(self.folder / "config.toml"),
            "DEADLINES_DATA": str(self.folder / "data"),
            "SYNC_KILL_PASSWORD": self.server.password,
        }
        command = [sys.executable, "-m", "deadlines", "sync", "--allow-deletes", "100"]
        return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def sync(self) -> float:
        """Let one come to its end; gives its seconds."""
        began = time.monotonic()
        with self.start() as process:
            output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output.decode()
        return time.monotonic() - began

    def change(self, number: int, dice: random.Random) -> None:
        """So many changes on each side: created, edited, a few removed."""
        client = Replica.__new__(Replica)
        client.store = SqliteStore(self.database)
        client.now = NOW
        for _ in range(number):
            self._change_here(client, dice)
            self._change_there(dice)
        client.store.close()

    def _change_here(self, client: Replica, dice: random.Random) -> None:
        mine = sorted(uid for uid in self.expected if uid.startswith("here"))
        if not mine or dice.random() < 0.6:
            uid = self._expect("here")
            client.add(uid, self.expected[uid])
        elif dice.random() < 0.8:
            uid = dice.choice(mine)
            self.expected[uid] = f"{uid} edited {dice.random()}"
            client.edit(uid, summary=self.expected[uid])
        else:
            uid = dice.choice(mine)
            del self.expected[uid]
            client.remove(uid)

    def _change_there(self, dice: random.Random) -> None:
        theirs = sorted(uid for uid in self.expected if uid.startswith("there"))
        if not theirs or dice.random() < 0.6:
            uid = self._expect("there")
        elif dice.random() < 0.8:
            uid = dice.choice(theirs)
            self.expected[uid] = f"{uid} edited {dice.random()}"
        else:
            uid = dice.choice(theirs)
            del self.expected[uid]
            assert self.server.request("DELETE", f"{self.path}{uid}.ics")[0] == 200
            return
        status, _ = self.server.request("PUT", f"{self.path}{uid}.ics", task(uid, self.expected[uid]).encode())
        assert status in {201, 204}

    def _expect(self, side: str) -> str:
        self.made += 1
        uid = f"{side}-{self.made}"
        self.expected[uid] = f"{uid} new"
        return uid

    def here(self) -> list[tuple[str, str]]:
        """UID and summary of everything here, after a look at the health of the file."""
        store = SqliteStore(self.database)
        rows = [(row.uid, row.index.summary) for row in store.rows(Query())]
        assert not store.check()
        assert not store.pending(WORK)
        store.close()
        return sorted(rows)

    def there(self) -> list[tuple[str, str]]:
        """The same of the server."""
        status, body = self.server.request("GET", self.path)
        assert status == 200
        parts = body.decode().split("BEGIN:VTODO")[1:]
        return sorted((_property(part, "UID"), _property(part, "SUMMARY")) for part in parts)


def _property(text: str, name: str) -> str:
    found = re.search(rf"^{name}:(.*?)\r?$", text, re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is what kills without a word")
def test_killed_at_any_moment_nothing_is_lost_doubled_or_resurrected(radicale: RealServer, tmp_path: Path) -> None:
    dice = random.Random(20261123)  # noqa: S311  # the same moments every time
    world = World(server=radicale, folder=tmp_path)
    world.database.parent.mkdir(mode=0o700)
    quiet = world.sync()
    world.change(ITEMS // 2, dice)
    killed = 0
    for _ in range(3 * KILLS):
        with world.start() as process:
            try:
                process.communicate(timeout=quiet * dice.uniform(0.3, 1.5))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
        if killed == KILLS:
            break
        if process.returncode == 0:
            world.change(10, dice)

    assert killed == KILLS
    world.sync()
    expected = sorted(world.expected.items())
    assert world.there() == expected
    assert world.here() == expected
    world.sync()
    assert world.there() == expected
    LOG.info(
        "%d kills within %.1f s of a sync's beginning, %d tasks: none lost, doubled or resurrected",
        killed,
        quiet * 1.5,
        len(expected),
    )
