from __future__ import annotations

from pathlib import Path

from deadlines.cli.reference import reference


def test_committed_reference_is_up_to_date() -> None:
    committed = Path(__file__).parents[2] / "docs/cli.md"

    assert committed.read_text(encoding="utf-8") == reference(), "python -m deadlines.cli.reference > docs/cli.md"


def test_reference_names_commands_options_and_examples() -> None:
    text = reference()

    assert "### `deadlines completion`" in text
    assert "deadlines completion [OPTIONS] SHELL" in text
    assert "- `--config PATH` — Use this configuration file" in text
    assert "```sh\ndeadlines completion bash >" in text
