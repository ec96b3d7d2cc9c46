"""docs/reliability.md names tests that exist, and commands that print figures."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
NAMED = re.compile(r"`((?:[\w/]+\.py)?)::(test_\w+)`")


def test_every_test_that_is_named_exists() -> None:
    missing = []
    for row in (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8").splitlines():
        file = ""
        for named, test in NAMED.findall(row):
            file = named or file
            path = ROOT / "tests" / file
            if not path.is_file() or f"def {test}(" not in path.read_text(encoding="utf-8"):
                missing.append(f"{file}::{test}")

    assert missing == []


def test_every_file_that_is_named_exists() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    sources = re.findall(r"`((?:core|ical|sync|store|remote|config|cli)/[\w/]+\.py)`", page)

    assert len(sources) > 20
    assert [name for name in sources if not (ROOT / "src" / "deadlines" / name).is_file()] == []


def test_every_command_runs_tests_that_exist_and_tell_their_figures() -> None:
    page = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    commands = re.findall(r"^\|[^|]*\|[^|]*?pytest (tests/[\w/]+\.py)(?: -k (\w+))?`", page, re.MULTILINE)
    texts = {file: (ROOT / file).read_text(encoding="utf-8") for file, _ in commands}

    assert len(commands) > 7
    assert [(file, word) for file, word in commands if not re.search(rf"def test_\w*{word}", texts[file])] == []
    assert [file for file, text in texts.items() if "LOG.info(" not in text] == ["tests/ical/test_edit.py"]  # pytest counts them
