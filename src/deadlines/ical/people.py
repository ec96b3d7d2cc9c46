"""Organizer and attendees of an event, and the messages in which they are told of it (iTIP, RFC 5546).

Nothing else writes ORGANIZER and ATTENDEE. In the copy that is kept, both carry SCHEDULE-AGENT=CLIENT (RFC 6638 §7.1), so that no
server mails what we have mailed ourselves. In what is sent there is nothing that is only our own business: no categories, no
alarms, no X- properties.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from deadlines.errors import CodecError
from deadlines.ical.edit import touch
from deadlines.ical.tree import Node, new_line, parse

_OURS = {"SCHEDULE-AGENT": ("CLIENT",)}
_SENT = frozenset({
    "UID", "DTSTAMP", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE",
    "RECURRENCE-ID", "SEQUENCE", "STATUS", "ORGANIZER", "ATTENDEE",
})  # fmt: skip
_NOT_SENT = frozenset({"SCHEDULE-AGENT", "SCHEDULE-STATUS", "SCHEDULE-FORCE-SEND"})
_UNQUOTABLE = re.compile(r'["\\\x00-\x1f\x7f]')
"""What no parameter can hold (RFC 5545 §3.1), and the backslash, which some readers take for an escape of what follows."""


class Organizer(NamedTuple):
    """Who invites."""

    address: str
    name: str = ""


def invite(text: str, organizer: Organizer, attendees: Iterable[str]) -> str:
    """The event in `text` with people who are to answer. `CodecError` where it is none, or an address is no part of a line."""
    root = parse(text)
    event = _master(root)
    name = {"CN": (organizer.name,)} if organizer.name and not _UNQUOTABLE.search(organizer.name) else {}
    event.set("ORGANIZER", _mailto(organizer.address), {**name, **_OURS})
    for address in attendees:
        params = {"ROLE": ("REQ-PARTICIPANT",), "PARTSTAT": ("NEEDS-ACTION",), "RSVP": ("TRUE",), **_OURS}
        event.add(new_line("ATTENDEE", _mailto(address), params, eol=event.eol))
    return root.render()


def request(text: str) -> str:
    """The invitation to the event in `text` (METHOD:REQUEST, RFC 5546 §3.2.2)."""
    return _message(text, "REQUEST")


def cancellation(text: str, *, now: datetime) -> str:
    """The message that the event in `text` does not take place (METHOD:CANCEL, RFC 5546 §3.2.5), one revision further."""
    root = parse(text)
    for event in root.nodes("VEVENT"):
        touch(event, now=now, revised=True)
        event.set("STATUS", "CANCELLED")
    return _message(root.render(), "CANCEL")


def _message(text: str, method: str) -> str:
    root = parse(text)
    events = root.nodes("VEVENT")
    if not events:
        raise CodecError("no event of which somebody could be told")
    root.drop("METHOD")
    root.add(new_line("METHOD", method, eol=root.eol))
    for event in events:
        for node in event.nodes():
            event.remove(node)
        for line in event.lines():
            if line.name not in _SENT:
                event.remove(line)
            elif line.name in {"ORGANIZER", "ATTENDEE"}:
                params = {name: values for name, values in line.params if name not in _NOT_SENT}
                event.replace(line, new_line(line.name, line.value, params, eol=event.eol))
    return root.render()


def _master(root: Node) -> Node:
    for event in root.nodes("VEVENT"):
        if event.get("RECURRENCE-ID") is None:
            return event
    raise CodecError("no event that somebody could be invited to")


def _mailto(address: str) -> str:
    """`mailto:` and an address, which must be checked already (`mail.base.address`): `%` alone means something in a URL."""
    return "mailto:" + address.replace("%", "%25")


def server_invites(text: str) -> bool:
    """Whether somebody else than we deals with the people of the event: a server, or the organizer (RFC 6638 §7.1)."""
    people = (line for event in parse(text).nodes("VEVENT") for name in ("ORGANIZER", "ATTENDEE") for line in event.lines(name))
    return any(dict(line.params).get("SCHEDULE-AGENT") != _OURS["SCHEDULE-AGENT"] for line in people)


def invited(text: str) -> Sequence[str]:
    """Those who have been invited by mail: the addresses of ATTENDEE as they are written."""
    found = []
    for event in parse(text).nodes("VEVENT"):
        found += [line.value.strip() for line in event.lines("ATTENDEE")]
    return [value[len("mailto:") :].replace("%25", "%") for value in dict.fromkeys(found) if value.lower().startswith("mailto:")]
