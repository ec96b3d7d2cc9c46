from __future__ import annotations

from pathlib import Path

import pytest
from tests.system.fakes import recorded, recorder

from deadlines.errors import ProgramFailed
from deadlines.system.systemd import SystemdUnits

UNITS = {"deadlines.service": "[Service]\n", "deadlines.timer": "[Timer]\n"}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": f"{recorder(tmp_path, 'systemctl')}:/usr/bin:/bin", "RECORD": str(tmp_path / "record")}


def asked(tmp_path: Path) -> list[list[str]]:
    return [words for words, _ in recorded(tmp_path / "record")]


def test_units_are_written_before_systemd_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    units = SystemdUnits(tmp_path / "systemd/user", environ)
    assert units.read("deadlines.timer") is None

    units.install(UNITS, "deadlines.timer")

    assert {name: units.read(name) for name in UNITS} == UNITS
    assert units.path("deadlines.timer") == str(tmp_path / "systemd/user/deadlines.timer")
    assert asked(tmp_path) == [
        ["--user", "daemon-reload"],
        ["--user", "enable", "--now", "deadlines.timer"],
        ["--user", "restart", "deadlines.timer"],
    ]


def test_the_timer_is_stopped_before_its_file_goes(environ: dict[str, str], tmp_path: Path) -> None:
    units = SystemdUnits(tmp_path, environ)
    units.install(UNITS, "deadlines.timer")

    units.remove(tuple(UNITS), "deadlines.timer")

    assert list(tmp_path.glob("deadlines.*")) == []
    assert asked(tmp_path)[3:] == [["--user", "disable", "--now", "deadlines.timer"], ["--user", "daemon-reload"]]


def test_a_machine_without_systemd_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="systemctl: it ended with status 1"):
        SystemdUnits(tmp_path, environ | {"RECORDER_STATUS": "1"}).install(UNITS, "deadlines.timer")
    with pytest.raises(ProgramFailed, match="systemctl: it cannot be run"):
        SystemdUnits(tmp_path, {"PATH": str(tmp_path)}).install(UNITS, "deadlines.timer")


def test_what_could_not_be_started_is_not_there(environ: dict[str, str], tmp_path: Path) -> None:
    broken = SystemdUnits(tmp_path, environ | {"RECORDER_STATUS": "1"})
    with pytest.raises(ProgramFailed):
        broken.install(UNITS, "deadlines.timer")
    assert list(tmp_path.glob("deadlines.*")) == []

    SystemdUnits(tmp_path, environ).install(UNITS, "deadlines.timer")
    with pytest.raises(ProgramFailed):
        broken.install(dict.fromkeys(UNITS, "[Other]\n"), "deadlines.timer")
    assert {name: broken.read(name) for name in UNITS} == UNITS


def test_a_folder_that_cannot_be_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "systemd").touch()

    with pytest.raises(ProgramFailed, match=r"systemd.*: (not a directory|file exists)"):
        SystemdUnits(tmp_path / "systemd/user", environ).install(UNITS, "deadlines.timer")
