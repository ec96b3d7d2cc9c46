"""What is remembered of the homes that calendars are in (RFC 4791 §6.2.1): what it takes to ask in them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple, Protocol


class Took(NamedTuple):
    """How many seconds something took, and when that was (UTC)."""

    seconds: float
    at: datetime


class HomeCosts(NamedTuple):
    """What it last took to learn that nothing changed in the calendars of the home at `url`; None where it was never tried.

    `together` is one request for all of them, which told it of the share `told` (0 to 1) of those that were to be asked; `alone`
    is what a calendar takes that is asked by itself.
    """

    url: str
    together: Took | None = None
    told: float = 0.0
    alone: Took | None = None


class HomeMemory(Protocol):
    """Errors are those of `Store`. Every method is one transaction."""

    def recall(self, url: str) -> HomeCosts:
        """What was kept of a home; empty for one never asked."""
        ...

    def keep(self, costs: HomeCosts) -> None:
        """Remember them instead of what was."""
        ...
