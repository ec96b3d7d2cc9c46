import pytest

from deadlines.core.recurrence import validate
from deadlines.core.repeat import human, parse_repeat
from deadlines.errors import InputError


@pytest.mark.parametrize(
    ("said", "rrule"),
    [
        ("daily", "FREQ=DAILY"),
        (" Weekly ", "FREQ=WEEKLY"),
        ("monthly", "FREQ=MONTHLY"),
        ("yearly", "FREQ=YEARLY"),
        ("quarterly", "FREQ=MONTHLY;INTERVAL=3"),
        ("weekdays", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every weekday", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"),
        ("every day", "FREQ=DAILY"),
        ("every 1 week", "FREQ=WEEKLY"),
        ("every 2 weeks", "FREQ=WEEKLY;INTERVAL=2"),
        ("every other week", "FREQ=WEEKLY;INTERVAL=2"),
        ("every mon,wed", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("every Wed and Mon.", "FREQ=WEEKLY;BYDAY=MO,WE"),
        ("every other friday", "FREQ=WEEKLY;INTERVAL=2;BYDAY=FR"),
        ("each mondays", "FREQ=WEEKLY;BYDAY=MO"),
        ("every 2 weeks on tue, thu", "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU,TH"),
        ("rrule:freq=monthly;bymonthday=-1;", "FREQ=MONTHLY;BYMONTHDAY=-1"),
    ],
)
def test_repetition_as_people_say_it(said: str, rrule: str) -> None:
    assert parse_repeat(said) == rrule
    assert validate(rrule) is None


@pytest.mark.parametrize(
    "said",
    ["", "never", "every", "every t", "every monday-ish", "every 0 days", "every month on mon", "every week on ,", "FREQ=OFTEN"],
)
def test_what_says_no_repetition_is_refused_with_examples(said: str) -> None:
    with pytest.raises(InputError) as caught:
        parse_repeat(said)

    assert "FREQ=" in caught.value.hint


@pytest.mark.parametrize(
    ("rrule", "words"),
    [
        ("FREQ=DAILY", "daily"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE,MO", "every 2 weeks on Mon, Wed"),
        ("FREQ=WEEKLY;BYDAY=SU,MO;WKST=SU", "weekly on Sun, Mon"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "on weekdays"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "monthly on last Fri"),
        ("FREQ=MONTHLY;BYDAY=2MO,-2FR", "monthly on 2nd Mon, 2nd last Fri"),
        ("FREQ=MONTHLY;BYMONTHDAY=1,-1,3,12,22", "monthly on the 1st, the 3rd, the 12th, the 22nd, the last day"),
        ("FREQ=YEARLY;BYMONTH=3,10;COUNT=3", "yearly in Mar, Oct, 3 times"),
        ("FREQ=MINUTELY;COUNT=1", "every minute, once"),
        ("FREQ=WEEKLY;UNTIL=20261201", "weekly, until 2026-12-01"),
        ("FREQ=WEEKLY;UNTIL=20261201T120000Z", "weekly, until 2026-12-01"),
        ("FREQ=YEARLY;BYWEEKNO=20", "FREQ=YEARLY;BYWEEKNO=20"),
        ("FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13"),
        ("nonsense", "nonsense"),
    ],
)
def test_rule_in_words(rrule: str, words: str) -> None:
    assert human(rrule) == words
