"""What `init` asks a person: each question comes with what is known already, and once more where the answer is wrong."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from deadlines.cli.errors import without_secrets
from deadlines.cli.output import say
from deadlines.core.display import clean
from deadlines.errors import DeadlinesError, InputError

if TYPE_CHECKING:
    from deadlines.remote.base import Found
    from deadlines.wiring import Workshop

HOURS = "Mon-Fri 09:00-17:00"
_NONE = "none"
_WITHOUT_NAME = ("~", "/", "file:", "webcal:", "webcals:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What is known so far; empty where nothing is."""

    name: str
    email: str
    timezone: str
    hours: str
    holidays: str
    account: str
    url: str
    username: str
    password_command: str
    password_env: str
    keyring: bool
    insecure: bool
    calendars: tuple[str, ...]

    def without_account(self) -> Answers:
        """The same, with the account to be asked for once more."""
        return replace(self, url="", username="", password_command="", password_env="", keyring=False, calendars=())


def about_me(answers: Answers, shop: Workshop) -> Answers:
    """Who somebody is, when and where they work."""
    from deadlines.core.availability import format_hours, parse_hours  # noqa: PLC0415 # likewise
    from deadlines.core.zone_names import find_zone  # noqa: PLC0415 # likewise

    me = shop.settings.me if shop.is_configured else None
    return replace(
        answers,
        timezone=answers.timezone or _asked("Your time zone", me.zone.key if me else shop.local_zone, find_zone),
        hours=answers.hours or _asked("Your working hours", format_hours(me.availability.weekly) if me else HOURS, parse_hours),
        name=answers.name or _asked("Your name", me.name if me else ""),
        email=answers.email
        or _asked(
            "Your e-mail address", me.email if me else "", lambda typed: shop.config_file.as_if({("me",): {"email": typed}})
        ),
    )


def about_account(answers: Answers, shop: Workshop, before: Answers | None) -> Answers:
    """Where their calendars are, and who they are there; `before` is what was answered when it did not work."""
    answers = replace(answers, url=answers.url or _place(answers, shop, before))
    if not answers.url or answers.url.startswith(_WITHOUT_NAME):
        return answers
    known = shop.accounts.sign_in(answers.url, answers.username).username or (before.username if before else "")
    answers = replace(answers, username=answers.username or click.prompt("Your name there", default=known or None, err=True))
    if answers.password_command or answers.password_env or answers.keyring:
        return answers
    program = _asked("A program that prints the password, such as `pass show dav` (empty: keep it in the system's keyring)")
    return replace(answers, password_command=program, keyring=not program)


def tell(error: DeadlinesError) -> None:
    """Say why it did not work; what comes next is the question once more."""
    hint = getattr(error, "hint", "")
    say(f"error: {without_secrets(str(error))}")
    if hint:
        say(f"hint: {without_secrets(hint)}")


def secret() -> str:
    """A password, which is not shown."""
    typed: str = click.prompt("Your password there", hide_input=True, err=True)
    return typed


def some_of(found: Sequence[Found], wanted: Sequence[bool]) -> Sequence[Found]:
    """Which calendars; those that are `wanted` are proposed."""
    for number, one in enumerate(found, 1):
        click.echo(f"  {number}  {shown(one)}", err=True)
    default = ",".join(str(number) for number, is_wanted in enumerate(wanted, 1) if is_wanted) or "1"
    return [found[number - 1] for number in _numbers(_asked("Which ones", default, lambda typed: _numbers(typed, len(found))))]


def shown(one: Found) -> str:
    """A calendar as people know it."""
    holds = " ".join(sorted(one.components)) or "everything"
    return clean(f"{one.display_name or one.path} ({'; '.join(filter(None, (one.path, holds)))})")


def _place(answers: Answers, shop: Workshop, before: Answers | None) -> str:
    question = "Your CalDAV server, your e-mail address there, a provider such as icloud, or a folder of .ics files"

    def check(typed: str) -> object:
        return None if typed == _NONE else shop.accounts.sign_in(typed, answers.username or "somebody")

    typed = _asked(question, before.url if before else _NONE, check)
    return "" if typed == _NONE else typed


def _asked(question: str, default: str = "", check: Callable[[str], object] = str) -> str:
    """What was typed, asked again while `check` raises InputError."""

    def value(typed: str) -> str:
        try:
            if typed:
                check(typed)
        except InputError as error:
            raise click.UsageError(". ".join(text for text in (str(error), error.hint) if text)) from error
        return typed

    answer: str = click.prompt(question, default=default, show_default=bool(default), value_proc=value, err=True)
    return answer


def _numbers(typed: str, most: int | None = None) -> Sequence[int]:
    """`1,3` or `1 3`; `InputError` for what is no number of a line."""
    words = typed.replace(",", " ").split()
    if most is not None and not all(word.isdecimal() and 0 < int(word) <= most for word in words):
        raise InputError(f"type numbers from 1 to {most}, separated by commas")
    return list(dict.fromkeys(map(int, words)))
