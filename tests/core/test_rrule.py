import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.rrule import Freq, doubt, parse, validate
from deadlines.core.when import AllDay, Floating, Zoned
from deadlines.errors import InputError


@pytest.mark.parametrize(
    "text", ["FREQ=WEEKLY;BYDAY=MO", "freq=weekly;byday=mo;", " FREQ=WEEKLY;BYDAY=MO ;", "BYDAY=MO;FREQ=WEEKLY"]
)
def test_harmless_variants_are_one_rule(text: str) -> None:
    assert parse(text) == parse("FREQ=WEEKLY;BYDAY=MO")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unknown part ''"),
        ("COUNT=3", "FREQ is missing"),
        ("FREQ=OFTEN", "FREQ cannot be 'OFTEN'"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL cannot be '0'"),
        ("FREQ=DAILY;INTERVAL=-1", "INTERVAL cannot be '-1'"),
        ("FREQ=DAILY;COUNT=0", "COUNT cannot be '0'"),
        ("FREQ=DAILY;COUNT=" + "9" * 5000, "longer than 4000 characters"),
        ("FREQ=DAILY;COUNT=" + "9" * 90, "COUNT cannot be '" + "9" * 77 + "...'"),
        ("FREQ=DAILY;FREQ=DAILY", "FREQ is given twice"),
        ("FREQ=DAILY;RSCALE=CHINESE", "unknown part 'RSCALE=CHINESE'"),
        ("FREQ=DAILY;UNTIL=tomorrow", "UNTIL cannot be 'TOMORROW'"),
        ("FREQ=DAILY;UNTIL=20260230", "UNTIL cannot be '20260230'"),
        ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY cannot be '0'"),
        ("FREQ=MONTHLY;BYDAY=XX", "BYDAY cannot be 'XX'"),
        ("FREQ=YEARLY;BYDAY=54MO", "BYDAY cannot be '54MO'"),
        ("FREQ=YEARLY;BYMONTH=", "BYMONTH cannot be ''"),
        ("FREQ=YEARLY;BYMONTH=13", "BYMONTH cannot be '13'"),
        ("FREQ=WEEKLY;WKST=9", "WKST cannot be '9'"),
    ],
)
def test_what_is_no_rule_has_its_reason(text: str, reason: str) -> None:
    assert validate(text) == reason
    with pytest.raises(InputError, match="recurrence rule"):
        parse(text)


@given(st.text(max_size=60) | st.from_regex(r"FREQ=[A-Z]{5,8}(;[A-Z]{4,10}=[-0-9A-Z,]{0,8}){0,3}", fullmatch=True))
def test_no_text_raises_in_validate(text: str) -> None:
    reason = validate(text)

    assert reason or parse(text).freq in Freq


def test_until_keeps_its_form() -> None:
    texts = ("20261201", "20261201T120000", "20261201T120000Z")

    assert [type(parse(f"FREQ=DAILY;UNTIL={text}").until) for text in texts] == [AllDay, Floating, Zoned]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("FREQ=DAILY;COUNT=3;UNTIL=20261201", "both COUNT and UNTIL"),
        ("FREQ=WEEKLY;BYDAY=1MO", "the numbers are ignored"),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", "within weeks"),
        ("FREQ=MONTHLY;BYDAY=3MO,WE,FR", "mixes"),
        ("FREQ=MONTHLY;BYWEEKNO=1", "not yearly"),
        ("FREQ=DAILY;BYYEARDAY=1", "BYYEARDAY"),
        ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
        ("FREQ=YEARLY;BYWEEKNO=20", "without BYDAY"),
        ("FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=MO", "week-years"),
        ("FREQ=MONTHLY;BYSETPOS=1", "nothing to choose"),
        ("FREQ=WEEKLY;BYDAY=MO,FR;BYSETPOS=1", "first week"),
    ],
)
def test_rule_that_programs_read_differently_is_doubted(text: str, word: str) -> None:
    assert word in (doubt(text) or "")


@pytest.mark.parametrize("text", ["FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=-1"])
def test_ordinary_rule_is_not_doubted(text: str) -> None:
    assert doubt(text) is None
