from __future__ import annotations

import click
import pytest

from deadlines.cli.options import Color, Command, Group, Options, command, group, help_text


def parsed(*arguments: str) -> Options:
    """What a command two levels down is told."""
    seen: list[Options] = []

    @click.group(cls=Group)
    def program() -> None:
        """Program."""

    @group("noun")
    def noun() -> None:
        """Noun."""

    @noun.command("verb")
    @click.option("--due")
    def verb(options: Options, due: str | None) -> None:  # noqa: ARG001 # click passes it
        seen.append(options)

    program.add_command(noun)
    program.main(list(arguments), standalone_mode=False)
    return seen[0]


@pytest.mark.parametrize(
    "arguments",
    ["--json noun verb", "noun --json verb", "noun verb --json", "--json noun --json verb --json", "noun verb --due x --json"],
)
def test_global_options_are_understood_anywhere(arguments: str) -> None:
    assert parsed(*arguments.split()) == Options(json=True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("noun verb", Options()),
        ("-v noun verb -vv", Options(verbose=3)),
        ("--verbose noun verb", Options(verbose=1)),
        ("-q noun verb --yes", Options(quiet=True, yes=True)),
        ("--config a noun verb", Options(config="a")),
        ("--config a noun verb --config b", Options(config="b")),
        ("--color never noun verb --color always", Options(color=Color.ALWAYS)),
        ("--color never noun verb", Options(color=Color.NEVER)),
        ("noun verb --due --json", Options()),
    ],
)
def test_typed_options_reach_the_command(arguments: str, expected: Options) -> None:
    assert parsed(*arguments.split()) == expected


def test_one_run_leaves_nothing_behind_for_the_next() -> None:
    parsed("--json", "noun", "verb")

    assert parsed("noun", "verb") == Options()


def test_function_returns_the_exit_code() -> None:
    @command("check")
    def check(options: Options) -> int:
        return 1 if options.quiet else 0

    assert isinstance(check, Command)
    assert check.main(["-q"], standalone_mode=False) == 1


def test_help_has_no_full_stop_and_keeps_indented_lines() -> None:
    @command("check")
    def check(options: Options) -> None:  # not called
        """Check.

        Like this:
          deadlines check
          deadlines check --within 14d
        """

    assert help_text(check) == "Check\n\nLike this:\n  deadlines check\n  deadlines check --within 14d"
    assert "  Like this:\n    deadlines check\n    deadlines check --within 14d\n" in check.get_help(click.Context(check))
