"""The README tells what happens."""

from tests.tour import README, played


def test_the_tour_shows_what_its_commands_print() -> None:
    """After a change of output: `python -m tests.tour` writes it anew; read the difference."""
    text = README.read_text(encoding="utf-8")

    assert text == played(text)
