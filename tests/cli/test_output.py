from __future__ import annotations

import datetime as dt
import io
import json
import sys
from collections.abc import Callable, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.cli.options import Color, Options
from deadlines.cli.output import confirm, detail, is_colored, note, progress, screen, show, show_exactly
from deadlines.cli.table import PLAIN
from deadlines.core.json_text import dumps, duration, instant
from deadlines.core.settings import Mode
from deadlines.errors import Refused


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_text_or_json_is_computed_never_both(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> str:
        raise AssertionError

    show(Options(), as_json=lambda: {"x": fail()}, as_text=lambda _: "text\n")
    show(Options(json=True), as_json=lambda: {"x": 1}, as_text=fail)

    assert capsys.readouterr().out == 'text\n{"version": 1, "x": 1}\n'


@pytest.mark.parametrize(
    ("color", "terminal", "environment", "expected"),
    [
        (Color.AUTO, True, {}, True),
        (Color.AUTO, False, {}, False),
        (Color.AUTO, True, {"TERM": "dumb"}, False),
        (Color.AUTO, True, {"NO_COLOR": "1"}, False),
        (Color.AUTO, True, {"NO_COLOR": ""}, True),
        (Color.AUTO, False, {"FORCE_COLOR": "1"}, True),
        (Color.AUTO, False, {"FORCE_COLOR": "0"}, False),
        (Color.AUTO, False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (Color.ALWAYS, False, {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (Color.NEVER, True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_who_decides_about_colour(*, color: Color, terminal: bool, environment: Mapping[str, str], expected: bool) -> None:
    assert is_colored(color, Terminal() if terminal else io.StringIO(), environment) is expected


def test_a_pipe_cuts_nothing(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)

    assert screen(Options()) == PLAIN
    assert capsys.readouterr().out == ""


def test_a_terminal_has_a_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setenv("COLUMNS", "100")

    assert screen(Options(quiet=True)).columns == 100
    assert not screen(Options(quiet=True)).headings


LONG = "  a line of foreign text, \x1b[33mfor a narrow\x1b[0m terminal\n"


@pytest.mark.parametrize(
    ("show_it", "expected"),
    [(show, "  a line of foreign text,\n    \x1b[33mfor a narrow\x1b[0m terminal\n"), (show_exactly, LONG)],
)
def test_what_is_too_wide_for_a_terminal_is_continued_unless_it_is_to_be_copied(
    show_it: Callable[..., None], expected: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    show_it(Options(), as_json=dict, as_text=lambda _: LONG)
    assert capsys.readouterr().out == LONG

    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("COLUMNS", "28")
    show_it(Options(), as_json=dict, as_text=lambda _: LONG)
    assert terminal.getvalue() == expected


def test_notes_fit_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("COLUMNS", "30")

    note(Options(), "4 tasks have no estimate: `deadlines edit ID` gives them one")

    assert terminal.getvalue() == "4 tasks have no estimate:\n  `deadlines edit ID` gives\n  them one\n"


def test_yes_answers() -> None:
    confirm(Options(yes=True), "Remove 3 tasks?")


def test_nobody_to_answer_is_refused_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))

    with pytest.raises(Refused) as caught:
        confirm(Options(), "Remove 3 tasks?")

    assert str(caught.value) == "Remove 3 tasks? nobody is there to answer"
    assert "--yes" in caught.value.hint


@pytest.mark.parametrize("answer", ["n\n", "\n"])
def test_no_changes_nothing(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))

    with pytest.raises(Refused, match="nothing was changed"):
        confirm(Options(), "Remove 3 tasks?")


def test_a_question_is_asked_on_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))

    confirm(Options(), "Remove \x1b[2J?")

    assert capsys.readouterr().out == ""


def test_notes_go_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    note(Options(), "a\x07")
    note(Options(quiet=True), "b")
    detail(Options(), "c")
    detail(Options(verbose=1), "d")

    assert capsys.readouterr() == ("", "a␇\nd\n")


def test_progress_is_for_terminals(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with progress(Options()) as tell:
        tell("work: 1 read")
    assert capsys.readouterr() == ("", "")

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress(Options(quiet=True)) as tell:
        tell("work: 1 read")
    assert terminal.getvalue() == ""

    with progress(Options()) as tell:
        tell("work: 1 read")
        tell("work: 1 read")
        tell("w\x1brk" * 100)
    assert terminal.getvalue().count("work: 1 read") == 1
    assert terminal.getvalue().endswith("...\r\x1b[K")
    assert max(map(len, terminal.getvalue().split("\r\x1b[K"))) < 80


@given(st.text(st.characters(), max_size=40))
def test_json_keeps_every_string_exactly(text: str) -> None:
    line = dumps({"x": text})

    assert line.isascii()
    assert line.isprintable()
    assert json.loads(line) == {"x": text}


def test_json_keeps_odd_bytes() -> None:
    assert dumps({"x": b"\xff".decode(errors="surrogateescape")}) == '{"x": "\\udcff"}'


def test_json_of_our_values() -> None:
    moment = dt.datetime(2026, 11, 27, 17, tzinfo=dt.timezone(dt.timedelta(hours=-5)))

    answer = dumps(
        {"at": moment, "on": moment.date(), "for": dt.timedelta(minutes=90), "mode": Mode.TWO_WAY, "c": frozenset("ba")}
    )

    assert json.loads(answer) == {
        "at": "2026-11-27T22:00:00Z",
        "on": "2026-11-27",
        "for": "PT1H30M",
        "mode": "two-way",
        "c": ["a", "b"],
    }


def test_json_refuses_what_it_does_not_know() -> None:
    with pytest.raises(TypeError):
        dumps({"x": object()})
    with pytest.raises(ValueError, match="naive"):
        instant(dt.datetime(2026, 1, 1))  # noqa: DTZ001 # naive on purpose


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (dt.timedelta(), "PT0S"),
        (dt.timedelta(hours=3, minutes=30), "PT3H30M"),
        (dt.timedelta(days=2), "P2D"),
        (-dt.timedelta(days=1, hours=2), "-P1DT2H"),
        (dt.timedelta(seconds=61), "PT1M1S"),
        (dt.timedelta(microseconds=-5), "PT0S"),
    ],
)
def test_durations(length: dt.timedelta, expected: str) -> None:
    assert duration(length) == expected
