from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.core.zone_names import find_zone, open_zone
from deadlines.errors import AmbiguousInput, InputError, UnknownName


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Europe/Oslo", "Europe/Oslo"),
        ("europe/oslo", "Europe/Oslo"),
        (" America/New York ", "America/New_York"),
        ("america/port_of_spain", "America/Port_of_Spain"),
        ("Tokyo", "Asia/Tokyo"),
        ("new  york", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Louisville", "America/Kentucky/Louisville"),
        ("buenos aires", "America/Argentina/Buenos_Aires"),
        ("utc", "UTC"),
        ("Etc/GMT+12", "Etc/GMT+12"),
    ],
)
def test_zones_are_found_as_people_type_them(typed: str, key: str) -> None:
    assert find_zone(typed) is ZoneInfo(key)


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("EST", "America/New_York"),
        ("ist", "Asia/Kolkata"),
        ("CST", "Asia/Shanghai"),
        ("BST", "Europe/London"),
        ("Eastern", "US/Eastern"),
    ],
)
def test_names_of_several_zones_are_refused_with_iana_names(typed: str, reading: str) -> None:
    with pytest.raises(AmbiguousInput) as caught:
        find_zone(typed)

    assert reading in caught.value.readings
    assert all(open_zone(key) for key in caught.value.readings)


@pytest.mark.parametrize(
    ("typed", "nearest"),
    [
        ("Europe/Olso", "Europe/Oslo"),
        ("Oslp", "Europe/Oslo"),
        ("JST", "Asia/Tokyo"),
        ("UTC+2", "Etc/GMT-2"),
        ("GMT-05:00", "Etc/GMT+5"),
        ("+0", "UTC"),
    ],
)
def test_unknown_names_come_with_the_nearest(typed: str, nearest: str) -> None:
    with pytest.raises(UnknownName) as caught:
        find_zone(typed)

    assert caught.value.kind == "zone"
    assert nearest in caught.value.nearest


@pytest.mark.parametrize(
    "typed",
    [
        *("", "Europe", "America/Argentina", "../etc/passwd", "/etc/localtime", "x" * 300, "A" * 300, "A/" * 100, "\0", "\udc80"),
        *("posix/Europe/Oslo", "right/Europe/Oslo", "posixrules", "localtime", "Factory", "tzdata.zi", "UTC+99", "Ünknown"),
    ],
)
def test_what_is_no_zone_is_an_input_error(typed: str) -> None:
    assert open_zone(typed) is None
    with pytest.raises(UnknownName):
        find_zone(typed)


@given(
    st.text(max_size=40)
    | st.sampled_from(["Europe", "Etc", "GMT", "+"]).flatmap(lambda head: st.text(max_size=5).map(head.__add__))
)
def test_no_text_raises_anything_else(text: str) -> None:
    try:
        zone = find_zone(text)
    except InputError:
        return
    assert open_zone(zone.key) is zone
