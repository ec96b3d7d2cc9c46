from __future__ import annotations

import click
import pytest

from deadlines.cli.catalogue import CATALOGUE, Entry
from deadlines.cli.options import Command, Group, help_text
from deadlines.cli.overview import FIRST_STEPS, page
from deadlines.cli.root import nearest, root

MANY = tuple(Entry(f"Purpose {number % 5}", f"command{number}", "Do something that takes a whole line") for number in range(40))
SOME = (Entry("Tasks", "add", "Add"), Entry("Tasks", "remove", "Remove", ("rm", "delete")), Entry("Tasks", "reopen", "Reopen"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("ad", ("add",)),
        ("rm", ("remove",)),
        ("delet", ("remove",)),
        ("REMOVE", ("remove",)),
        ("xyzzy", ()),
        ("remoen", ("reopen", "remove")),
    ],
)
def test_nearest_commands(typed: str, expected: tuple[str, ...]) -> None:
    assert nearest(typed, SOME) == expected


@pytest.mark.parametrize("entry", CATALOGUE, ids=lambda entry: entry.name)
def test_catalogue_tells_the_truth(entry: Entry) -> None:
    command = root.get_command(click.Context(root), entry.name)

    assert isinstance(command, (Command, Group))
    assert command.name == entry.name
    assert help_text(command).splitlines()[0] == entry.help


def test_names_and_synonyms_are_unique() -> None:
    words = [word for entry in CATALOGUE for word in (entry.name, *entry.synonyms)]

    assert sorted(set(words)) == sorted(words)


def test_entries_of_a_purpose_stand_together() -> None:
    purposes = [entry.purpose for entry in CATALOGUE]

    assert sorted(purposes, key=purposes.index) == purposes


@pytest.mark.parametrize("entries", [CATALOGUE, sorted(MANY, key=lambda entry: entry.purpose)], ids=["ours", "forty"])
def test_overview_fits_one_screen(entries: tuple[Entry, ...]) -> None:
    lines = page(entries, FIRST_STEPS).splitlines()

    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert all(entry.name in " ".join(lines) for entry in entries)
