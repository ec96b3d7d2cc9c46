from __future__ import annotations

import shutil
import subprocess

import pytest

from deadlines.cli.commands.completion import SHELLS, script
from deadlines.cli.entry import run


@pytest.mark.parametrize("shell", SHELLS)
def test_script_asks_deadlines(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["completion", shell]) == 0

    assert f"_DEADLINES_COMPLETE={shell}_complete" in capsys.readouterr().out


@pytest.mark.parametrize("shell", SHELLS)
def test_shell_can_read_the_script(shell: str) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")

    done = subprocess.run([shell, "-n"], input=script(SHELLS[shell][0]), capture_output=True, encoding="utf-8", check=False)

    assert (done.returncode, done.stderr) == (0, "")
