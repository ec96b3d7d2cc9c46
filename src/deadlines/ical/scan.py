"""The fast content-line reader: iCalendar text to components and raw properties in one pass (RFC 5545 §3.1).

It knows lines, folds, quoted parameters and nesting, and nothing of what a property means. A line ends at CRLF, LF or a lone CR
and nowhere else: NEL, VT or U+2028 are characters of a value. A line that is no property is kept as one without a name, for a bad
line must not take the others along. What cannot be told apart (no VCALENDAR, an END that is missing or does not match) or is
too large is refused with its line.

Text is `str` with surrogateescape for bytes that are not UTF-8 (`decode`, `encode`), so nothing is lost on a round trip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from deadlines.errors import CodecError

MAX_TEXT = 10_000_000
MAX_VALUE = 1_000_000
MAX_COMPONENTS = 20_000
MAX_DEPTH = 32
BOM = "\ufeff"

HEADS: dict[str, tuple[str, str]] = {}
"""Names and parameters by what stands before the colon, which is the same in most resources: the dear part of a line."""
_OUTSIDE = -1
NESTING = frozenset({"BEGIN", "END"})
_MOST_HEADS = 4096
_LONGEST_HEAD = 200

Prop = tuple[str, str, str]
"""Name in upper case, parameters as written without the first semicolon, value as written but unfolded.

The name is empty for a line without a colon; the line is then the value.
"""

Parameters = dict[str, tuple[str, ...]]

EOL = r"(?:\r\n|\r|\n)"
_EOL = re.compile(EOL)
_FOLD = re.compile(EOL + r"[ \t]")
_LOGICAL = re.compile(rf"[^\r\n]*+(?:{EOL}[ \t][^\r\n]*+)*+(?:{EOL}|\Z)")
# A colon or semicolon within quotes belongs to the parameter; an unbalanced quote is an ordinary character.
_HEAD = re.compile(r'([^:;]*+);([^":]*+(?:"[^"]*+"[^":]*+)*+):(.*)', re.DOTALL)
_PARAMETER = re.compile(r'([^=;]*+)=((?:"[^"]*+"|[^;"])*+)|[^;]++')
_PARAMETER_VALUE = re.compile(r'"([^"]*+)"|([^,]++)')
_CARET = re.compile(r"\^([n'^])")
_CARET_MEANS = {"n": "\n", "'": '"', "^": "^"}


class Component:
    """BEGIN to END: the properties in their order, then the components inside. `index` is the logical line of its BEGIN."""

    __slots__ = ("children", "index", "name", "props")

    def __init__(self, name: str, index: int) -> None:
        self.name = name
        self.index = index
        self.props: list[Prop] = []
        self.children: list[Component] = []

    def first(self, name: str) -> Prop | None:
        """The first property called `name`, in upper case."""
        for prop in self.props:
            if prop[0] == name:
                return prop
        return None

    def all(self, name: str) -> list[Prop]:
        """Every property called `name`, in upper case."""
        return [prop for prop in self.props if prop[0] == name]


def decode(data: bytes) -> str:
    """The text of bytes from a file or a server: UTF-8, with surrogateescape for what is not."""
    return data.decode("utf-8", "surrogateescape")


def encode(text: str) -> bytes:
    """The bytes that `decode` came from."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError as error:
        raise CodecError("the text holds a character that UTF-8 cannot carry") from error


def scan(text: str) -> Component:
    """The VCALENDAR in `text`. Raises `CodecError` where there is none or not exactly one, for nesting and past the limits."""
    # One loop and no call in it for what nearly every line is: calls are most of what reading a line would cost.
    lines = _unfold(text)
    outside = current = Component("", _OUTSIDE)
    parents, count, after = list[Component](), 0, 0
    keep, seen = current.props.append, HEADS.get
    for index, line in enumerate(lines):
        head, colon, value = line.partition(":")
        known = seen(head)
        if known is not None and colon:
            name, params = known
            keep((name, params, value))
            continue
        if colon and (head == "BEGIN" or head == "END"):  # noqa: PLR1714 - faster than `in`
            name = head
        elif line:
            name, params, value = prop = learn(line)
            if name not in NESTING:
                keep(prop)
                continue
        else:
            continue
        if name == "BEGIN":
            inside = Component(value.strip().upper(), index)
            if not parents or len(parents) >= MAX_DEPTH:
                _check_outside(text, outside, lines, after)
                _check_begin(text, inside, current, parents)
            count += 1
            if count > MAX_COMPONENTS:
                raise CodecError(f"more than {MAX_COMPONENTS} components", line=line_number(text, index))
            current.children.append(inside)
            parents.append(current)
            current = inside
        else:
            if not parents or (value != current.name and value.strip().upper() != current.name):
                _check_outside(text, outside, lines, after)
                raise CodecError(f"END:{shown(value)} within {current.name or 'nothing'}", line=line_number(text, index))
            current, after = parents.pop(), index + 1
        keep = current.props.append
    _check_outside(text, outside, lines, after)
    _check_end(text, outside, current, lines)
    return outside.children[0]


