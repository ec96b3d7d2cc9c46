from __future__ import annotations

import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from deadlines.cli.report_picture import draw
from deadlines.cli.report_text import report_csv
from deadlines.errors import InputError, Refused
from deadlines.planning.record import Line
from deadlines.usecases.report import Record

HOSTILE = "$\\frac$ <b>&\x1b]8;; =1+1"


def record(name: str = "Acme", client: str = "acme") -> Record:
    line = Line(date(2026, 11, 1), date(2026, 11, 30), 3, 1, 1, timedelta(hours=90), None, timedelta(minutes=45), 0, 0, None)
    return Record(client=client, name=name, lines=(line,), overdue=0, quota={})


@pytest.mark.parametrize(("name", "magic"), [("r.svg", b"<?xml"), ("r.png", b"\x89PNG")])
def test_it_draws_what_the_name_says(tmp_path: Path, name: str, magic: bytes) -> None:
    draw([record(), record("Edo")], tmp_path / name)

    assert (tmp_path / name).read_bytes().startswith(magic)


def test_the_same_record_gives_the_same_picture(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw([record()], tmp_path / name)

    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_hostile_name_is_only_drawn(tmp_path: Path) -> None:
    draw([record(HOSTILE)], tmp_path / "r.svg")

    text = (tmp_path / "r.svg").read_text(encoding="utf-8")
    assert "&lt;b&gt;&amp;" in text
    assert "\x1b" not in text


def test_nothing_is_a_picture_too(tmp_path: Path) -> None:
    draw([], tmp_path / "r.png")

    assert (tmp_path / "r.png").stat().st_size > 0


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it can be svg or png"):
        draw([record()], tmp_path / "r.pdf")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"r\.svg cannot be written: no such file"):
        draw([record()], tmp_path / "none" / "r.svg")


def test_without_the_library_it_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)

    with pytest.raises(Refused) as raised:
        draw([record()], tmp_path / "r.svg")

    assert raised.value.hint == 'pip install "deadlines[pictures]"'


def test_csv_has_numbers_as_numbers_and_no_formulas() -> None:
    header, line = report_csv([record(client="=1+1")]).splitlines()

    assert header.split(",")[:3] == ["client", "first", "last"]
    assert line == "'=1+1,2026-11-01,2026-11-30,3,1,1,90,,0.75,0,0,,,"
