"""Memory of a first download, by how much there is: it grows with the batch, not with the collection."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

from bench import corpus
from bench.place import Place
from bench.table import Fact

COUNTS = (1_000, 10_000, 20_000)
MOST = 120
"""MB at 10,000."""
GROWTH = 1_000
"""Bytes that one more resource may take: names and ETags are compared at the end, texts are not kept. One has 700 bytes."""
# In a process of its own, since what one has counts for those it starts, too.
_PEAK = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024))
"""
_CONFIG = """\
[accounts.bench]
url = "{url}"
[calendars.work]
account = "bench"
path = "/kari/tasks/"
"""


def measure(folder: Path) -> Iterator[Fact]:
    """From the fake server, whose own memory does not count."""
    peaks = [_first_download(folder / str(count), count) for count in COUNTS]
    for count, peak in zip(COUNTS, peaks, strict=True):
        verdict = "ok" if peak <= MOST * 1_000_000 else "missed"
        what = f"memory of a first download of {count:,} at most"
        yield Fact(part="memory", what=what, found=f"{peak / 1e6:.0f} MB", target=f"<= {MOST} MB", verdict=verdict)
    growth = (peaks[-1] - peaks[-2]) / (COUNTS[-1] - COUNTS[-2])
    verdict = "ok" if growth <= GROWTH else "missed"
    yield Fact(
        part="memory", what="of it for one more", found=f"{growth:.0f} bytes", target=f"<= {GROWTH} bytes", verdict=verdict
    )


def _first_download(folder: Path, count: int) -> int:
    dav = FakeDav()
    for number, text in enumerate(corpus.resources(count)):
        dav.put(f"/kari/tasks/{corpus.uid(number)}.ics", text)
    with serve(dav) as url:
        place = Place(folder, _CONFIG.format(url=url))
        command: list[str | Path] = [sys.executable, "-c", _PEAK, place.entry, "sync"]
        return int(subprocess.run(command, env=place.environment, capture_output=True, check=True, timeout=600).stdout)
