from __future__ import annotations

import re
from pathlib import Path

from deadlines.store import statements

SQL = Path(statements.__file__).with_name("statements.sql").read_text("utf-8")
SOURCES = "".join(file.read_text("utf-8") for file in Path(statements.__file__).parent.glob("*.py"))
COMPOSED = re.compile(r"where_|order_|changes_of_")


def test_every_statement_has_a_name_of_its_own_and_says_what_it_is_for() -> None:
    names = re.findall(r"^-- name: (\w+)\n(-- )?", SQL, re.MULTILINE)

    assert len({name for name, _ in names}) == len(names) == len(statements.STATEMENTS)
    assert [name for name, comment in names if not comment] == []


def test_every_statement_is_used() -> None:
    assert [n for n in statements.STATEMENTS if f'"{n}"' not in SOURCES and not COMPOSED.match(n)] == []


def test_columns_are_named() -> None:
    assert [name for name, sql in statements.STATEMENTS.items() if "*" in sql.replace("COUNT(*)", "")] == []


def test_parameters_are_named_but_where_many_rows_are_inserted() -> None:
    positional = [name for name, sql in statements.STATEMENTS.items() if "?" in sql]

    assert sorted(positional) == sorted(re.findall(r"\.insert\(\s*\"(\w+)\"", SOURCES))
