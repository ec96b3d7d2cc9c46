"""The SQL of `statements.sql`, by name."""

from __future__ import annotations

from pathlib import Path

_MARK = "-- name: "


def load(path: Path) -> dict[str, str]:
    """The statements of a file, without their comments."""
    statements: dict[str, str] = {}
    for part in path.read_text("utf-8").split(f"\n{_MARK}")[1:]:
        name, *lines = part.split("\n")
        statements[name] = " ".join(line.strip() for line in lines if line and not line.startswith("--"))
    return statements


STATEMENTS = load(Path(__file__).with_name("statements.sql"))
