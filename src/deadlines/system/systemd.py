"""The user's systemd units: files in a folder, and `systemctl --user` to have them looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deadlines.errors import ProgramFailed
from deadlines.system.programs import run

_MISSING = 5
"""What `systemctl` ends with when there is no such unit."""


class SystemdUnits:
    """The units of whoever runs this, in `folder`."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        self._folder = folder
        self._environ = environ

    def path(self, name: str) -> str:
        """Where a unit is."""
        return str(self._folder / name)

    def read(self, name: str) -> str | None:
        """The text of a unit."""
        try:
            return (self._folder / name).read_text(encoding="utf-8", errors="surrogateescape")
        except FileNotFoundError:
            return None
        except OSError as error:
            raise ProgramFailed(self.path(name), (error.strerror or str(error)).lower()) from error

    def install(self, units: dict[str, str], timer: str) -> None:
        """Write them, then have the timer started; where that fails, what was there before is there again."""
        before = {name: self.read(name) for name in units}
        try:
            self._write(units)
            self._systemctl("daemon-reload")
            self._systemctl("enable", "--now", timer)
            self._systemctl("restart", timer)  # where it was running, by its new schedule
        except ProgramFailed:
            self._write(before)
            raise

    def remove(self, names: tuple[str, ...], timer: str) -> None:
        """Stop the timer first: it cannot be named when its file is gone."""
        self._systemctl("disable", "--now", timer, allowed=(0, 1, _MISSING))
        with self._told():
            (self._folder / "timers.target.wants" / timer).unlink(missing_ok=True)  # where nobody is there to disable it
        self._write(dict.fromkeys(names))
        self._systemctl("daemon-reload")

    def _write(self, units: Mapping[str, str | None]) -> None:
        """Have the units read so; None: not be there."""
        with self._told():
            self._folder.mkdir(parents=True, exist_ok=True)
            for name, text in units.items():
                path = self._folder / name
                if text is None:
                    path.unlink(missing_ok=True)
                else:
                    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")

    def _systemctl(self, *words: str, allowed: tuple[int, ...] = (0,)) -> None:
        run(("systemctl", "--user", *words), environ=self._environ, allowed=allowed)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ProgramFailed(str(error.filename or self._folder), (error.strerror or str(error)).lower()) from error
