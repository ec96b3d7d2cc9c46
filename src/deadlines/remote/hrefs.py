"""Hrefs, spelt one way (SYNC.md §2.7).

Servers spell one resource in several ways (`@` or `%40`, `%2b` or `+`, a full URL, a path, a bare name with a colon). Here an
href is the *decoded* absolute path within the origin. Only two characters stay encoded, so that decoding loses nothing and
`encode` can undo it: `%2F`, a slash inside a name, and `%25`, the percent sign itself. Bytes that are not UTF-8 are
surrogate-escaped. So two hrefs name the same resource when, and only when, they are equal.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, unquote, urlsplit

_NAMESPACE: Final = "5a1a7a5e-6f0c-5d0e-9c53-0f3a2a1d9b44"
_KEPT = r"%(2[fF]|25)"
_BARE_PERCENT = r"%(?![0-9A-Fa-f]{2})"
_PLAIN = re.compile(r"[A-Za-z0-9._~/-]*")
_SPELT_AS_HERE = re.compile(r"[A-Za-z0-9._~/@-]*")
_SAFE_UID = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))})
"""What Windows takes for a device, whatever follows a dot."""


def decode(path: str) -> str:
    """A path as a server spells it -> as we do."""
    if "%" not in path:
        return path
    if path.count("%") == path.count("%40"):  # the names of nearly all resources, a UID being like an address
        return path.replace("%40", "@")
    protected = re.sub(_KEPT, lambda kept: "%25" + kept.group(1).upper(), re.sub(_BARE_PERCENT, "%25", path))
    return unquote(protected, errors="surrogateescape")


def encode(path: str) -> str:
    """A path as we spell it -> as it goes into a request (RFC 3986)."""
    return path if _PLAIN.fullmatch(path) else quote(path, safe="/%", errors="surrogateescape")


def path_of(url: str) -> str:
    """The path of a URL as we spell it; `/` where it has none."""
    return decode(urlsplit(url).path) or "/"


def directory(path: str) -> str:
    """The path of a collection: with its slash."""
    return path if path.endswith("/") else path + "/"


def resolve(href: str, *, base: str, netloc: str) -> str | None:
    """An href of an answer about the collection `base` -> a path; None where it leads to another host or upwards.

    `netloc` is our host and port. A bare name is taken literally: in `a:b.ics` the `a` is no scheme (Xandikos sends it so).
    """
    href = href.strip()
    if href.startswith(("http://", "https://", "//")):
        try:
            parts = urlsplit(href)
        except ValueError:
            return None
        if parts.netloc.rpartition("@")[2].lower() not in {netloc, f"{netloc}:80", f"{netloc}:443"}:
            return None
        href = parts.path
    path = decode(href) if href.startswith("/") else base + decode(href.removeprefix("./"))
    if "/../" in path or "/./" in path or path.endswith(("/..", "/.")) or "\0" in path:
        return None
    return path


def member(href: str, *, collection: str, netloc: str) -> str | None:
    """The path of a resource directly in `collection`; None for the collection itself, sub-collections and outsiders."""
    if href.startswith(collection) and _SPELT_AS_HERE.fullmatch(href) and "/." not in href:
        path: str | None = href
    else:
        path = resolve(href, base=collection, netloc=netloc)
    if path is None or not path.startswith(collection) or "/" in path[len(collection) :] or len(path) == len(collection):
        return None
    return path


def name_for(uid: str) -> str:
    """The file name of a new resource: always the same for a UID, and harmless whatever the UID is."""
    return f"{uid}.ics" if _is_harmless(uid) else _made_up(uid)


def caseless_name_for(uid: str) -> str:
    """As `name_for`, and different from that of any other UID also where upper and lower case are the same."""
    return f"{uid}.ics" if _is_harmless(uid) and uid == uid.lower() else _made_up(uid)


def _is_harmless(uid: str) -> bool:
    return _SAFE_UID.fullmatch(uid) is not None and uid.partition(".")[0].lower() not in _RESERVED


def _made_up(uid: str) -> str:
    import uuid  # noqa: PLC0415 - 5 ms, and hardly any UID comes here

    # uuid5 wants text that encodes; this maps every string, also one with escaped bytes, to its own
    return f"{uuid.uuid5(uuid.UUID(_NAMESPACE), uid.encode('utf-8', 'surrogateescape').decode('latin-1'))}.ics"
