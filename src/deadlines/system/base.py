"""The ports to what the operating system runs for us: a crontab, systemd's user units, and a program that tells people something.

Texts of a crontab are `str` with surrogateescape: other people's lines come back byte for byte.
"""

from __future__ import annotations

from typing import Protocol


class Crontab(Protocol):
    """The user's crontab. Errors are `ProgramFailed`."""

    def read(self) -> str:
        """The whole of it, empty where there is none."""
        ...

    def write(self, text: str) -> None:
        """Replace it; an empty one is taken away."""
        ...


class Units(Protocol):
    """The user's systemd units. Errors are `ProgramFailed`."""

    def read(self, name: str) -> str | None:
        """The text of a unit, None where there is none."""
        ...

    def install(self, units: dict[str, str], timer: str) -> None:
        """Write units by name and start the timer, now and whenever the user logs in."""
        ...

    def remove(self, names: tuple[str, ...], timer: str) -> None:
        """Stop the timer and take the units away."""
        ...

    def path(self, name: str) -> str:
        """Where a unit is, or would be."""
        ...


class Notifier(Protocol):
    """Something that tells the user at once. Errors are `ProgramFailed`."""

    def notify(self, title: str, body: str) -> None:
        """Tell it. `title` is one line, `body` may be several; neither holds other control characters."""
        ...
