"""`deadlines sync` against a real Radicale, killed in the middle or beside another one; then everything is where it belongs.

How to kill more often, and what it prints: `docs/reliability.md`.
"""

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
KILLS = int(os.environ.get("SYNC_KILLS", "8"))
PAIRS = int(os.environ.get("SYNC_PAIRS", "4"))
ITEMS = int(os.environ.get("SYNC_KILL_ITEMS", "150"))
TRY_LATER = 75
FIRST, SECOND = "first", "second"
"""Two machines, each with its own database; what is edited here is edited on the first."""
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
        for machine in (FIRST, SECOND):
            self.database(machine).parent.mkdir(mode=0o700)

    def database(self, machine: str = FIRST) -> Path:
        return self.folder / machine / "deadlines.sqlite3"

    def start(self, machine: str = FIRST) -> subprocess.Popen[bytes]:
        """A real sync in a process of its own."""
        variables = {
            **os.environ,
            "DEADLINES_CONFIG": str(self.folder / "config.toml"),
            "DEADLINES_DATA": str(self.folder / machine),
            "SYNC_KILL_PASSWORD": self.server.password,
        }
        command = [sys.executable, "-m", "deadlines", "sync", "--allow-deletes", "100"]
        return subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def sync(self, machine: str = FIRST) -> float:
        """Let one come to its end; gives its seconds."""
        began = time.monotonic()
        with self.start(machine) as process:
            output, _ = process.communicate(timeout=120)
        assert process.returncode == 0, output.decode()
        return time.monotonic() - began

    def change(self, number: int, dice: random.Random) -> None:
        """So many changes on each side: created, edited, a few removed."""
        client = Replica.__new__(Replica)
        client.store = SqliteStore(self.database())
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

    def here(self, machine: str = FIRST) -> list[tuple[str, str]]:
        """UID and summary of everything here, after a look at the health of the file."""
        store = SqliteStore(self.database(machine))
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


@pytest.fixture
def world(radicale: RealServer, tmp_path: Path) -> World:
    """Two machines and a server, in step."""
    world = World(server=radicale, folder=tmp_path)
    world.sync(SECOND)
    return world


@pytest.fixture
def dice() -> random.Random:
    """The same throws every time."""
    return random.Random(20261123)  # noqa: S311  # nothing secret


@pytest.mark.timeout(300 + 20 * KILLS)
@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is what kills without a word")
def test_killed_at_any_moment_nothing_is_lost_doubled_or_resurrected(world: World, dice: random.Random) -> None:
    """Half of the items are made on each side, and a sync of many is killed each time: the data is never in step in between."""
    quiet = world.sync()
    world.change(ITEMS // 2, dice)
    killed, whole = 0, quiet
    while killed < KILLS:
        with world.start() as process:
            try:
                process.communicate(timeout=dice.uniform(0.3 * quiet, whole))
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                killed += 1
                whole *= 1.2  # on a busy machine it takes longer to come far
        if process.returncode == 0:
            world.change(ITEMS // 20, dice)
            whole = quiet

    world.sync()
    expected = sorted(world.expected.items())
    assert world.there() == expected
    assert world.here() == expected
    world.sync()
    assert world.there() == expected
    LOG.info("%d kills of syncs, %d tasks: none lost, doubled or resurrected, database intact", killed, len(expected))


@pytest.mark.timeout(300 + 60 * PAIRS)
def test_pairs_of_concurrent_syncs_lose_and_double_nothing(world: World, dice: random.Random) -> None:
    """By turns two syncs of one database, where one waits for the other, and of two machines that meet at the server."""
    later = 0
    world.change(ITEMS // 2, dice)
    for pair in range(PAIRS):
        world.change(max(5, ITEMS // 50), dice)
        with world.start() as one, world.start(SECOND if pair % 2 else FIRST) as other:
            said = [process.communicate(timeout=120)[0].decode() for process in (one, other)]
        codes = [one.returncode, other.returncode]
        assert set(codes) <= {0, TRY_LATER}, said
        assert 0 in codes, said
        later += codes.count(TRY_LATER)

    for machine in (FIRST, SECOND, FIRST, SECOND):
        world.sync(machine)
    expected = sorted(world.expected.items())
    assert world.there() == world.here() == world.here(SECOND) == expected
    LOG.info(
        "%d pairs, %d left with try later, %d tasks: none lost, doubled or resurrected, databases intact",
        PAIRS, later, len(expected),
    )  # fmt: skip
