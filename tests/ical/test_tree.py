from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import CodecError
from deadlines.ical import scan
from deadlines.ical.tree import Line, new_line, parse, parse_component

DATA = Path(__file__).parents[1] / "data"
READABLE = sorted(path.name for path in DATA.glob("*.ics") if path.name != "missing_end.ics")
TEXT = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VTODO\nUID:u\nX-A;P=1:a\n b\nX-A:c\nBEGIN:VALARM\nEND:VALARM\n\nEND:VTODO\nEND:VCALENDAR"
)


@pytest.mark.parametrize("name", READABLE)
def test_untouched_tree_is_the_text(name: str) -> None:
    text = scan.decode((DATA / name).read_bytes())

    assert parse(text).render() == text == str(parse(text))


@given(st.text(st.sampled_from('ABEGINDX:; \t\r\n"=\ufeff\u2028é'), max_size=80), st.sampled_from(["", "\ufeff", "\r\n\n"]))
def test_any_text_that_parses_comes_back(middle: str, around: str) -> None:
    for text in (middle, f"{around}BEGIN:VCALENDAR\r\n{middle}\r\nEND:VCALENDAR\r\n{around.strip(scan.BOM)}"):
        try:
            root = parse(text)
        except CodecError:
            continue
        assert root.render() == text


def test_tree_and_fast_reader_agree() -> None:
    root = parse(TEXT)
    todo = root.nodes("VTODO")[0]

    assert [line.prop for line in todo.lines() if line.name] == scan.scan(TEXT).children[0].props
    assert todo.lines("X-A")[0].raw == "X-A;P=1:a\n b\n"
    assert todo.lines("X-A")[0].params == (("P", ("1",)),)
    assert todo.lines("X-A")[0].value == "ab"
    assert [node.name for node in todo.nodes()] == ["VALARM"]
    assert todo.get("X-B") is None


def test_lines_are_values() -> None:
    assert Line("X:1\n") == Line("X:1\n")
    assert Line("X:1\n") != Line("X:1\r\n")
    assert Line("X:1\n") != "X:1\n"
    assert len({Line("X:1\n"), Line("X:1\n")}) == 1
    assert repr(Line("X:1\n")) == "Line('X:1\\n')"


def test_new_property_stands_behind_its_like_or_the_last_one() -> None:
    root = parse(TEXT)
    todo = root.nodes("VTODO")[0]
    todo.add(new_line("UID", "v", eol=todo.eol))
    todo.add(new_line("NEW", "1", eol=todo.eol))

    assert root.render() == TEXT.replace("UID:u\n", "UID:u\nUID:v\n").replace("X-A:c\n", "X-A:c\nNEW:1\n")


def test_property_goes_first_where_there_is_none() -> None:
    root = parse("BEGIN:VCALENDAR\r\nBEGIN:X\r\nEND:X\r\nEND:VCALENDAR")
    root.set("VERSION", "2.0")

    assert root.render() == "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:X\r\nEND:X\r\nEND:VCALENDAR"


def test_set_replaces_the_first_and_removes_the_rest() -> None:
    root = parse(TEXT)
    root.nodes("VTODO")[0].set("X-A", "new", {"Q": ("a:b",)})

    assert root.render() == TEXT.replace("X-A;P=1:a\n b\nX-A:c\n", 'X-A;Q="a:b":new\n')


def test_drop_and_remove() -> None:
    root = parse(TEXT)
    todo = root.nodes("VTODO")[0]
    todo.drop("X-A")
    todo.remove(todo.nodes("VALARM")[0])

    assert root.render() == TEXT.replace("X-A;P=1:a\n b\nX-A:c\nBEGIN:VALARM\nEND:VALARM\n", "")


def test_components_are_added_at_the_end_and_zones_first() -> None:
    root = parse(TEXT)
    root.add_node(parse_component("BEGIN:X-C\nEND:X-C\n"))
    root.add_node(parse_component("BEGIN:VTIMEZONE\nTZID:x\nEND:VTIMEZONE\n"))

    assert [node.name for node in root.nodes()] == ["VTIMEZONE", "VTODO", "X-C"]


@pytest.mark.parametrize("text", ["", "X:1\n", "END:X", "BEGIN:X\n", "BEGIN:X\nEND:X\nBEGIN:Y\nEND:Y"])
def test_what_is_not_one_component_is_refused(text: str) -> None:
    with pytest.raises(CodecError):
        parse_component(text)
