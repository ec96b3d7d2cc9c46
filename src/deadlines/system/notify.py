"""Telling the user at once: with a command of theirs, or on their desktop.

What is told is never part of a shell's text: it is the program's input, and where the command has a word with `{title}` or
`{message}`, it stands there.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from deadlines.system.programs import run

_BUS = "DBUS_SESSION_BUS_ADDRESS"


class CommandNotifier:
    """A command of the user's."""

    def __init__(self, command: tuple[str, ...], environ: Mapping[str, str]) -> None:
        self._command = command
        self._environ = environ

    def notify(self, title: str, body: str) -> None:
        """Run it with the title and the body, a line between them, as its input."""
        told = {"{title}": title, "{message}": f"{title}\n{body}"}
        words = [_filled(word, told) for word in self._command]
        run(words, given=f"{title}\n{body}\n".encode("utf-8", "replace"), environ=self._environ)


class DesktopNotifier:
    """`notify-send`. Cron gives no address of the session's bus; where it is by convention, that is taken."""

    def __init__(self, environ: Mapping[str, str], *, runtime: Path | None = None) -> None:
        bus = (runtime or Path(f"/run/user/{os.getuid() if hasattr(os, 'getuid') else 0}")) / "bus"
        self._environ = {_BUS: f"unix:path={bus}", **environ} if bus.exists() else environ

    def notify(self, title: str, body: str) -> None:
        """Show it; the body is text, while the desktop takes it for markup."""
        plain = body.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        run(("notify-send", "--app-name=deadlines", "--", title, plain), environ=self._environ)


def _filled(word: str, told: Mapping[str, str]) -> str:
    """One pass, so that what is told is not looked at for placeholders itself."""
    found = [(word.find(name), name) for name in told if name in word]
    if not found:
        return word
    at, name = min(found)
    return word[:at] + told[name].replace("\0", "") + _filled(word[at + len(name) :], told)
