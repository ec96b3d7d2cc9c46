"""What the `caldav` library knows of providers and of where servers keep their DAV root; imported when it is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_HINT = "auto-connect.url"


def roots(username: str) -> Iterator[str]:
    """The paths at which known servers answer, as absolute paths; `username` goes where a path has it."""
    for place in _places().values():
        path = _filled(place.get("basepath", "/"), username)
        if path is not None:
            yield path if path.endswith("/") else f"{path}/"


def url_of(provider: str, username: str) -> str | None:
    """The URL of a provider by its name, such as `icloud` or `posteo`; None where there is none of that name."""
    place = _places().get(provider.lower())
    if place is None or place.get("scheme", "https") != "https" or "domain" not in place:
        return None
    path = _filled(place.get("basepath", "/"), username)
    return None if path is None else f"https://{place['domain']}{path}"


def providers() -> list[str]:
    """The names that `url_of` knows."""
    return sorted(name for name in _places() if url_of(name, "name"))


def _filled(path: str, username: str) -> str | None:
    if "{username}" not in path:
        return path
    return path.replace("{username}", username) if username else None


def _places() -> Mapping[str, Mapping[str, Any]]:
    from caldav import compatibility_hints  # its import costs 20 ms

    found: dict[str, Mapping[str, Any]] = {}
    for name, hints in vars(compatibility_hints).items():
        if isinstance(hints, dict) and not name.startswith("_") and isinstance(hints.get(_HINT), dict):
            found[name] = hints[_HINT]
    return found
