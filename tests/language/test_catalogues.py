"""Every string that reaches readers is in every catalogue, whole and with its placeholders: docs/translating.md."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

import deadlines
from deadlines.language.language import FOLDER, codes

PACKAGE = Path(deadlines.__file__).parent
KEYWORDS: dict[str, tuple[int, ...] | None] = {"Message": None, "Counted": (1, 2)}
_PLACEHOLDER = re.compile(r"\{\w+\}")

Key = str | tuple[str, str]


def used() -> dict[Key, str]:
    """Every message in the code, a pair where it counts, with the place of its first use."""
    found: dict[Key, str] = {}
    for name, line, message, _, _ in extract_from_dir(PACKAGE, method_map=[("**.py", "python")], keywords=KEYWORDS):
        key: Key = message if isinstance(message, str) else (str(message[0]), str(message[1]))
        found.setdefault(key, f"{name}:{line}")
    return found


USED = used()


def in_words(key: Key) -> bool:
    """Whether there is more in it than places for parameters."""
    return bool(re.search(r"[^\W\d_]", _PLACEHOLDER.sub("", key if isinstance(key, str) else key[1])))


def catalogue(code: str) -> Catalog:
    with (FOLDER / code / "LC_MESSAGES" / "deadlines.po").open("rb") as text:
        return read_po(text, locale=code)


def forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """One text, or one for each number; none where there is no translation."""
    return [text] if isinstance(text, str) else list(text or ())


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


translated = pytest.mark.parametrize("code", [code for code in codes() if code != "en"])


def test_messages_are_found() -> None:
    assert len(USED) > 100
    assert all(isinstance(key, str) or all(key) for key in USED)


@translated
def test_every_message_is_translated(code: str) -> None:
    entries = {entry.id: entry for entry in catalogue(code) if entry.id}
    missing = {
        key: place
        for key, place in USED.items()
        if in_words(key) and not (key in entries and all(forms(entries[key].string)) and not entries[key].fuzzy)
    }

    assert missing == {}


@translated
def test_no_translation_is_left_over(code: str) -> None:
    assert [entry.id for entry in catalogue(code) if entry.id and entry.id not in USED] == []


@translated
def test_every_form_has_the_placeholders_of_the_original(code: str) -> None:
    wrong = []
    for entry in catalogue(code):
        if entry.id:
            allowed = set().union(*map(placeholders, forms(entry.id)))
            needed = set.intersection(*map(placeholders, forms(entry.id)))
            wrong += [form for form in forms(entry.string) if not needed <= placeholders(form) <= allowed]

    assert wrong == []


@translated
def test_a_language_has_as_many_forms_as_its_plural(code: str) -> None:
    found = catalogue(code)

    assert {len(forms(entry.string)) for entry in found if entry.id and not isinstance(entry.id, str)} == {found.num_plurals}