def learn(line: str) -> Prop:
    """A line that begins as none before it; its beginning is remembered."""
    prop = split(line)
    head, colon, _ = line.partition(":")
    if colon and '"' not in head and len(head) < _LONGEST_HEAD and prop[0] not in NESTING:
        if len(HEADS) >= _MOST_HEADS:
            HEADS.clear()
        HEADS[head] = prop[:2]
    return prop


def split(line: str) -> Prop:
    """One unfolded content line as name, raw parameters and raw value."""
    head, colon, value = line.partition(":")
    if not colon:
        return "", "", line
    if ";" not in head:
        return (head if head.isupper() else head.upper()), "", value
    name, _, params = head.partition(";")
    if '"' in params and (quoted := _HEAD.fullmatch(line)) is not None:
        name, params, value = quoted.groups()
    return name.upper(), params, value


def parameters(raw: str) -> Parameters:
    """The parameters of a property, names in upper case, values unquoted and decoded (RFC 6868), in their order.

    A parameter without `=` has no values; one that comes twice has the values of both.
    """
    found: Parameters = {}
    for match in _PARAMETER.finditer(raw):
        name, values = match.group(1), match.group(2)
        if name is None:
            found.setdefault(match.group().strip().upper(), ())
            continue
        items = tuple(_uncaret(quoted or plain) for quoted, plain in _PARAMETER_VALUE.findall(values))
        key = name.strip().upper()
        found[key] = found.get(key, ()) + items
    return found


def parameter(raw: str, name: str) -> str:
    """The first value of a parameter, empty where it is missing. `name` in upper case."""
    if not raw:
        return ""
    values = parameters(raw).get(name)
    return values[0] if values else ""


def logical_lines(text: str) -> Iterator[str]:
    """The content lines as they stand, with folds and line ends: joined they are the text."""
    for match in _LOGICAL.finditer(text):
        if line := match.group():
            yield line


def unfold(raw: str) -> str:
    """One line of `logical_lines` without folds and line end."""
    line = _FOLD.sub("", raw).rstrip("\r\n")
    return line if line.isascii() else _rejoin(line)


def line_number(text: str, index: int) -> int:
    """The physical line, from 1, on which the logical line `index` begins; the last line where there are fewer."""
    number = 1
    for at, line in enumerate(logical_lines(text)):
        if at == index:
            break
        number += len(_EOL.findall(line))
    return number


def shown(value: str) -> str:
    """A foreign value as it may stand in a message: short, and without control characters."""
    short = value if len(value) <= 40 else value[:39] + "…"  # noqa: PLR2004 a message is one line
    return ascii(short)[1:-1] if not short.isprintable() else short


def _unfold(text: str) -> list[str]:
    if len(text) > MAX_TEXT:
        raise CodecError(f"longer than {MAX_TEXT} characters")
    text = text.removeprefix(BOM)
    plain = text.replace("\r\n ", "")
    lines = plain.split("\r\n")
    glued = "".join(lines)  # two searches in it take half the time that counting in `plain` would
    if "\r" in glued or "\n" in glued or ("\t" in plain and "\n\t" in plain):
        lines = _EOL.split(_FOLD.sub("", text))
    if len(text) > MAX_VALUE:
        for index, line in enumerate(lines):
            if len(line) > MAX_VALUE:
                raise CodecError(f"a line longer than {MAX_VALUE} characters", line=line_number(text, index))
    return lines if text.isascii() or is_unicode(text) else list(map(_rejoin, lines))


def _rejoin(line: str) -> str:
    """Put together a character whose bytes were separated by a fold (RFC 5545 §3.1 allows it)."""
    if line.isascii() or is_unicode(line):
        return line
    try:
        return line.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a surrogate that no byte stands for: it did not come from `decode`
        return line


def is_unicode(text: str) -> bool:
    """Whether no byte was escaped in it."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _check_outside(text: str, outside: Component, lines: list[str], after: int) -> None:
    """Nothing but blank lines stands before a VCALENDAR, or behind it, from the line `after` on."""
    if outside.props:
        index = next(index for index in range(after, len(lines)) if lines[index])
        raise CodecError(f"{shown(lines[index])} outside of VCALENDAR", line=line_number(text, index))


def _check_begin(text: str, inside: Component, current: Component, parents: list[Component]) -> None:
    problem = ""
    if not parents and inside.name != "VCALENDAR":
        problem = f"{shown(inside.name) or 'a component'} outside of VCALENDAR"
    elif not parents and current.children:
        problem = "a second VCALENDAR"
    elif len(parents) >= MAX_DEPTH:
        problem = f"components nested deeper than {MAX_DEPTH}"
    if problem:
        raise CodecError(problem, line=line_number(text, inside.index))


def _check_end(text: str, outside: Component, current: Component, lines: list[str]) -> None:
    if current is not outside:
        raise CodecError(f"END:{current.name} is missing", line=line_number(text, len(lines)))
    if not outside.children:
        raise CodecError("no VCALENDAR")


def _uncaret(value: str) -> str:
    return _CARET.sub(lambda match: _CARET_MEANS[match.group(1)], value) if "^" in value else value
