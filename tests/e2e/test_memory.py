"""What a first download holds in memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.e2e.person import Person, account, calendar
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

LONG = "DESCRIPTION:" + "x" * 10_000
"""One text of ten kilobytes."""
ENOUGH = 15_000_000
"""Bytes: half of what 3,000 such texts take."""
# In a process of its own, since what one has counts for those it starts, too.
PEAK = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""


def first_download(folder: Path, count: int) -> int:
    """The most bytes that a first sync of so many tasks has at any time."""
    dav = FakeDav()
    for number in range(count):
        lines = [
            "BEGIN:VCALENDAR",
            "BEGIN:VTODO",
            f"UID:{number}",
            f"SUMMARY:Task {number}",
            LONG,
            "END:VTODO",
            "END:VCALENDAR",
            "",
        ]
        dav.put(f"/kari/tasks/{number}.ics", "\r\n".join(lines))
    with serve(dav) as url:
        kari = Person(folder=folder)
        kari.configure(account("fake", url, username=""), calendar("work", "/kari/tasks/", account="fake"))
        command = [sys.executable, "-c", PEAK, sys.executable, "-m", "deadlines", "sync"]
        return int(subprocess.run(command, env=kari.environment(), capture_output=True, check=True, timeout=120).stdout)


def test_memory_grows_with_the_batch_and_not_with_the_collection(tmp_path: Path) -> None:
    fewer, more = first_download(tmp_path / "fewer", 1000), first_download(tmp_path / "more", 4000)

    assert more - fewer < ENOUGH
