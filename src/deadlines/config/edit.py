"""Edits of the configuration file that touch nothing but what they mean: comments, order and spacing stay byte for byte.

An edit is text surgery by the outline: a value is replaced where it stands, a key is added after the last of its table, a
table after the last of its kind, a removed table takes its own lines along. The result must pass two proofs before it replaces
the file: read back, it holds exactly the data that were meant, and `read_text` finds nothing wrong with it. So a file that is
written in a way the surgery does not know (clients in one inline table, say) is refused, never damaged.
"""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deadlines.config import surgery
from deadlines.config.file import replace_file
from deadlines.config.problems import Path as Names
from deadlines.config.problems import shown_name
from deadlines.config.read import MARK, Holidays, read_text, text_of
from deadlines.core.settings import Settings
from deadlines.errors import ConfigError, InputError, Refused, UnknownName

Value = str | int | float | bool | tuple[str, ...]
Fields = Mapping[str, Value | None]
"""Values by key, as the file says them; None takes a key out. A key of a part is written `quota.per`."""
Tables = Mapping[Names, Fields]
"""Fields by table, such as `("accounts", "main")`."""

_HEADER = """\
# The configuration of deadlines. Every key is explained in config.example.toml; edit this file as you like,
# the commands keep your comments and your order.
"""
_LINE = re.compile(r"^line \d+: ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigFile:
    """The file at `path`, which need not exist yet. Every method either replaces it as a whole or leaves it untouched.

    They raise `ConfigError` where the file cannot be used as it is, `InputError` where what is to be written would be wrong.
    """

    path: Path
    holidays: Holidays
    local_zone: str

    def set(self, tables: Tables) -> None:
        """Change keys of several tables, or make them: all of it, or nothing."""
        self._edit(lambda data: _set_all(data, tables))

    def as_if(self, tables: Tables) -> Settings:
        """The settings as they would be after `set`, or what it would raise; nothing is written."""
        _, _, after = self._proposed(lambda data: _set_all(data, tables))
        return self._read(after)

    def add_client(self, key: str, fields: Fields) -> None:
        """Add `[clients.key]` after the last client."""
        self._add("client", ("clients", key), fields)

    def edit_client(self, key: str, fields: Fields) -> None:
        """Change keys of a client."""
        self._change("client", ("clients", key), fields)

    def remove_client(self, key: str) -> None:
        """Take a client out with its quota; `Refused` while a feed is for it."""

        def change(data: surgery.Data) -> list[surgery.Step]:
            _must_exist(data, "client", ("clients", key))
            feeds = [name for name, feed in data.get("feeds", {}).items() if feed.get("client") == key]
            if feeds:
                raise Refused(f"client {key} has a feed: {', '.join(feeds)}", hint="take the feed out of the configuration first")
            return [surgery.RemoveTable(("clients", key))]

        self._edit(change)

    def add_account(self, name: str, fields: Fields) -> None:
        """Add `[accounts.name]` after the last account."""
        self._add("account", ("accounts", name), fields)

    def _change(self, kind: str, path: Names, fields: Fields) -> None:
        def change(data: surgery.Data) -> list[surgery.Step]:
            _must_exist(data, kind, path)
            return _set(data, path, fields)

        self._edit(change)

    def _add(self, kind: str, path: Names, fields: Fields) -> None:
        def change(data: surgery.Data) -> list[surgery.Step]:
            if path[1] in data.get(path[0], {}):
                raise Refused(f"there is a{'n' if kind[0] in 'aeiou' else ''} {kind} {shown_name(path[1])} already")
            return _set(data, path, fields)

        self._edit(change)

    def _edit(self, change: Callable[[surgery.Data], list[surgery.Step]]) -> None:
        before, text, after = self._proposed(change)
        if after == text:
            return
        if text_of(self.path) != before:
            raise Refused(f"{self.path} was changed at the same time", hint="try again")
        replace_file(self.path, MARK + after if before is not None and before.startswith(MARK) else after)

    def _proposed(self, change: Callable[[surgery.Data], list[surgery.Step]]) -> tuple[str | None, str, str]:
        """The file as it is, None where there is none; its text without the mark; and that text after a proven change."""
        before = text_of(self.path)
        text = _HEADER if before is None else before.removeprefix(MARK)
        self._read(text)  # a file that is wrong already is not edited: its problems come first
        data = tomllib.loads(text)
        steps = change(data)
        after = surgery.apply(text, steps)
        if after != text:
            self._prove(after, surgery.expected(copy.deepcopy(data), steps))
        return before, text, after

    def _prove(self, text: str, expected: surgery.Data) -> None:
        try:
            found: Any = tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            found = None
        if found != expected:
            raise Refused(f"{self.path} is written in a way that this command cannot change", hint="edit the file by hand")
        try:
            self._read(text)
        except ConfigError as error:
            raise InputError("; ".join(_LINE.sub("", problem) for problem in error.problems)) from error

    def _read(self, text: str) -> Settings:
        return read_text(text, str(self.path), holidays=self.holidays, local_zone=self.local_zone)


def _set_all(data: surgery.Data, tables: Tables) -> list[surgery.Step]:
    return [step for path, fields in tables.items() for step in _set(data, path, fields)]


def _set(data: surgery.Data, path: Names, fields: Fields) -> list[surgery.Step]:
    steps: list[surgery.Step] = []
    if not surgery.holds(data, path) and not any(value is not None and "." not in key for key, value in fields.items()):
        steps.append(surgery.EnsureTable(path))
    for key, value in fields.items():
        *parts, name = key.split(".")
        table = (*path, *parts)
        if value is not None:
            steps.append(surgery.SetKey(table, name, list(value) if isinstance(value, tuple) else value))
        elif surgery.holds(data, (*table, name)):
            steps.append(surgery.RemoveKey(table, name))
    return steps


def _must_exist(data: surgery.Data, kind: str, path: Names) -> None:
    section = data.get(path[0], {})
    if path[1] not in section:
        import difflib  # noqa: PLC0415 - only a mistake pays for it

        near = difflib.get_close_matches(path[1], section)
        raise UnknownName(kind, path[1], near, hint="" if near else f"`deadlines {kind} list` shows them")
