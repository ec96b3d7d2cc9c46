"""HTTP authentication: Basic (RFC 7617) and Digest (RFC 7616, qop=auth, MD5 and SHA-256).

Credentials go with every request once the scheme is known. Before that, Basic is tried where nobody can listen (TLS, loopback):
most servers want it, and some (Radicale) let a client wait a second for the challenge. Over plain http the challenge is awaited,
so that a server with Digest never sees the password in the clear.

One `Authenticator` is shared by all connections of an account, so that they learn the scheme once.
"""

from __future__ import annotations

import base64
import itertools
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_PARAMETER = re.compile(r'([A-Za-z-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')
_SCHEME = re.compile(r"(?:^|,)\s*(Basic|Digest)\b", re.IGNORECASE)
_HASHES = {"MD5": "md5", "MD5-SESS": "md5", "SHA-256": "sha256", "SHA-256-SESS": "sha256"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A user name and a password; the latter is never shown."""

    username: str
    password: str = field(repr=False)


class Authenticator:
    """Knows the credentials, and learns from a challenge what to make of them."""

    def __init__(self, credentials: Credentials | None, *, eager: bool, nonce: Callable[[], str] | None = None) -> None:
        """`eager`: begin with Basic before being asked. `nonce` makes the client's nonces."""
        self._credentials = credentials
        self._nonce = nonce or (lambda: os.urandom(16).hex())
        self._answer: Callable[[str, str], str] | None = _basic(credentials) if credentials and eager else None

    def __repr__(self) -> str:
        return f"Authenticator({self._credentials!r})"

    def header(self, method: str, target: str) -> Mapping[str, str]:
        """The Authorization header of a request; empty while nothing may be said."""
        return {} if self._answer is None else {"Authorization": self._answer(method, target)}

    def learn(self, challenge: str, sent: Mapping[str, str]) -> bool:
        """Take in a WWW-Authenticate header, the answer to a request that carried `sent`; False when asking again is vain."""
        if self._credentials is None:
            return False
        offers = _offers(challenge)
        previous = sent.get("Authorization", "").partition(" ")[0].lower()
        digest = next((offer for offer in offers.get("digest", []) if _usable(offer)), None)
        if digest is not None and (previous != "digest" or digest.get("stale", "").lower() == "true"):
            self._answer = _digest(self._credentials, digest, self._nonce)
            return True
        if digest is None and "basic" in offers and previous != "basic":
            self._answer = _basic(self._credentials)
            return True
        return False


def _basic(credentials: Credentials) -> Callable[[str, str], str]:
    pair = f"{credentials.username}:{credentials.password}".encode("utf-8", "surrogateescape")
    header = "Basic " + base64.b64encode(pair).decode("ascii")
    return lambda _method, _target: header


def _digest(credentials: Credentials, offer: Mapping[str, str], nonce: Callable[[], str]) -> Callable[[str, str], str]:
    counter = itertools.count(1)
    bare = [f"algorithm={offer.get('algorithm', 'MD5')}"]

    def answer(method: str, target: str) -> str:
        count, cnonce = f"{next(counter):08x}", nonce()
        response = digest_response(credentials, offer, method=method, target=target, count=count, cnonce=cnonce)
        quoted = {"username": credentials.username, "realm": offer.get("realm", ""), "nonce": offer["nonce"], "uri": target}
        quoted |= {"response": response, "cnonce": cnonce} | ({"opaque": offer["opaque"]} if "opaque" in offer else {})
        parts = [f'{name}="{_escaped(value)}"' for name, value in quoted.items()]
        qop = [f"qop=auth, nc={count}"] if "qop" in offer else []
        return "Digest " + ", ".join([*parts, *bare, *qop])

    return answer


def digest_response(
    credentials: Credentials, offer: Mapping[str, str], *, method: str, target: str, count: str, cnonce: str
) -> str:
    """The `response` of RFC 7616 §3.4.1."""
    import hashlib  # noqa: PLC0415 - loads OpenSSL's tables, and most servers want Basic

    algorithm = offer.get("algorithm", "MD5").upper()

    def digest(*parts: str) -> str:
        return hashlib.new(_HASHES[algorithm], ":".join(parts).encode(), usedforsecurity=False).hexdigest()

    secret = digest(credentials.username, offer.get("realm", ""), credentials.password)
    if algorithm.endswith("-SESS"):
        secret = digest(secret, offer["nonce"], cnonce)
    request = digest(method, target)
    if "qop" in offer:
        return digest(secret, offer["nonce"], count, cnonce, "auth", request)
    return digest(secret, offer["nonce"], request)


def _offers(challenge: str) -> dict[str, list[dict[str, str]]]:
    """The challenges of a header by scheme, in order of the server's preference."""
    starts = list(_SCHEME.finditer(re.sub(r'"(?:[^"\\]|\\.)*"', lambda quoted: "_" * len(quoted.group()), challenge)))
    ends = [start.start() for start in starts] + [len(challenge)]
    found: dict[str, list[dict[str, str]]] = {}
    for start, end in zip(starts, ends[1:], strict=True):
        values = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or bare
            for name, quoted, bare in _PARAMETER.findall(challenge[start.end() : end])
        }
        found.setdefault(start.group(1).lower(), []).append(values)
    return found


def _usable(offer: Mapping[str, str]) -> bool:
    qops = {qop.strip().lower() for qop in offer.get("qop", "auth").split(",")}
    return "nonce" in offer and "auth" in qops and offer.get("algorithm", "MD5").upper() in _HASHES


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
