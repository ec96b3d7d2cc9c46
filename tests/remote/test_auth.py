from __future__ import annotations

import pytest

from deadlines.remote.auth import Authenticator, Credentials, digest_response

MUFASA = Credentials(username="Mufasa", password="Circle of Life")
OFFER = {"realm": "http-auth@example.org", "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "qop": "auth"}
CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_digest_gives_the_answers_of_rfc_7616(algorithm: str, response: str) -> None:
    offer = {**OFFER, "algorithm": algorithm}

    assert digest_response(MUFASA, offer, method="GET", target="/dir/index.html", count="00000001", cnonce=CNONCE) == response


def test_basic_goes_first_only_where_nobody_listens() -> None:
    assert Authenticator(MUFASA, eager=True).header("GET", "/")["Authorization"] == "Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl"
    assert Authenticator(MUFASA, eager=False).header("GET", "/") == {}
    assert Authenticator(None, eager=True).header("GET", "/") == {}


@pytest.mark.parametrize(
    ("challenge", "scheme"),
    [
        ('Basic realm="x"', "Basic"),
        ('basic realm="x"', "Basic"),
        ('Digest realm="x", nonce="n", qop="auth"', "Digest"),
        ('Basic realm="x", Digest realm="x", nonce="n", qop="auth,auth-int", algorithm=SHA-256', "Digest"),
        ('Digest realm="x", nonce="n", algorithm=SHA-512-256, Basic realm="Digest "', "Basic"),
        ('Digest realm="a\\"b", nonce="n"', "Digest"),
    ],
)
def test_a_challenge_is_answered_with_the_best_scheme(challenge: str, scheme: str) -> None:
    authenticator = Authenticator(MUFASA, eager=False)

    assert authenticator.learn(challenge, {})
    assert authenticator.header("GET", "/")["Authorization"].startswith(scheme + " ")


@pytest.mark.parametrize(
    "challenge", ["", "Negotiate", 'Bearer realm="x"', 'Digest realm="x"', 'Digest nonce="n", qop="auth-int"']
)
def test_what_cannot_be_answered_is_not(challenge: str) -> None:
    assert not Authenticator(MUFASA, eager=False).learn(challenge, {})


def test_the_same_refusal_twice_is_final() -> None:
    authenticator = Authenticator(MUFASA, eager=True)
    assert not authenticator.learn('Basic realm="x"', authenticator.header("GET", "/"))
    assert authenticator.learn('Digest realm="x", nonce="n"', authenticator.header("GET", "/"))
    assert not authenticator.learn('Digest realm="x", nonce="m"', authenticator.header("GET", "/"))
    assert authenticator.learn('Digest realm="x", nonce="m", stale=true', authenticator.header("GET", "/"))


def test_a_digest_counts_its_uses_and_closes_its_quotes() -> None:
    authenticator = Authenticator(Credentials(username='ka"ri', password="x"), eager=False, nonce=lambda: "c")
    authenticator.learn('Digest realm="r", nonce="n", qop="auth", opaque="o"', {})
    first, second = (authenticator.header("PUT", "/a%22b")["Authorization"] for _ in range(2))

    assert 'username="ka\\"ri", realm="r", nonce="n", uri="/a%22b", response="' in first
    assert 'cnonce="c", opaque="o", algorithm=MD5, qop=auth, nc=00000001' in first
    assert second.endswith("nc=00000002")


def test_passwords_are_not_shown() -> None:
    assert "Circle" not in f"{MUFASA!r} {MUFASA} {Authenticator(MUFASA, eager=True)!r}"
