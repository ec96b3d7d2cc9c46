"""Where servers are: what a person types of them, and what the `caldav` library knows of providers and of DAV roots.

The library is imported when it is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from deadlines.errors import InputError, UnknownName

_HINT = "auto-connect.url"


class SignIn(NamedTuple):
    """The URL of an account and the user name there; no name where none is needed, or none was said."""

    url: str
    username: str


def sign_in(place: str, username: str) -> SignIn:
    """Where an account is and who signs in there, by its URL, its host, somebody's e-mail address there, or its provider.

    Of an address, the domain is where discovery begins, and the whole of it the user name that servers expect (RFC 6764 §6).
    Whatever else looks like a URL or path is taken as it is. `UnknownName` with the providers that are known.
    """
    if "/" in place or ":" in place or place.endswith(".ics"):
        return SignIn(place, username)
    name, at, host = place.rpartition("@")
    if at and not (name and host):
        hint = "give the URL of the server, or an address such as kari@example.org"
        raise InputError(f"{place!r} is no e-mail address", hint=hint)
    if at:
        return SignIn(_at_domain(host, username or place) or f"https://{host}/", username or place)
    url = f"https://{host}/" if "." in host else url_of(place, username)
    if url is None:
        raise UnknownName("provider", place, hint="give the URL, or one of " + ", ".join(providers()))
    return SignIn(url, username)


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


def _at_domain(domain: str, username: str) -> str | None:
    """The URL of the provider who gives addresses at a domain, as at `gmx.net` for `caldav.gmx.net`; None for any other."""
    for name, place in _places().items():
        host = str(place.get("domain", ""))
        if "." in domain and f".{host}".endswith(f".{domain.lower()}"):
            return url_of(name, username)
    return None


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
