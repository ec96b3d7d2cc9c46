from __future__ import annotations

import re
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.findings import Code, Finding, Severity, identity

DUE = datetime(2026, 11, 20, 22, tzinfo=UTC)
FINDING = Finding(Code.MISSED, "1", "Draft", "acme", "was due", {"due": DUE}, "deadlines done 7", "1795212000", DUE)


def test_the_shape_of_a_finding_is_the_documented_one() -> None:
    assert FINDING.as_json() == {
        "id": "D101-7d5ujggp",
        "code": "D101",
        "severity": "error",
        "uid": "1",
        "summary": "Draft",
        "client": "acme",
        "message": "was due",
        "remedy": "deadlines done 7",
        "at": DUE,
        "facts": {"due": DUE},
    }


def test_every_code_has_words_of_its_own() -> None:
    assert len({code.title for code in Code}) == len(Code)


def test_a_finding_may_be_graver_than_its_code() -> None:
    assert FINDING._replace(code=Code.DUE_SOON).severity is Severity.WARNING
    assert FINDING._replace(code=Code.DUE_SOON, graver=Severity.ERROR).severity is Severity.ERROR


def test_severities_compare_by_rank() -> None:
    assert Severity.INFO.rank < Severity.WARNING.rank < Severity.ERROR.rank


@given(st.sampled_from(Code), st.text(), st.text())
def test_identities_can_be_typed(code: Code, uid: str, key: str) -> None:
    assert re.fullmatch(f"{code.value}-[a-z2-7]{{8}}", identity(code, uid, key))


_ABOUT = st.tuples(st.sampled_from(Code), st.text("ab", max_size=3), st.text("ab", max_size=3))


@given(_ABOUT, _ABOUT)
def test_what_differs_has_another_identity(one: tuple[Code, str, str], other: tuple[Code, str, str]) -> None:
    assert (identity(*one) == identity(*other)) is (one == other)


def test_a_uid_that_is_no_utf_8_has_an_identity() -> None:
    assert identity(Code.MISSED, b"\xff".decode(errors="surrogateescape"), "").startswith("D101-")
