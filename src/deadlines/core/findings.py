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
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from deadlines.core.message import Message


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
    """What is wrong. The letter is the family: deadlines, meetings, quotas, client relations, the health of our own data."""

    MISSED = "D101"
    DUE_SOON = "D102"
    WILL_BE_MISSED = "D103"
    DUE_OUTSIDE_HOURS = "D104"
    DUE_ON_DAY_OFF = "D105"
    DUE_MOVED = "D106"
    DUE_ANOTHER_DAY_HERE = "D107"
    MEETING_OUTSIDE_HOURS = "M201"
    MEETING_ON_HOLIDAY = "M202"
    MEETING_SLIDES_OUT = "M203"
    DOUBLE_BOOKED = "M204"
    MEETING_AT_EDGE = "M205"
    QUOTA_BEHIND = "Q301"
    QUOTA_MISSED = "Q302"
    QUOTA_EXCEEDED = "Q303"
    CHECK_IN_OVERDUE = "C401"
    NOTICE_PERIOD = "C402"
    NOT_SYNCED = "S501"
    CONFLICT_WAITS = "S502"
    UNREADABLE = "S503"
    DOUBTFUL = "S504"
    GUARD_TRIPPED = "S505"

    @property
    def severity(self) -> Severity:
        """How bad it is unless the finding says otherwise."""
        return _SEVERITY.get(self, Severity.WARNING)

    @property
    def title(self) -> Message:
        """A few words for it, as in a heading: `due soon`."""
        return _TITLES[self]


_SEVERITY = {
    Code.MISSED: Severity.ERROR,
    Code.WILL_BE_MISSED: Severity.ERROR,
    Code.DUE_OUTSIDE_HOURS: Severity.INFO,
    Code.DUE_ON_DAY_OFF: Severity.INFO,
    Code.DUE_ANOTHER_DAY_HERE: Severity.INFO,
    Code.MEETING_AT_EDGE: Severity.INFO,
    Code.QUOTA_MISSED: Severity.ERROR,
    Code.QUOTA_EXCEEDED: Severity.INFO,
    Code.GUARD_TRIPPED: Severity.ERROR,
}
"""What is not a warning."""

_TITLES = {
    Code.MISSED: Message("missed"),
    Code.DUE_SOON: Message("due soon"),
    Code.WILL_BE_MISSED: Message("will be missed"),
    Code.DUE_OUTSIDE_HOURS: Message("due outside the client's hours"),
    Code.DUE_ON_DAY_OFF: Message("due on the client's holiday or weekend"),
    Code.DUE_MOVED: Message("due date moved by the other side"),
    Code.DUE_ANOTHER_DAY_HERE: Message("due on another day here"),
    Code.MEETING_OUTSIDE_HOURS: Message("meeting outside overlapping hours"),
    Code.MEETING_ON_HOLIDAY: Message("meeting on a holiday"),
    Code.MEETING_SLIDES_OUT: Message("meeting slides out of hours"),
    Code.DOUBLE_BOOKED: Message("double booked"),
    Code.MEETING_AT_EDGE: Message("meeting at the edge of hours"),
    Code.QUOTA_BEHIND: Message("quota behind"),
    Code.QUOTA_MISSED: Message("quota missed"),
    Code.QUOTA_EXCEEDED: Message("beyond the quota"),
    Code.CHECK_IN_OVERDUE: Message("check-in overdue"),
    Code.NOTICE_PERIOD: Message("notice period"),
    Code.NOT_SYNCED: Message("calendar not synced"),
    Code.CONFLICT_WAITS: Message("conflict waits"),
    Code.UNREADABLE: Message("unreadable item"),
    Code.DOUBTFUL: Message("read with doubt"),
    Code.GUARD_TRIPPED: Message("guard tripped"),
}


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
    """`D101-q3vfk2am`: the code, and 40 bits of what it is about."""
    from base64 import b32encode  # noqa: PLC0415 # a list in text, which names no finding, is spared it
    from hashlib import blake2b  # noqa: PLC0415 # likewise

    about = blake2b(f"{uid}\0{key}".encode("utf-8", "surrogatepass"), digest_size=5).digest()
    return f"{code.value}-{b32encode(about).decode('ascii').lower()}"
