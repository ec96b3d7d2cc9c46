"""Round after round of random edits by us, by todoman through vdirsyncer and by a raw HTTP client: in the end all are equal.

Each of the three has a property of its own to change, and what we or the HTTP client wrote last must be there in the end.
(vdirsyncer knows only whole files: where two changed one, it takes the server's, and todoman's edit is lost by its own choice.)
How to let it run for longer, and what it prints: `docs/reliability.md`.
"""

from __future__ import annotations

import logging
import os
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.other_clients import OVERRIDE, Phone, installed
from tests.e2e.person import Person, Place, vtodo

from deadlines.sync.merge import same_meaning

pytestmark = pytest.mark.skipif(
    not (installed() / "bin" / "todo").exists(),
    reason=f"no todoman and vdirsyncer in {installed()}: make test installs them, {OVERRIDE} names another folder",
)
LOG = logging.getLogger(__name__)
ROUNDS = int(os.environ.get("SOAK_ROUNDS", "3"))
SEED = int(os.environ.get("SOAK_SEED", "20261124"))
FEW = 4
"""So many tasks stay: an emptied side stops vdirsyncer as well as us."""
UID = re.compile(r"^UID:(.+?)\r?$", re.MULTILINE)


@dataclass
class Soak:
    """The three, and what each wrote last, by UID."""

    kari: Person
    phone: Phone
    place: Place
    dice: random.Random
    ours: dict[str, str] = field(default_factory=dict)
    theirs: dict[str, str] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    made: int = 0

    def round(self) -> None:
        """A few edits by everybody, and a sync of most."""
        acts: list[Callable[[], str]] = [self.act_here, self.act_there, self.act_on_the_phone]
        for act in self.dice.sample(acts, k=self.dice.choice([2, 3, 3])):
            name = act()
            self.done[name] = self.done.get(name, 0) + 1
        syncs: list[Callable[[], object]] = [self.sync, self.phone.sync]
        for sync in self.dice.sample(syncs, k=self.dice.choice([1, 2, 2])):
            sync()

    def act_here(self) -> str:
        """We add, rename, remove."""
        tasks = {task["uid"]: task for task in self.kari.run("list", "--all", "--json").json["tasks"]}
        name = self._name("ours")
        if len(tasks) <= FEW or self.dice.random() < 0.3:
            uid = self.kari.run("add", name, "--due", "fri 17:00", "--client", "acme", "--json").json["task"]["uid"]
            self.ours[uid] = name
            return "added here"
        uid = self.dice.choice(sorted(tasks))
        if self.dice.random() < 0.2:
            self.kari.run("remove", uid, "--yes")
            return "removed here"
        self.kari.run("edit", uid, "--summary", name)
        self.ours[uid] = name
        return "renamed here"

    def act_there(self) -> str:
        """An HTTP client puts, describes, deletes, each on the condition that nobody was faster."""
        stored = self.stored()
        name = self._name("theirs")
        if len(stored) <= FEW or self.dice.random() < 0.3:
            uid = f"http-{self.made}"
            self.place.put(f"{uid}.ics", vtodo(uid, name, f"DESCRIPTION:{name}"))
            self.theirs[uid] = name
            return "added there"
        file = self.dice.choice(sorted(stored))
        text = stored[file]
        if self.dice.random() < 0.2:
            self.place.delete(file)
            return "deleted there"
        bare = re.sub(r"^DESCRIPTION[;:].*\r\n(?:[ \t].*\r\n)*", "", text, flags=re.MULTILINE)
        self.place.put(file, bare.replace("END:VTODO", f"DESCRIPTION:{name}\r\nEND:VTODO").replace("\r\n", "\n"))
        self.theirs[UID.findall(text)[0]] = name
        return "described there"

    def act_on_the_phone(self) -> str:
        """todoman makes, moves, finishes, deletes."""
        tasks: list[Any] = sorted(self.phone.tasks().values(), key=lambda task: str(task["summary"]))
        if len(tasks) <= FEW or self.dice.random() < 0.3:
            self.phone.todo("new", "--list", "tasks", self._name("phone"))
            return "made on the phone"
        number = str(self.dice.choice(tasks)["id"])
        if self.dice.random() < 0.2:
            self.phone.todo("delete", "--yes", number)
            return "deleted on the phone"
        self.phone.todo("edit", "--location", self._name("place"), number)
        return "moved on the phone"

    def sync(self) -> None:
        """One of ours; what had to be decided is fine, failures are not."""
        report = self.kari.run("sync", "--json", "--allow-deletes", "100", code=None)
        assert report.code in {0, 1}, report
        (calendar,) = report.json["calendars"]
        assert (calendar["error"], calendar["skipped"]) == (None, [])

    def settle(self) -> None:
        """Everybody syncs until nobody has anything to say."""
        for _ in range(4):
            self.sync()
            self.phone.sync()
        before = self.place.etags()
        assert self.kari.sync()["requests"] == 1
        assert "Copying" not in self.phone.sync()
        assert self.place.etags() == before

    def stored(self) -> dict[str, str]:
        """What the server has, by file name."""
        names = sorted(set(re.findall(r"/([^/<>\s]+\.ics)\b", self.place.etags().decode())))
        return {name: self.place.get(name) for name in names}

    def _name(self, who: str) -> str:
        self.made += 1
        return f"{who} {self.made}"


@pytest.mark.timeout(300 + 60 * ROUNDS)
def test_all_are_equal_in_the_end(at_radicale: Place, tmp_path: Path) -> None:
    for number in range(FEW):
        at_radicale.put(f"first{number}.ics", vtodo(f"first{number}", f"first {number}"))
    phone = Phone(folder=tmp_path / "phone", zone="Asia/Tokyo", conflicts='"b wins"')
    phone.set_up(at_radicale)
    soak = Soak(at_radicale.user(tmp_path / "kari"), phone, at_radicale, random.Random(SEED))  # noqa: S311 # nothing secret
    soak.sync()

    for _ in range(ROUNDS):
        soak.round()
    soak.settle()

    there = {UID.findall(text)[0]: text for text in soak.stored().values()}
    here = {task["uid"]: soak.kari.task(task["uid"])["ical"] for task in soak.kari.run("list", "--all", "--json").json["tasks"]}
    on_the_phone = {UID.findall(text)[0]: text for text in phone.files()}
    assert len(there) == len(soak.stored())
    assert here.keys() == there.keys() == on_the_phone.keys()
    for uid, text in there.items():
        assert same_meaning(text, here[uid]), f"{text}\n{here[uid]}"
        assert same_meaning(text, on_the_phone[uid]), f"{text}\n{on_the_phone[uid]}"
        assert f"SUMMARY:{soak.ours.get(uid, '')}" in text
        assert f"DESCRIPTION:{soak.theirs.get(uid, '')}" in text or uid not in soak.theirs
    LOG.info("%d rounds, %s; %d tasks, equal on all three", ROUNDS, soak.done, len(there))
