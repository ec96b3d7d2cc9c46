"""The ledger of digests: what became of each day's, so that nobody gets it twice and none is forgotten.

SMTP cannot be asked whether a message arrived, so the order is: first write down that it is about to be sent, with its
Message-ID; then send; then write down what became of it.

    nothing, FAILED, REFUSED  -- claim -->  SENDING  -- settle -->  SENT | FAILED | REFUSED | UNKNOWN
    nothing, FAILED, REFUSED  -- claim, settle -------------------> QUIET      there was nothing to say

Whoever finds SENDING while he holds the lock of digests sees one whose sender died in between: it may have been sent, or not.
"""

from __future__ import annotations

import enum
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol


class Outcome(enum.Enum):
    """What became of a digest."""

    SENDING = "sending"
    """It is being sent."""
    SENT = "sent"
    """The mail server took it, or it was printed."""
    QUIET = "quiet"
    """There was nothing to say."""
    FAILED = "failed"
    """It was not sent; trying again may help at once."""
    REFUSED = "refused"
    """It was not sent; somebody has to change something, so it is tried again less often."""
    UNKNOWN = "unknown"
    """It may have been sent. It is not sent again, and its reader is told by the next one."""


class Delivery(NamedTuple):
    """The digest of one day for one reader. `at` is when it was last tried (UTC), `problem` why it was not sent."""

    reader: str
    day: date
    outcome: Outcome
    at: datetime
    message_id: str = ""
    problem: str = ""


class DigestLedger(Protocol):
    """Errors are those of `Store`. Every method is one transaction."""

    def deliveries(self, reader: str, *, since: date) -> Sequence[Delivery]:
        """What became of the digests of a reader from that day on, oldest first."""
        ...

    def claim(self, delivery: Delivery) -> bool:
        """Write down that it is about to be sent. False, and nothing is written, unless no other attempt can have sent it."""
        ...

    def settle(self, delivery: Delivery) -> None:
        """Write down what became of it."""
        ...
