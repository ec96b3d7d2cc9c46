"""From what TOML gave to tables of our values, by the schema: unknown names and wrong values become problems."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from deadlines.config.kinds import shown
from deadlines.config.problems import Path, Problems, did_you_mean, shown_name
from deadlines.config.schema import SCHEMA, Key, Section
from deadlines.errors import InputError

Table = dict[str, Any]
"""Values by field name; what kind of value each field has is the schema's to say, so the type checker cannot."""

Tables = dict[Path, Table]
"""Every table of the file by its path, in the order of the file; what was refused is not in it."""

RESERVED = {"clients": ("me",), "calendars": ("local",)}
_PASSWORDS = frozenset({"password", "passwd", "passwort", "secret"})


def tables(raw: Mapping[str, object], problems: Problems) -> Tables:
    """Read everything the schema knows; `problems` gets the rest."""
    result: Tables = {}
    _refuse_passwords(raw, problems)
    known = {section.name: section for section in SCHEMA}
    for name, value in raw.items():
        if problems.full:
            break
        section = known.get(name)
        if section is None:
            _unknown_section(name, value, known, problems)
        elif section.named is None:
            _table((name,), value, section, result, problems)
        else:
            _named((name,), value, section, result, problems)
    return result


def defaults(keys: Iterable[Key]) -> Table:
    """The values of keys that are left out, as far as the schema knows them."""
    return {key.field or key.name: _default(key) for key in keys if key.default is not None}


@cache
def _default(key: Key) -> object:
    if key.default in {"", ()}:
        return key.default
    return key.kind.value(list(key.default) if isinstance(key.default, tuple) else key.default)


def _named(path: Path, raw: object, section: Section, result: Tables, problems: Problems) -> None:
    if not isinstance(raw, dict):
        problems.add(path, f"expected tables such as [{section.title}], found {shown(raw)}")
        return
    for name, value in raw.items():
        if problems.full:
            break
        if section.named is None or not section.named.fullmatch(name):
            problems.add((*path, name), f"a name is made of {section.naming}, and begins with a letter or digit")
        elif name in RESERVED.get(section.name, ()):
            problems.add((*path, name), f"the name {shown_name(name)} is taken by the program; choose another")
        else:
            _table((*path, name), value, section, result, problems)


def _table(path: Path, raw: object, section: Section, result: Tables, problems: Problems) -> None:
    if not isinstance(raw, dict):
        example = section.keys[0].name
        problems.add(path, f"expected a table with keys such as {example}, found {shown(raw)}")
        return
    keys = {key.name: key for key in section.keys}
    parts = {part.name: part for part in section.parts}
    table = result[path] = defaults(section.keys)
    for name, value in raw.items():
        if problems.full:
            break
        if name in keys:
            _read(path, keys[name], value, table, problems)
        elif name in parts:
            _table((*path, name), value, parts[name], result, problems)
        elif not _is_password(name, value):
            aka = [(word, key.name) for key in section.keys for word in key.aka]
            problems.add((*path, name), f"unknown key{did_you_mean(name, [*keys, *parts], aka=aka)}")
    for key in section.keys:
        if key.required and key.name not in raw:
            problems.add(path, f"{key.name} is missing: {key.kind.expected}")


def _read(path: Path, key: Key, raw: object, table: Table, problems: Problems) -> None:
    try:
        table[key.field or key.name] = key.kind.value(raw)
    except InputError as error:
        problems.refused((*path, key.name), error)


def _unknown_section(name: str, value: object, known: Iterable[str], problems: Problems) -> None:
    if isinstance(value, dict):
        problems.add((name,), f"unknown section{did_you_mean(name, known)}")
    elif not _is_password(name, value):
        words = [(section.title, word) for section in SCHEMA for key in section.keys for word in (key.name, *key.aka)]
        sections = dict.fromkeys(title for title, word in words if word == name)
        below = " or ".join(f"[{title}]" for title in sections) or "a section such as [me]"
        problems.add((name,), f"a key stands under {below}")


def _refuse_passwords(raw: Mapping[str, object], problems: Problems) -> None:
    waiting: list[tuple[Path, Mapping[str, object]]] = [((), raw)]
    while waiting and not problems.full:  # not recursive: dotted keys nest deeper than Python's stack
        above, table = waiting.pop()
        for name, value in table.items():
            if isinstance(value, dict):
                waiting.append(((*above, name), value))
            elif _is_password(name, value):
                problems.add(
                    (*above, name),
                    "a password does not belong into this file; "
                    "use password_command, password_env or keyring = true, and change the password if others could read it",
                )


def _is_password(name: str, value: object) -> bool:
    return name.lower() in _PASSWORDS and not isinstance(value, dict)
