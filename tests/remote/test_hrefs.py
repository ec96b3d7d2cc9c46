from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.remote.hrefs import caseless_name_for, decode, encode, member, name_for

BASE = "/kari/tasks/"


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("/kari/tasks/a.ics", "a.ics"),
        ("https://dav.example:8443/kari/tasks/a.ics", "a.ics"),
        ("//dav.example:8443/kari/tasks/a.ics", "a.ics"),
        ("a.ics", "a.ics"),
        ("./a.ics", "a.ics"),
        ("a:b.ics", "a:b.ics"),
        ("/k%61ri/tasks/a%40b.ics", "a@b.ics"),
        ("/kari/tasks/a%2bb.ics", "a+b.ics"),
        ("/kari/tasks/a%2fb.ics", "a%2Fb.ics"),
        ("/kari/tasks/100%25.ics", "100%25.ics"),
        ("/kari/tasks/100%.ics", "100%25.ics"),
        ("/kari/tasks/%C3%A6.ics", "æ.ics"),
        ("/kari/tasks/%ff.ics", "\udcff.ics"),
        ("/kari/tasks/a b.ics", "a b.ics"),
    ],
)
def test_spellings_of_a_member_are_one(sent: str, path: str) -> None:
    assert member(sent, collection=BASE, netloc="dav.example:8443") == BASE + path


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "/",
        "/kari/tasks",
        "/kari/tasks/",
        "/kari/",
        "/kari/other/a.ics",
        "/kari/tasks/sub/a.ics",
        "/kari/tasks/sub/",
        "https://evil.example/kari/tasks/a.ics",
        "//evil.example/kari/tasks/a.ics",
        "http://dav.example/kari/tasks/a.ics",
        "../other/a.ics",
        "/kari/tasks/../x/a.ics",
        "/kari/tasks/..",
        "/kari/tasks/%2e%2e",
        "/kari/tasks/a%00.ics",
        "http://[",
    ],
)
def test_what_is_not_in_the_collection_is_no_member(sent: str) -> None:
    assert member(sent, collection=BASE, netloc="dav.example:8443") is None


@given(st.text().map(lambda text: "/" + text.replace("%", "%25").replace("\0", "")))
def test_encoding_is_undone_by_decoding(path: str) -> None:
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return

    assert decode(encode(path)) == path


@given(st.text(), st.text())
def test_uids_share_a_name_only_when_equal(one: str, other: str) -> None:
    try:
        f"{one}{other}".encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return

    assert (name_for(one) == name_for(other)) == (one == other)


@pytest.mark.parametrize("uid", ["..", ".hidden", "a/b", "CON", "nul.x", "a" * 101, "", "a\0b", "a\r\nb", "æ", "a b", "%2e%2e"])
def test_an_odd_uid_gets_a_made_up_name(uid: str) -> None:
    name = name_for(uid)

    assert len(name) == 40
    assert name == encode(name)


def test_a_plain_uid_is_its_own_name() -> None:
    assert name_for("5a1a7a5e-6f0c-5d0e-9c53-0f3a2a1d9b44") == "5a1a7a5e-6f0c-5d0e-9c53-0f3a2a1d9b44.ics"


@given(st.text(alphabet="abAB.-_å", max_size=6), st.text(alphabet="abAB.-_å", max_size=6))
def test_on_a_disk_that_is_blind_to_case_they_do_not_share_one_either(one: str, other: str) -> None:
    assert (caseless_name_for(one).lower() == caseless_name_for(other).lower()) == (one == other)
