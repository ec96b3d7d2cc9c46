import re
import tomllib
from pathlib import Path

from deadlines.config.read import read_text
from deadlines.config.schema import SCHEMA
from deadlines.config.tables import defaults
from deadlines.core.settings import Settings

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def example() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


def load(text: str) -> Settings:
    return read_text(text, "config.example.toml", holidays=lambda _region: frozenset(), local_zone="UTC")


def keys_of(text: str) -> set[tuple[str, str]]:
    """Every key of a file with the title of its section, those commented out too."""
    found: set[tuple[str, str]] = set()
    title = ""
    for line in text.splitlines():
        if header := re.match(r"\[([\w.]+)\]", line):
            first, *rest = header[1].split(".")
            title = ".".join([first, "NAME", *rest[1:]] if rest else [first])
        elif key := re.match(r"(?:# )?([a-z_]+) = ", line):
            found.add((title, key[1]))
    return found


def test_example_loads_without_problems() -> None:
    settings = load(example())

    assert settings.clients["acme"].quota is not None
    assert settings.me.default_calendar == "work"


def test_example_names_every_key_and_no_other() -> None:
    assert keys_of(example()) == {(title, key.name) for section in SCHEMA for title, key in section.walk()}


def test_every_commented_key_of_the_example_is_valid_in_its_place() -> None:
    lines = [line.removeprefix("# ") if re.match(r"# [a-z_]+ = ", line) else line for line in example().splitlines()]
    text = "\n".join(line for line in lines if not line.startswith(("password_command", "keyring")))

    assert load(text).calendars["work"].display_name == "Work"


def test_every_key_is_explained_and_its_default_is_a_value_of_its_kind() -> None:
    for section in SCHEMA:
        for _, key in section.walk():
            assert key.help.endswith(".")
            assert not (key.required and key.default is not None)
        defaults(section.keys)


def test_the_schema_knows_the_file_of_the_specification() -> None:
    assert list(tomllib.loads(example())) == [section.name for section in SCHEMA]
