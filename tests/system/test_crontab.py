from __future__ import annotations

from pathlib import Path

import pytest
from tests.system.fakes import fake_crontab

from deadlines.errors import ProgramFailed
from deadlines.system.crontab import SystemCrontab


@pytest.fixture
def crontab(tmp_path: Path) -> SystemCrontab:
    return SystemCrontab({"PATH": f"{fake_crontab(tmp_path)}:/usr/bin:/bin", "CRONTAB_FILE": str(tmp_path / "tab")})


def test_a_user_may_have_none(crontab: SystemCrontab) -> None:
    assert crontab.read() == ""


def test_every_byte_comes_back(crontab: SystemCrontab, tmp_path: Path) -> None:
    text = "# f\udcf8r\n@daily x\\%y\n\n"

    crontab.write(text)

    assert crontab.read() == text
    assert (tmp_path / "tab").read_bytes() == b"# f\xf8r\n@daily x\\%y\n\n"


def test_an_empty_one_is_taken_away(crontab: SystemCrontab, tmp_path: Path) -> None:
    crontab.write("@daily x\n")

    crontab.write("")

    assert not (tmp_path / "tab").exists()


def test_a_refusal_is_told(crontab: SystemCrontab) -> None:
    with pytest.raises(
        ProgramFailed, match=r"crontab: it ended with status 1: bad minute; errors in crontab file, can't install"
    ):
        crontab.write("refuse this\n")


def test_a_machine_without_cron_is_told(tmp_path: Path) -> None:
    with pytest.raises(ProgramFailed, match="crontab: it cannot be run"):
        SystemCrontab({"PATH": str(tmp_path)}).read()
