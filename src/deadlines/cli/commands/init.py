"""`deadlines init`: guided set-up. Every question has an option, so it also runs where nobody can answer."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop
from deadlines.core.display import clean
from deadlines.errors import InputError, Refused

if TYPE_CHECKING:
    from deadlines.remote.base import Found
    from deadlines.wiring import Workshop

_HOURS = "Mon-Fri 09:00-17:00"
_WITHOUT_NAME = ("~", "/", "file:", "webcal:", "webcals:")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answers:
    """What was answered by options; empty where nothing was."""

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


@command("init")
@click.option("--name", metavar="TEXT", default="", help="Your name, for digests and invitations")
@click.option("--email", metavar="ADDRESS", default="", help="Your address")
@click.option("--timezone", metavar="ZONE", default="", help="Your zone; left out: this computer's")
@click.option("--hours", metavar="HOURS", default="", help=f'When you work; left out: "{_HOURS}"')
@click.option("--holidays", metavar="REGION", default="", help="Whose public holidays you take: NO, US-NY")
@click.option("--account", metavar="NAME", default="main", show_default=True, help="What to call the account")
@click.option("--url", metavar="URL", default="", help="Your CalDAV server, or a provider such as icloud; left out: no account")
@click.option("--username", metavar="TEXT", default="", help="Your name there")
@click.option("--password-command", metavar="COMMAND", default="", help='A program that prints the password: "pass show dav"')
@click.option("--password-env", metavar="NAME", default="", help="Or the environment variable that holds it")
@click.option("--keyring", is_flag=True, help="Or: the system's keyring has it")
@click.option("--insecure", is_flag=True, help="Allow plain http to another computer")
@click.option(
    "--calendar", "calendars", multiple=True, metavar="NAME", help="A calendar to sync, by name or path; may be repeated"
)
def run(options: Options, **typed: object) -> Exit:
    r"""Set up: your zone and hours, your account, which calendars to sync.

    It ends with what the first sync would do, and does nothing on the server. Unattended:
      deadlines init --timezone Europe/Oslo --url https://dav.example.org/ --username kari \
        --password-command "pass show dav" --calendar Tasks
    """
    answers = _Answers(**typed)  # type: ignore[arg-type] # click's types are the fields'
    shop = workshop(options)
    ask = not (options.yes or options.json) and sys.stdin is not None and sys.stdin.isatty()
    answers = _asked(answers, shop) if ask else answers
    if answers.url:
        answers = replace(answers, url=shop.address(answers.url, answers.username))
    known = shop.settings.accounts.get(answers.account) if shop.is_configured else None
    if known is not None and answers.url not in ("", known.url):
        raise Refused(f"account {known.name} is at {known.url}", hint="--account gives the new one another name")
    shop.config_file.set_me(_me(answers, shop))
    names: list[str] = []
    if answers.url:
        _save_account(workshop(options), answers, ask=ask)
        names = _save_calendars(workshop(options), answers, ask=ask)
    show(
        options,
        as_json=lambda: {
            "config": str(shop.config_path),
            "account": answers.account if answers.url else None,
            "calendars": names,
        },
        as_text=lambda _: clean(f"configuration written to {shop.config_path}") + "\n",
    )
    if names:
        return _rehearse(options)
    note(options, 'Next: `deadlines client add KEY --timezone ZONE`, then `deadlines add "What" --client KEY --due "fri 17:00"`.')
    return Exit.FINE


def _asked(answers: _Answers, shop: Workshop) -> _Answers:
    """The answers of a person, each with what is already known to be confirmed."""
    from deadlines.core.availability import format_hours, parse_hours  # noqa: PLC0415 # likewise
    from deadlines.core.zone_names import find_zone  # noqa: PLC0415 # likewise

    me = shop.settings.me if shop.is_configured else None
    answers = replace(
        answers,
        timezone=answers.timezone or _prompt("Your time zone", me.zone.key if me else shop.local_zone, find_zone),
        hours=answers.hours or _prompt("Your working hours", format_hours(me.availability.weekly) if me else _HOURS, parse_hours),
        name=answers.name or _prompt("Your name", me.name if me else ""),
        email=answers.email
        or _prompt("Your e-mail address", me.email if me else "", lambda typed: shop.config_file.try_me({"email": typed})),
        url=answers.url or _prompt("Your CalDAV server, a provider such as icloud, or a folder of .ics files (empty: none yet)"),
    )
    if not answers.url or answers.url.startswith(_WITHOUT_NAME):
        return answers
    answers = replace(answers, username=answers.username or click.prompt("Your name there", err=True))
    if answers.password_command or answers.password_env or answers.keyring:
        return answers
    program = _prompt("A program that prints the password, such as `pass show dav` (empty: keep it in the system's keyring)")
    return replace(answers, password_command=program, keyring=not program)


def _prompt(question: str, default: str = "", check: Callable[[str], object] = str) -> str:
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


def _me(answers: _Answers, shop: Workshop) -> dict[str, str | None]:
    """`[me]`: what was answered, and what a new file must say; the zone by its IANA name."""
    from deadlines.core.zone_names import find_zone  # noqa: PLC0415 # only a set-up pays for it

    fields: dict[str, str | None] = {
        "name": answers.name,
        "email": answers.email,
        "timezone": find_zone(answers.timezone or shop.local_zone).key if answers.timezone or not shop.is_configured else "",
        "hours": answers.hours or ("" if shop.is_configured else _HOURS),
        "holidays": answers.holidays,
    }
    return {key: value for key, value in fields.items() if value}


def _save_account(shop: Workshop, answers: _Answers, *, ask: bool) -> None:
    import shlex  # noqa: PLC0415 # only an account pays for it

    fields: dict[str, str | bool | tuple[str, ...] | None] = {"url": answers.url}
    if answers.username:
        fields["username"] = answers.username
    if answers.password_command or answers.password_env or answers.keyring:
        fields["password_command"] = tuple(shlex.split(answers.password_command)) or None
        fields["password_env"] = answers.password_env or None
        fields["keyring"] = answers.keyring or None
    if answers.insecure:
        fields["insecure"] = True
    save = shop.config_file.edit_account if answers.account in shop.settings.accounts else shop.config_file.add_account
    save(answers.account, fields)
    if answers.keyring and ask:
        shop.keep_password(answers.account, click.prompt("Your password there", hide_input=True, err=True))


def _save_calendars(shop: Workshop, answers: _Answers, *, ask: bool) -> list[str]:
    """Put the chosen calendars into the configuration, but for those that are there; the first becomes the default one."""
    chosen = _chosen(list(shop.discover(answers.account)), answers.calendars, ask=ask)
    names = {calendar.path: calendar.name for calendar in shop.settings.calendars.values() if calendar.account == answers.account}
    taken = set(shop.settings.calendars) | {"local"}
    for one in chosen:
        if one.path in names:
            continue
        names[one.path] = name = _name(one, taken)
        taken.add(name)
        mode = None if one.writable else "read-only"
        shop.config_file.add_calendar(name, {"account": answers.account, "path": one.path or None, "mode": mode})
    tasks = [names[one.path] for one in chosen if _takes_tasks(one)]
    if tasks and not shop.settings.calendars:
        shop.config_file.set_me({"default_calendar": tasks[0]})
    return [names[one.path] for one in chosen]


def _chosen(found: Sequence[Found], wanted: Sequence[str], *, ask: bool) -> Sequence[Found]:
    if wanted:
        return [_by_name(found, name) for name in wanted]
    if ask:
        for number, one in enumerate(found, 1):
            click.echo(f"  {number}  {_shown(one)}", err=True)
        default = ",".join(str(number) for number, one in enumerate(found, 1) if _takes_tasks(one)) or "1"
        return [
            found[number - 1] for number in _numbers(_prompt("Which ones", default, lambda typed: _numbers(typed, len(found))))
        ]
    return [one for one in found if _takes_tasks(one)] or found[:1]


def _numbers(typed: str, most: int | None = None) -> Sequence[int]:
    """`1,3` or `1 3`; `InputError` for what is no number of a line."""
    words = typed.replace(",", " ").split()
    if most is not None and not all(word.isdecimal() and 0 < int(word) <= most for word in words):
        raise InputError(f"type numbers from 1 to {most}, separated by commas")
    return list(dict.fromkeys(map(int, words)))


def _by_name(found: Sequence[Found], name: str) -> Found:
    for one in found:
        if name in (one.display_name, one.path, one.path.rstrip("/")):
            return one
    raise Refused(f"the account has no calendar {name}", hint="it has " + ", ".join(_shown(one) for one in found))


def _shown(one: Found) -> str:
    holds = " ".join(sorted(one.components)) or "everything"
    return clean(f"{one.display_name or one.path} ({'; '.join(filter(None, (one.path, holds)))})")


def _takes_tasks(one: Found) -> bool:
    return one.writable and (not one.components or "VTODO" in one.components)


def _name(one: Found, taken: set[str]) -> str:
    """A name to type: what the calendar is called, in lower case, made unique."""
    last = one.path.rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[^a-z0-9]+", "-", one.display_name.lower()).strip("-") or re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")
    plain = plain[:40] or "calendar"
    return next(name for name in (plain, *(f"{plain}-{number}" for number in range(2, 1000))) if name not in taken)


def _rehearse(options: Options) -> Exit:
    """The first sync as a dry run."""
    from deadlines.cli.commands.sync import sync_now  # noqa: PLC0415 # only an account pays for it

    if options.json:
        return Exit.FINE
    note(options, "What the first sync would do:")
    code = sync_now(options, dry_run=True)
    note(options, "`deadlines sync` does it. Then add your clients: `deadlines client add KEY --timezone ZONE`.")
    return code
