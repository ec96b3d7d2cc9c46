"""Problems of a configuration, collected all at once and told with their line, and the nearest known name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import islice

from deadlines.errors import InputError, UnknownName

Path = tuple[str, ...]
"""The names that lead to a table or a key, outermost first."""

_BARE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLAIN = re.compile(r"[\w./+-]{1,64}")
_LONGEST = 40
_FEW = 12
_MOST = 100
_COMPARED = 500


class Problems:
    """What is wrong, each with the path of the key or table that it is about."""

    def __init__(self) -> None:
        self.found: list[tuple[Path, str]] = []

    def __bool__(self) -> bool:
        return bool(self.found)

    @property
    def full(self) -> bool:
        """Whether there are so many that nobody reads more: this is another file than was meant."""
        return len(self.found) >= _MOST

    def add(self, path: Path, message: str) -> None:
        """Note one problem."""
        self.found.append((path, message))

    def about(self, table: Path, *keys: str) -> bool:
        """Whether one of these keys of a table has a problem already, so that nothing can be said about its absence."""
        return any((*table, key) == path for key in keys for path, _ in self.found)

    def refused(self, path: Path, error: InputError) -> None:
        """Note a value that a kind refused, with what it suggests."""
        if isinstance(error, UnknownName):
            near = " or ".join(map(shown_name, error.nearest))
            instead = f"; did you mean {near}?" if near else f"; {error.hint}" if error.hint else ""
            message = f"unknown {error.kind} {shown_name(error.name)}{instead}"
        else:
            message = f"{error}; {error.hint}" if error.hint else str(error)
        self.add(path, message)

    def lines(self, line: Callable[[Path], int]) -> tuple[str, ...]:
        """Ready lines in the order of the file; what has no line comes first."""
        located = sorted((line(path), number, path, message) for number, (path, message) in enumerate(self.found))
        return tuple((f"line {at}: " if at else "") + f"{told(path)}: {message}" for at, _, path, message in located)


def told(path: Path) -> str:
    """A path as TOML would write it, short and safe for a terminal."""
    return ".".join(name if _BARE.fullmatch(name) else _quoted(name) for name in path)


def did_you_mean(name: str, known: Iterable[str], *, aka: Iterable[tuple[str, str]] = ()) -> str:
    """`; did you mean ...?` with the nearest of the known names, or all of them where they are few; may be empty.

    `aka` are other words for known names.
    """
    import difflib  # noqa: PLC0415 - only a mistake pays for it

    names = list(islice(known, _COMPARED))
    words = {word.lower(): meant for word, meant in [*aka, *((name, name) for name in names)]}
    lower = name[:_LONGEST].lower()
    near = difflib.get_close_matches(lower.replace("-", "_"), words, n=1) or difflib.get_close_matches(lower, words, n=1)
    if near:
        return f"; did you mean {shown_name(words[near[0]])}?"
    return f"; known: {', '.join(told((known,)) for known in names)}" if 0 < len(names) <= _FEW else ""


def shown_name(name: str) -> str:
    """A name in quotes, short and safe for a terminal."""
    return f"'{name}'" if _PLAIN.fullmatch(name) else _quoted(name)


def _quoted(name: str) -> str:
    short = name if len(name) <= _LONGEST else name[:_LONGEST] + "..."
    return '"' + short.encode("unicode_escape").decode("ascii").replace('"', '\\"') + '"'
