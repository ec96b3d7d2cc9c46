"""Warnings as data: what is wrong with somebody's deadlines and meetings, or with our own data (DESIGN §10, docs/findings.md).

A code is never used for anything else than what it was first used for. A `Finding` has an identity, its `id`, which stays the
same as long as it is about the same matter: the code, the UID, and the `key` that tells apart what one UID can be about: the
due instant, the start of an instance, a date, an item on a server. So a due date that moved is a new matter, and a task that is
merely later than yesterday is not. Identities are short enough to be typed: `D101-q3vfk2am`, or a beginning that only one has.

What is found is pure; whether somebody has seen it already, or does not want to, is kept by `store.findings` and told by
`usecases.check`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, Self

from deadlines.core.message import Message

_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = [first + second for first in _LETTERS for second in _LETTERS]
"""What 10 bits are in base 32; check makes 10,000 identities at a time."""


class Severity(enum.Enum):
    """How bad it is. From `WARNING` on it makes `deadlines check` exit with 1."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """A number that grows with it."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


class Code(enum.Enum):
    """What is wrong. The letter is the family: deadlines, meetings, quotas, client relations, the health of our own data.

    `title` is a few words for it, as in a heading; `severity` is how bad it is unless a finding says otherwise.
    """

    _value_: str
    title: Message
    severity: Severity

    MISSED = "D101", Message("missed"), Severity.ERROR
    DUE_SOON = "D102", Message("due soon")
    WILL_BE_MISSED = "D103", Message("will be missed"), Severity.ERROR
    DUE_OUTSIDE_HOURS = "D104", Message("due outside the client's hours"), Severity.INFO
    DUE_ON_DAY_OFF = "D105", Message("due on the client's holiday or weekend"), Severity.INFO
    DUE_MOVED = "D106", Message("due date moved in the calendar")
    DUE_ANOTHER_DAY_HERE = "D107", Message("due on another day here"), Severity.INFO
    MEETING_OUTSIDE_HOURS = "M201", Message("meeting outside overlapping hours")
    MEETING_ON_HOLIDAY = "M202", Message("meeting on a holiday")
    MEETING_SLIDES_OUT = "M203", Message("meeting slides out of hours")
    DOUBLE_BOOKED = "M204", Message("double booked")
    MEETING_AT_EDGE = "M205", Message("meeting at the edge of hours"), Severity.INFO
    QUOTA_BEHIND = "Q301", Message("quota behind")
    QUOTA_MISSED = "Q302", Message("quota missed"), Severity.ERROR
    QUOTA_EXCEEDED = "Q303", Message("beyond the quota"), Severity.INFO
    CHECK_IN_OVERDUE = "C401", Message("check-in overdue")
    NOTICE_PERIOD = "C402", Message("notice period")
    NOT_SYNCED = "S501", Message("calendar not synced")
    CONFLICT_WAITS = "S502", Message("conflict waits")
    UNREADABLE = "S503", Message("unreadable item")
    DOUBTFUL = "S504", Message("read with doubt")
    GUARD_TRIPPED = "S505", Message("guard tripped"), Severity.ERROR

    def __new__(cls, code: str, title: Message | None = None, severity: Severity = Severity.WARNING) -> Self:
        """A member is looked up by its code alone."""
        assert title is not None
        member = object.__new__(cls)
        member._value_ = code
        member.title, member.severity = title, severity
        return member

    @property
    def family(self) -> str:
        """Its letter."""
        return self._value_[0]


class Finding(NamedTuple):
    """One warning. `summary` names what it is about, `client` is a key or empty, `facts` are what the message was made of.

    `message` says what, when on both clocks, and why; it need not name the subject. `remedy` says what to do, commands as they
    are typed. `key` tells apart the matters that one UID can be about. `at` is the instant it is about, aware in UTC: when
    something is due or starts; None where there is none. `graver` is a severity other than that of the code.
    """

    code: Code
    uid: str
    summary: str
    client: str
    message: str
    facts: Mapping[str, object]
    remedy: str = ""
    key: str = ""
    at: datetime | None = None
    graver: Severity | None = None

    @property
    def id(self) -> str:
        """The identity by which it is acknowledged."""
        return identity(self.code, self.uid, self.key)

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return self.code.severity if self.graver is None else self.graver

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "id": self.id,
            "code": self.code.value,
            "severity": self.severity.value,
            "uid": self.uid,
            "summary": self.summary,
            "client": self.client,
            "message": self.message,
            "remedy": self.remedy,
            "at": self.at,
            "facts": self.facts,
        }


def identity(code: Code, uid: str, key: str) -> str:
    """`D101-q3vfk2am`: the code, and 40 bits of what it is about in base 32 (RFC 4648 §6, in lower case)."""
    about = int.from_bytes(_digest(f"{uid}\0{key}".encode("utf-8", "surrogatepass")), "big")
    text = "".join([_PAIRS[about >> shift & 1023] for shift in (30, 20, 10, 0)])
    return f"{code.value}-{text}"


def _digest(text: bytes) -> bytes:
    digest: bytes = _blake2b()(text, digest_size=5).digest()
    return digest


@cache
def _blake2b() -> Callable[..., Any]:
    from hashlib import blake2b  # noqa: PLC0415 # a list in text, which names no finding, is spared it

    return blake2b
