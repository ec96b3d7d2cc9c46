"""`docs/findings.md` names every code, and says of each what the program says."""

from __future__ import annotations

import re
from pathlib import Path

from deadlines.core.findings import Code

PAGE = Path(__file__).parents[1] / "docs/findings.md"


def test_the_table_has_every_code_in_order_with_its_words_and_severity() -> None:
    rows = re.findall(
        r"^\| ([A-Z]\d{3}) \| ([^:|]+):[^|]+\| (\w+)[^|]* \| [^|]+ \| [^|]+ \|$", PAGE.read_text("utf-8"), re.MULTILINE
    )

    assert rows == [(code.value, code.title, code.severity.value) for code in Code]


def test_the_facts_of_every_code_are_named() -> None:
    section = PAGE.read_text("utf-8").partition("## Facts")[2]
    named = re.findall(r"[A-Z]\d{3}", "".join(re.findall(r"^\| ([^|]+) \| ", section, re.MULTILINE)))

    assert sorted(named) == [code.value for code in sorted(Code, key=lambda code: code.value)]
