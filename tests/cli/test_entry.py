"""The program as a process: streams, pipes, locales, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import deadlines
from deadlines.cli import overview
from deadlines.cli.entry import run

Program = Callable[..., subprocess.CompletedProcess[str]]

needs_dev_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")


def test_version(program: Program) -> None:
    done = program("--version")

    assert (done.returncode, done.stdout) == (0, f"deadlines {deadlines.__version__}\n")


def test_newcomer_is_told_what_to_do_next_on_one_screen(program: Program) -> None:
    done = program()

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert "deadlines init" in done.stdout
    assert "deadlines demo" in done.stdout


@pytest.mark.parametrize("extra", [{"LC_ALL": "C"}, {"PYTHONIOENCODING": "ascii"}, {"TZ": "Pacific/Kiritimati"}], ids=str)
def test_screen_is_the_same_everywhere(program: Program, extra: dict[str, str]) -> None:
    assert program().stdout == program(**extra).stdout


def test_who_has_a_configuration_is_not_sent_to_init(program: Program, tmp_path: Path) -> None:
    config = tmp_path / "mine.toml"
    config.write_text("", encoding="utf-8")

    assert "deadlines init" not in program("--config", str(config)).stdout
    assert "deadlines init" not in program(DEADLINES_CONFIG=str(config)).stdout


def test_overview_as_json(program: Program) -> None:
    answer = json.loads(program("--json").stdout)

    assert answer["version"] == 1
    assert answer["configured"] is False
    assert "completion" in [entry["name"] for entry in answer["commands"]]


@pytest.mark.parametrize(
    ("typed", "error", "hint"),
    [
        (["completoin"], "error: unknown command: completoin", "hint: did you mean completion or done?"),
        (["completions"], "error: unknown command: completions", "hint: did you mean completion?"),
        (["xyzzy"], "error: unknown command: xyzzy", "hint: `deadlines --help` lists the commands"),
        (["--jsn"], "error: no such option '--jsn'", "hint: did you mean --json or --yes?"),
        (["completion", "--colour"], "error: no such option '--colour'", "hint: did you mean --color?"),
        (["completion"], "error: missing argument 'SHELL'. Choose from: bash, zsh, fish", None),
        (["completion", "tcsh"], "error: invalid value for 'SHELL': 'tcsh' is not one of 'bash', 'zsh', 'fish'", None),
        (["--config"], "error: option '--config' requires an argument", None),
    ],
)
def test_typing_mistakes(program: Program, typed: list[str], error: str, hint: str | None) -> None:
    done = program(*typed)

    lines = done.stderr.splitlines()
    assert (done.returncode, done.stdout, lines[0]) == (2, "", error)
    assert hint is None or lines[1:] == [hint]


@pytest.mark.parametrize("typed", [["--json", "lst"], ["lst", "--json"], ["completion", "--nope", "--json"]], ids=" ".join)
def test_typing_mistakes_as_json(program: Program, typed: list[str]) -> None:
    done = program(*typed)

    answer = json.loads(done.stdout)
    assert done.returncode == 2
    assert answer["version"] == 1
    assert answer["error"]["code"] in {"unknown-name", "usage"}
    assert f"error: {answer['error']['message']}\n" in done.stderr


def test_reader_that_goes_away_is_no_error(environment: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as nobody:
        done = subprocess.run(
            [sys.executable, "-m", "deadlines"], env=environment, stdout=nobody, stderr=subprocess.PIPE, check=False, timeout=60
        )

    assert (done.returncode, done.stderr) == (141, b"")


@needs_dev_full
def test_output_that_cannot_be_written_is_an_error(environment: dict[str, str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "deadlines"], env=environment, stdout=full, stderr=subprocess.PIPE, check=False, timeout=60
        )

    assert (done.returncode, done.stderr) == (4, b"error: No space left on device\n")


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-"])
def test_closed_streams_do_not_matter(environment: dict[str, str], closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$0" -m deadlines {closed}', sys.executable], env=environment, capture_output=True, check=False, timeout=60
    )

    assert (done.returncode, done.stderr) == (0, b"")


def test_shell_is_offered_commands(program: Program) -> None:
    done = program(_DEADLINES_COMPLETE="bash_complete", COMP_WORDS="deadlines comp", COMP_CWORD="1")

    assert (done.returncode, done.stdout) == (0, "plain,completion\n")


def test_shell_is_offered_options(program: Program) -> None:
    done = program(_DEADLINES_COMPLETE="bash_complete", COMP_WORDS="deadlines completion --c", COMP_CWORD="2")

    assert done.stdout.splitlines() == ["plain,--config", "plain,--color"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(KeyboardInterrupt(), 130), (BrokenPipeError(32, "Broken pipe"), 4), (KeyError("x"), 3), (MemoryError(), 3)],
    ids=lambda value: type(value).__name__,
)
def test_whatever_a_command_raises_becomes_an_exit_code(
    error: BaseException, expected: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(overview, "is_configured", fail)

    assert run([]) == expected
    assert capsys.readouterr().err.startswith("error: ")
