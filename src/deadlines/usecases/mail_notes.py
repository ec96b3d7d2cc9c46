"""What the journal says of a change of which somebody was told by mail, so that who takes it back knows."""

from __future__ import annotations

from collections.abc import Iterable

_INVITED, _TELLING = "invited ", "telling "


def invited_note(people: Iterable[str]) -> str:
    """Of an invitation."""
    return _INVITED + ", ".join(people)


def cancelled_note(people: Iterable[str]) -> str:
    """Of a cancellation."""
    return f"{_TELLING}{', '.join(people)} that it does not take place"


def is_of_mail(note: str) -> bool:
    """Whether a note is one of these."""
    return note.startswith((_INVITED, _TELLING))
