from __future__ import annotations

import time
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import CodecError
from deadlines.ical import scan
from deadlines.ical.scan import Component
from deadlines.ical.text import unescape

DATA = Path(__file__).parents[1] / "data"
REFUSED = {"missing_end.ics"}
DIFFERENT = {  # icalendar splits lines at NEL and U+2028, replaces what is not UTF-8, and refuses a VTODO with a bad property
    "line_separators_in_values.ics",
    "not_utf8.ics",
    "folded_within_a_character.ics",
    "everything_odd_that_servers_accept.ics",
}
FILES = sorted(path.name for path in DATA.glob("*.ics"))


def calendar(*lines: str, eol: str = "\r\n") -> str:
    return eol.join(["BEGIN:VCALENDAR", *lines, "END:VCALENDAR", ""])


def flat(component: Component) -> list[tuple[str, int, int]]:
    return [
        (component.name, len(component.props), len(component.children)),
        *(row for c in component.children for row in flat(c)),
    ]


def theirs(component: icalendar.Component) -> list[tuple[str, int, int]]:
    count = sum(len(value) if isinstance(value, list) else 1 for value in component.values())
    return [
        (str(component.name), count, len(component.subcomponents)),
        *(row for child in component.subcomponents for row in theirs(child)),
    ]


@pytest.mark.parametrize("name", [name for name in FILES if name not in REFUSED | DIFFERENT])
def test_structure_and_summaries_are_what_icalendar_reads(name: str) -> None:
    data = (DATA / name).read_bytes()
    ours = scan.scan(scan.decode(data))
    parsed = icalendar.Calendar.from_ical(data)

    assert theirs(parsed) == flat(ours)
    for one, other in zip(ours.children, parsed.subcomponents, strict=True):
        for prop in ("SUMMARY", "UID", "TZID", "DESCRIPTION"):
            said = one.first(prop)
            assert str(other.get(prop, "")) == (unescape(said[2]) if said else "")


@pytest.mark.parametrize("name", FILES)
def test_bytes_come_back(name: str) -> None:
    data = (DATA / name).read_bytes()

    assert data == scan.encode(scan.decode(data))


def test_character_split_by_a_fold_is_put_together() -> None:
    root = scan.scan(scan.decode((DATA / "folded_within_a_character.ics").read_bytes()))

    assert root.children[0].first("SUMMARY") == ("SUMMARY", "", "Grüße 💡€")


@pytest.mark.parametrize("character", ["\x85", "\u2028", "\u2029", "\x0b", "\x0c", "\x1c"])
def test_only_cr_and_lf_end_a_line(character: str) -> None:
    root = scan.scan(calendar(f"X-A:one{character}END:VCALENDAR"))

    assert root.props == [("X-A", "", f"one{character}END:VCALENDAR")]


@pytest.mark.parametrize("eol", ["\r\n", "\n", "\r", "\r\r\n"])
def test_any_line_end_is_read(eol: str) -> None:
    assert scan.scan(calendar("X-A:1", "X-B:2", eol=eol)).props == [("X-A", "", "1"), ("X-B", "", "2")]


def test_folds_with_space_and_tab_are_undone() -> None:
    assert scan.scan("BEGIN:VCALENDAR\nX-A:1\n 2\n\t3\r\n 4\nEND:VCALENDAR").props == [("X-A", "", "1234")]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("SUMMARY:a:b;c", ("SUMMARY", "", "a:b;c")),
        ("summary;language=de:x", ("SUMMARY", "language=de", "x")),
        ('X;CN="a:b;c,d";Y=1:v"w"', ("X", 'CN="a:b;c,d";Y=1', 'v"w"')),
        ('X;CN="a:b', ("X", 'CN="a', "b")),
        ("X;Y=1", ("", "", "X;Y=1")),
        ("no colon here", ("", "", "no colon here")),
        (":value", ("", "", "value")),
    ],
)
def test_content_line_is_split(line: str, expected: scan.Prop) -> None:
    assert expected == scan.split(line)
    assert scan.scan(calendar(line)).props == [expected]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", {}),
        ("TZID=Europe/Oslo", {"TZID": ("Europe/Oslo",)}),
        ('a="x;y,z:1",w;B=2', {"A": ("x;y,z:1", "w"), "B": ("2",)}),
        ("CN=Bob^'s^nshop^^^x", {"CN": ('Bob"s\nshop^^x',)}),
        ("FLAG;X=", {"FLAG": (), "X": ()}),
        ("M=1;M=2", {"M": ("1", "2")}),
    ],
)
def test_parameters_are_read(raw: str, expected: scan.Parameters) -> None:
    assert expected == scan.parameters(raw)


