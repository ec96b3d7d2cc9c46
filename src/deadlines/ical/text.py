"""Value codecs: what stands behind the colon, and how a line is written so that it cannot become two (RFC 5545 §3.3, §3.1).

Reading raises `CodecError` and nothing else. Writing never relies on `assert`: `clean` takes the control characters out of a
text, `content_line` refuses them in anything that comes ready made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta

from deadlines.core.when import AllDay, Floating, When, Zoned
from deadlines.errors import CodecError
from deadlines.ical.scan import shown

WIDTH = 75
CRLF = "\r\n"

# What other readers take for a line end becomes one (escaped) newline; the rest of the controls have no place in TEXT.
_NEWLINES = "\r\n|[\r\x85\u2028\u2029]"
_CONTROLS = "[\x00-\x08\x0b-\x1f\x7f]"
_UNSAFE = re.compile("[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_ESCAPED = re.compile(r"\\([nN,;\\])")
_ESCAPE = str.maketrans({"\\": r"\\", ";": r"\;", ",": r"\,", "\n": r"\n"})
_CARET = str.maketrans({"^": "^^", "\n": "^n", '"': "^'"})
_LIST_ITEM = re.compile(r"((?:[^\\,]|\\.?)*)(?:,|\Z)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z0-9-]+")
_INTEGER = re.compile(r"[+-]?[0-9]{1,10}")
_DURATION = re.compile(
    r"([+-]?)P(?:([0-9]{1,9})W)?(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})S)?)?",
    re.IGNORECASE,
)
_DATE_LENGTH, _LOCAL_LENGTH = 8, 15
# A day away from both ends of the calendar, so that no zone and no end of a day leads out of it.
_FIRST, _LAST = date(1, 1, 3), date(9999, 12, 29)


def clean(text: str) -> str:
    """`text` as it reads back after it was written: line ends as newlines, no other control characters but TAB."""
    return text if text.isprintable() else re.sub(_CONTROLS, "", re.sub(_NEWLINES, "\n", text))


def escape(text: str) -> str:
    """A TEXT value (RFC 5545 §3.3.11) of the clean form of `text`."""
    return clean(text).translate(_ESCAPE)


def unescape(value: str) -> str:
    """What a TEXT value says. A backslash that escapes nothing is kept."""
    if "\\" not in value:
        return value
    if "\\\\" not in value:  # then the order of replacing does not matter, and this is the faster way
        return value.replace("\\n", "\n").replace("\\,", ",").replace("\\;", ";").replace("\\N", "\n")
    return _ESCAPED.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value)


def join_list(items: Iterable[str]) -> str:
    """A list of TEXT values, each once and without white space around it, as `split_list` reads them."""
    return ",".join(dict.fromkeys(escape(item.strip()) for item in items if clean(item).strip()))


def split_list(value: str) -> tuple[str, ...]:
    """The texts of a list, split at commas that are not escaped; empty ones are dropped."""
    if "\\" not in value:
        return tuple(filter(None, map(str.strip, value.split(","))))
    return tuple(item for match in _LIST_ITEM.finditer(value) if (item := unescape(match.group(1)).strip()))


def integer(value: str) -> int:
    """An INTEGER (§3.3.8)."""
    if _INTEGER.fullmatch(value.strip()) is None:
        raise CodecError(f"not an integer: {shown(value)}")
    return int(value)


def day(value: str) -> date:
    """A DATE (§3.3.4)."""
    if len(value) == _DATE_LENGTH and value.isascii() and value.isdecimal():
        try:
            return _in_range(date(int(value[:4]), int(value[4:6]), int(value[6:])), value)
        except ValueError as error:
            raise CodecError(f"not a date: {shown(value)}") from error
    raise CodecError(f"not a date: {shown(value)}")


def wall_time(value: str) -> datetime:
    """The naive wall time of a DATE-TIME in form 1 (§3.3.5), without a Z. A leap second is the second before it."""
    if len(value) == _LOCAL_LENGTH and value[8] in "Tt" and value.isascii() and (value[:8] + value[9:]).isdecimal():
        if value.endswith("60"):
            value = value[:-2] + "59"
        try:
            found = datetime.fromisoformat(value)
        except ValueError as error:
            raise CodecError(f"not a date and time: {shown(value)}") from error
        _in_range(found, value)
        return found
    raise CodecError(f"not a date and time: {shown(value)}")


def instant(value: str) -> datetime:
    """The instant of a DATE-TIME in form 2, aware in UTC."""
    if value[-1:] not in {"Z", "z"}:
        raise CodecError(f"not a time in UTC: {shown(value)}")
    return wall_time(value[:-1]).replace(tzinfo=UTC)


def duration(value: str) -> timedelta:
    """A DURATION (§3.3.6), also with weeks and days together."""
    match = _DURATION.fullmatch(value.strip())
    if match is None or not any(match.groups()[1:]):
        raise CodecError(f"not a duration: {shown(value)}")
    sign, weeks, days, hours, minutes, seconds = match.groups(default="0")
    try:
        length = timedelta(weeks=int(weeks), days=int(days), hours=int(hours), minutes=int(minutes), seconds=int(seconds))
    except OverflowError as error:
        raise CodecError(f"a duration beyond all bounds: {shown(value)}") from error
    return -length if sign == "-" else length


def format_instant(moment: datetime) -> str:
    """An aware instant in form 2 of DATE-TIME."""
    return format_wall_time(moment.astimezone(UTC).replace(tzinfo=None)) + "Z"


def format_wall_time(local: datetime) -> str:
    """A naive wall time in form 1 of DATE-TIME."""
    return local.isoformat(timespec="seconds").replace("-", "").replace(":", "")


def format_when(when: When) -> tuple[dict[str, tuple[str, ...]], str]:
    """Parameters and value that say `when`."""
    match when:
        case AllDay(date=on):
            return {"VALUE": ("DATE",)}, on.isoformat().replace("-", "")
        case Floating(local=local):
            return {}, format_wall_time(local)
        case Zoned(local=local, tzid="UTC"):
            return {}, format_wall_time(local) + "Z"
        case _:
            return {"TZID": (when.tzid,)}, format_wall_time(when.local)


def format_duration(length: timedelta) -> str:
    """A DURATION in days, hours, minutes and seconds."""
    sign, left = ("-", -length) if length < timedelta() else ("", length)
    minutes, seconds = divmod(left.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days = f"{left.days}D" if left.days else ""
    time = "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number)
    return f"{sign}P{days}" + (f"T{time}" if time or not days else "") + ("" if time or days else "0S")


def quote(value: str) -> str:
    """A parameter value, encoded (RFC 6868) and quoted where it must be."""
    encoded = clean(value).translate(_CARET)
    return f'"{encoded}"' if re.search(r"[:;,]", encoded) else encoded


def content_line(name: str, value: str, params: Mapping[str, Iterable[str]] | None = None, *, eol: str = CRLF) -> str:
    """A content line, folded. `value` is written as it is: a control character in it is refused, and so is an odd name."""
    parameters = params or {}
    for key in (name, *parameters):
        if _NAME.fullmatch(key) is None:
            raise CodecError(f"not a name: {shown(key)}")
    if _UNSAFE.search(value):
        raise CodecError(f"{name} holds a control character: {shown(value)}")
    head = name + "".join(f";{key}=" + ",".join(map(quote, values)) for key, values in parameters.items())
    return fold(f"{head}:{value}", eol=eol) + eol


def fold(line: str, *, eol: str = CRLF) -> str:
    """`line` in pieces of at most 75 octets, none of which ends within a character (RFC 5545 §3.1)."""
    if line.isascii():
        if len(line) <= WIDTH:
            return line
        if len(line) < 2 * WIDTH:
            return f"{line[:WIDTH]}{eol} {line[WIDTH:]}"
        return (eol + " ").join([line[:WIDTH], *[line[at : at + WIDTH - 1] for at in range(WIDTH, len(line), WIDTH - 1)]])
    if len(line) <= WIDTH and _octets(line) <= WIDTH:
        return line
    pieces, start, used = [], 0, 0
    for index, character in enumerate(line):
        size = 1 if character < "\x80" else _octets(character)
        if used + size > WIDTH:
            pieces.append(line[start:index])
            start, used = index, 1  # the space that a continuation begins with
        used += size
    return (eol + " ").join([*pieces, line[start:]])


def _octets(text: str) -> int:
    try:
        return len(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError as error:
        raise CodecError("the text holds a character that UTF-8 cannot carry") from error


def _in_range(found: date, value: str) -> date:
    if found.year in {_FIRST.year, _LAST.year} and not _FIRST <= date(found.year, found.month, found.day) <= _LAST:
        raise CodecError(f"at the very end of the calendar: {shown(value)}")
    return found
