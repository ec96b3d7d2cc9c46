"""Names that were nearly right."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Up to three of `names` that look like `name`, best first."""
    from difflib import get_close_matches  # noqa: PLC0415 — only a mistake pays for it

    return tuple(get_close_matches(name, list(names), n=3, cutoff=0.5))
