"""Reads the configuration file: TOML to frozen `Settings`, or one `ConfigError` with every problem and its line.

    text -> tomllib -> tables (schema: names, kinds) -> references (between keys) -> Settings
                                       every step adds to the same Problems

Positions are looked up only when there is something to tell: the good path pays for `tomllib` and the zones alone.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Container
from datetime import date
from pathlib import Path

from deadlines.config.build import build
from deadlines.config.problems import Problems
from deadlines.config.references import check, closed_days
from deadlines.config.tables import tables
from deadlines.core.settings import Settings
from deadlines.errors import ConfigError

Holidays = Callable[[str], Container[date]]
"""The public holidays of a region such as `NO` or `US-NY`; `InputError` for one that nobody knows."""

MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
"""What Windows editors put first."""

_LARGEST = 500_000
_AT = r"(?s:(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\))"


def read(path: Path, *, holidays: Holidays, local_zone: str) -> Settings:
    """The settings in the file at `path`; the defaults where there is no file."""
    text = text_of(path)
    return default_settings(local_zone) if text is None else read_text(text, str(path), holidays=holidays, local_zone=local_zone)


def read_named(path: Path, *, holidays: Holidays, local_zone: str) -> Settings:
    """The settings in a file that was asked for by name, so that it has to be there."""
    text = text_of(path)
    if text is None:
        raise ConfigError(str(path), ["there is no such file"])
    return read_text(text, str(path), holidays=holidays, local_zone=local_zone)


def default_settings(local_zone: str) -> Settings:
    """What holds without a configuration: Monday to Friday from nine to five in the zone of this computer, no clients."""
    return build({}, {"": frozenset()}, local_zone=local_zone)


def read_text(text: str, name: str, *, holidays: Holidays, local_zone: str) -> Settings:
    """The settings in a text. `name` is what the errors call it, `local_zone` an IANA name for when the text has none."""
    if len(text) > _LARGEST:
        raise ConfigError(name, ["the file is larger than half a megabyte"])
    text = text.removeprefix(MARK)
    try:
        raw = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(name, [_syntax(error, text)]) from error
    problems = Problems()
    found = tables(raw, problems)
    names = {section: _names(raw.get(section)) for section in ("clients", "accounts", "calendars")}
    check(found, names, problems)
    closed = closed_days(found.items(), holidays, problems)
    if problems:
        from deadlines.config.outline import outline  # noqa: PLC0415 - only a mistake pays for it

        raise ConfigError(name, problems.lines(outline(text).lines()))
    return build(found, closed, local_zone=local_zone)


def text_of(path: Path) -> str | None:
    """The text at `path` with its line ends as they are, None where there is no file."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return None
    except IsADirectoryError as error:
        raise ConfigError(str(path), ["this is a folder, not a file"]) from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ConfigError(str(path), [f"cannot be read: {(reason or 'unknown reason').lower()}"]) from error
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise ConfigError(str(path), [f"line {line}: this is not UTF-8; save the file as UTF-8"]) from error


def _names(section: object) -> tuple[str, ...]:
    return tuple(section) if isinstance(section, dict) else ()


def _syntax(error: Exception, text: str) -> str:
    if isinstance(error, RecursionError):
        return "not valid TOML: nested too deeply"
    found = re.fullmatch(_AT, str(error))
    if found is None:  # the one error of another shape: more digits than Python turns into a number
        return "not valid TOML: a number is too long"
    what = found["what"][:1].lower() + found["what"][1:]
    if found["line"] is None:
        return f"line {1 + text.rstrip().count(chr(10))}: not valid TOML: {what} (at the end)"
    line, column = int(found["line"]), int(found["column"])
    unquoted = what == "invalid value" and text.split("\n")[line - 1][column - 1 : column].isalpha()
    advice = "; a text needs quotes around it" if unquoted else ""
    return f"line {line}: not valid TOML: {what} (column {column}){advice}"
