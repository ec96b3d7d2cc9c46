"""The pages with tours tell what happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tour import PAGES, played


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_tour_shows_what_its_commands_print(page: Path) -> None:
    """After a change of output: `python -m tests.tour` writes it anew; read the difference."""
    text = page.read_text(encoding="utf-8")

    assert text == played(text)