def test_first_value_of_a_parameter() -> None:
    assert scan.parameter("A=1,2;B=3", "A") == "1"
    assert scan.parameter("A=1", "B") == ""
    assert scan.parameter("A", "A") == ""
    assert scan.parameter("", "A") == ""


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", "no VCALENDAR", 0),
        ("\n\n", "no VCALENDAR", 0),
        ("<html>", "<html> outside of VCALENDAR", 1),
        ("BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VCALENDAR\n", "END:VCALENDAR within VTODO", 3),
        ("BEGIN:VCALENDAR\nX:1\n 2\nBEGIN:VTODO\nUID:1", "END:VTODO is missing", 5),
        ("END:VCALENDAR", "END:VCALENDAR within nothing", 1),
        ("END:", "END: within nothing", 1),
        ("BEGIN:VTODO\nEND:VTODO", "VTODO outside of VCALENDAR", 1),
        ("BEGIN:\nEND:", "a component outside of VCALENDAR", 1),
        (calendar() * 2, "a second VCALENDAR", 3),
        (calendar() + "\x1b[2Jjunk", "\\x1b[2Jjunk outside of VCALENDAR", 3),
        (calendar(*["BEGIN:X"] * 40), "components nested deeper than 32", 33),
    ],
)
def test_refusal_names_reason_and_line(text: str, reason: str, line: int) -> None:
    with pytest.raises(CodecError) as caught:
        scan.scan(text)

    assert (reason, line) == (caught.value.reason, caught.value.line)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("BEGIN:VCALENDAR\r\n" + "X:" + "a" * 10_000_000, "longer than 10000000 characters"),
        (calendar("X:1", "Y:" + "a" * 1_000_001), "a line longer than 1000000 characters"),
        (calendar("BEGIN:V\r\nEND:V\r\n" * 20_001), "more than 20000 components"),
        (calendar(*["X;" + '"' * 200_000]), ""),
        (calendar(*['X;A="' + "^" * 900_000]), ""),
        (calendar(*["X:1\r\n " * 100_000], *["é" * 900_000]), ""),
    ],
)
def test_limits_hold_within_a_second(text: str, reason: str) -> None:
    began = time.process_time()
    try:
        root = scan.scan(text)
        scan.parameters(root.props[0][1])
        found = ""
    except CodecError as error:
        found = error.reason

    assert reason == found
    assert time.process_time() - began < 1


def test_values_up_to_the_limit_are_read_in_a_large_file() -> None:
    assert len(scan.scan(calendar("X:" + "a" * 900_000, "Y:" + "b" * 900_000)).props) == 2


def test_surrogate_that_no_byte_stands_for_is_kept_and_cannot_be_encoded() -> None:
    text = calendar("X:\ud800é")

    assert scan.scan(text).props == [("X", "", "\ud800é")]
    with pytest.raises(CodecError):
        scan.encode(text)


def test_long_foreign_values_are_cut_in_messages() -> None:
    assert scan.shown("x" * 50) == "x" * 39 + "…"


def test_all_and_first() -> None:
    root = scan.scan(calendar("X:1", "Y:2", "X:3"))

    assert root.all("X") == [("X", "", "1"), ("X", "", "3")]
    assert root.first("X") == ("X", "", "1")
    assert root.first("Z") is None


@given(st.text(st.sampled_from('AB:; \t\r\n"=,\u2028é'), max_size=60))
def test_fast_reader_and_logical_lines_agree(middle: str) -> None:
    text = f"BEGIN:VCALENDAR\n{middle}\nEND:VCALENDAR"
    expected = [scan.split(line) for raw in scan.logical_lines(text) if (line := scan.unfold(raw))][1:-1]
    try:
        root = scan.scan(text)
    except CodecError:  # the END line was folded into the one before, or there is no BEGIN any more
        return

    assert expected == root.props
    assert "".join(scan.logical_lines(text)) == text


@given(st.text())
def test_nothing_but_codec_error_escapes(text: str) -> None:
    for candidate in (text, calendar(text)):
        try:
            scan.scan(candidate)
        except CodecError:
            continue
