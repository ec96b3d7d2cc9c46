"""When two texts say the same: a normal form in which everything that servers rewrite on their own is gone.

Left out are DTSTAMP, PRODID, LAST-MODIFIED, CREATED, SEQUENCE and VTIMEZONE: they change without a change of content. Undone are
the order of properties, components and parameters, folding, line ends, case where case means nothing, escapes, defaults that
are written out, and a list of categories on one line or on several (SYNC §2.13).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from deadlines.ical.scan import Component, Parameters, Prop, parameters, scan
from deadlines.ical.text import split_list, unescape

IGNORED = frozenset({"DTSTAMP", "PRODID", "LAST-MODIFIED", "CREATED", "SEQUENCE"})

Normal = tuple[str, tuple[Prop, ...], tuple["Normal", ...]]
"""Name, properties and components inside, both sorted."""

_TEXTS = frozenset({"SUMMARY", "DESCRIPTION", "LOCATION", "COMMENT", "CONTACT", "UID", "RELATED-TO"})
_LISTS = frozenset({"CATEGORIES", "RESOURCES"})
_WORDS = frozenset({"STATUS", "CLASS", "TRANSP", "ACTION", "METHOD", "CALSCALE"})
_WORD_PARAMETERS = frozenset(
    {"VALUE", "RELTYPE", "PARTSTAT", "ROLE", "CUTYPE", "RSVP", "RELATED", "FBTYPE", "ENCODING", "RANGE", "SCHEDULE-AGENT"}
)
_DEFAULTS = frozenset({("CLASS", "PUBLIC"), ("PRIORITY", "0"), ("TRANSP", "OPAQUE"), ("CALSCALE", "GREGORIAN")})
_PARAMETER_DEFAULTS = {
    "RELTYPE": "PARENT",
    "PARTSTAT": "NEEDS-ACTION",
    "ROLE": "REQ-PARTICIPANT",
    "CUTYPE": "INDIVIDUAL",
    "RSVP": "FALSE",
    "RELATED": "START",
    "FBTYPE": "BUSY",
    "ENCODING": "8BIT",
    "SCHEDULE-AGENT": "SERVER",
}
_VALUE_TYPES: Mapping[str, str] = {
    **dict.fromkeys(("DTSTART", "DTEND", "DUE", "RECURRENCE-ID", "EXDATE", "RDATE", "COMPLETED"), "DATE-TIME"),
    **dict.fromkeys(("DURATION", "ESTIMATED-DURATION", "TRIGGER", "REFRESH-INTERVAL"), "DURATION"),
    **dict.fromkeys(("URL", "ATTACH", "TZURL"), "URI"),
    **dict.fromkeys(("ATTENDEE", "ORGANIZER"), "CAL-ADDRESS"),
}


def content(text: str) -> Normal:
    """The normal form of `text`, hashable: equal for two texts that say the same. Raises what `scan` raises, and nothing else."""
    return _component(scan(text))


def normal(prop: Prop) -> Prop | None:
    """A property in normal form; None for one that says nothing but a default."""
    name, params, value = prop
    if name in _TEXTS:
        value = unescape(value)
    elif name in _WORDS:
        value = value.strip().upper()
    elif name == "RRULE":
        value = _rule(value)
    elif name in _LISTS:
        value = "\n".join(sorted(set(split_list(value))))
    if (name, value) in _DEFAULTS:
        return None
    return name, _parameters(name, parameters(params)) if params else "", value


def _component(component: Component) -> Normal:
    kept = [prop for prop in component.props if prop[0] not in IGNORED]
    lists = _lists(kept)
    props = [found for prop in chain(lists, kept) if (found := normal(prop)) is not None]
    children = [_component(child) for child in component.children if child.name != "VTIMEZONE"]
    return component.name, tuple(sorted(props)), tuple(sorted(children))


def _lists(props: list[Prop]) -> list[Prop]:
    """Take the list properties out of `props`; each name comes back as one property."""
    found: dict[str, list[Prop]] = {}
    for prop in props:
        if prop[0] in _LISTS:
            found.setdefault(prop[0], []).append(prop)
    if not found:
        return []
    props[:] = [prop for prop in props if prop[0] not in _LISTS]
    return [(name, lines[0][1], ",".join(value for _, _, value in lines)) for name, lines in found.items()]


def _rule(value: str) -> str:
    parts = {part.strip().upper() for part in value.split(";")} - {"", "INTERVAL=1", "WKST=MO"}
    return ";".join(sorted(parts))


def _parameters(name: str, found: Parameters) -> str:
    pairs = []
    for key, values in found.items():
        said = tuple(value.upper() for value in values) if key in _WORD_PARAMETERS else values
        default = _VALUE_TYPES.get(name, "TEXT") if key == "VALUE" else _PARAMETER_DEFAULTS.get(key)
        if said != (default,):
            pairs.append(f"{key}={said!r}")
    return ";".join(sorted(pairs))
