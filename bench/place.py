"""A folder with everything that a measured command needs: configuration, database, and an environment without the caller's."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import count, islice
from pathlib import Path

from bench import corpus
from bench.measure import Cost, of_command
from deadlines import clock
from deadlines.config.read import read
from deadlines.store.base import Record, RunKind
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.index import Indexer
from deadlines.usecases.refresh import fingerprint

ROOT = Path(__file__).parents[1]
NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
_CONFIG = """\
[me]
timezone = "Europe/Oslo"
[clients.acme]
timezone = "America/New_York"
[clients.globex]
timezone = "Asia/Tokyo"
"""
_ENTRY = "import sys\nfrom deadlines.cli import main\nsys.exit(main())\n"


class Place:
    """One folder. `entry` is the program as it is installed: a script whose first line names this interpreter."""

    def __init__(self, folder: Path, config: str = "") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.config = folder / "config.toml"
        self.config.write_text(_CONFIG + config, encoding="utf-8")
        self.database = folder / "data" / "deadlines.sqlite3"
        self.environment = {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(folder),
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT / "src"),
            "DEADLINES_CONFIG": str(self.config),
            "DEADLINES_DATA": str(self.database.parent),
            "BENCH_PASSWORD": "secret",
        }
        self.entry = self._entry()

    def run(self, *arguments: str, allowed: tuple[int, ...] = (0, 1)) -> Cost:
        """One run of a command of ours."""
        return of_command([self.entry, *arguments], self.environment, allowed=allowed)

    def python(self, *arguments: str) -> Cost:
        """One run of this interpreter."""
        return of_command([sys.executable, *arguments], self.environment)

    def seed(self, texts: Iterable[str], calendar: str = "local") -> None:
        """Put tasks into the database, as commands of ours would have."""
        zone_data = clock.use_newest_zone_data()
        settings = read(self.config, holidays=lambda _: frozenset(), local_zone="Europe/Oslo")
        index = Indexer(settings)
        store = SqliteStore(self.database)
        with store.reindex(fingerprint(settings, zone_data)):
            pass
        with store.write(RunKind.COMMAND, "seed", now=NOW) as writer:
            for text in texts:
                uid, columns = index(text, calendar)
                writer.put(Record(uid=uid, calendar=calendar, ical=text, index=columns))
        store.close()

    def _entry(self) -> Path:
        installed = Path(sys.executable).with_name("deadlines")
        if installed.exists():
            return installed
        script = self.folder / "deadlines"
        script.write_text(f"#!{sys.executable}\n{_ENTRY}", encoding="utf-8")
        script.chmod(0o755)
        return script


def open_tasks(number: int) -> Iterable[int]:
    """The numbers of so many tasks that are not done."""
    return islice((one for one in count() if not corpus.is_done(one)), number)
