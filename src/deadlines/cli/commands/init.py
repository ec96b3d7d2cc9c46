"""`deadlines init`: guided set-up. Every question has an option, so it also runs where nobody can answer.

The configuration is written once, when everything is known: a wrong password or calendar leaves nothing behind.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import click

from deadlines.cli import interview
from deadlines.cli.exits import Exit
from deadlines.cli.interview import HOURS, Answers
from deadlines.cli.options import Options, command
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop
from deadlines.core.display import clean
from deadlines.errors import InputError, Refused, RemoteError

if TYPE_CHECKING:
    from deadlines.config.edit import Fields
    from deadlines.core.settings import Settings
    from deadlines.remote.base import Found
    from deadlines.usecases.moving import Kept, Moved
    from deadlines.wiring import Workshop


class _Account(NamedTuple):
    """An account that answered: the settings with it, its password if it is to be kept, and the calendars chosen."""

    fields: Fields
    settings: Settings
    secret: str | None
    chosen: Sequence[Found]


@command("init")
@click.option("--name", metavar="TEXT", default="", help="Your name, for digests and invitations")
@click.option("--email", metavar="ADDRESS", default="", help="Your address")
@click.option("--timezone", metavar="ZONE", default="", help="Your zone; left out: this computer's")
@click.option("--hours", metavar="HOURS", default="", help=f'When you work; left out: "{HOURS}"')
@click.option("--holidays", metavar="REGION", default="", help="Whose public holidays you take: NO, US-NY")
@click.option("--account", metavar="NAME", default="main", show_default=True, help="What to call the account")
@click.option("--url", metavar="URL", default="", help="Your server, address there, or provider, such as icloud; left out: none")
@click.option("--username", metavar="TEXT", default="", help="Your name there")
@click.option("--password-command", metavar="COMMAND", default="", help='A program that prints the password: "pass show dav"')
@click.option("--password-env", metavar="NAME", default="", help="Or the environment variable that holds it")
@click.option("--keyring", is_flag=True, help="Or: the system's keyring has it")
@click.option("--insecure", is_flag=True, help="Allow plain http to another computer")
@click.option(
    "--calendar", "calendars", multiple=True, metavar="NAME", help="A calendar to sync, by name or path; may be repeated"
)
@click.option(
    "--move-local/--keep-local", default=None, help="Move what is kept on this computer alone to the calendar; left out: ask"
)
def run(options: Options, *, move_local: bool | None, **typed: object) -> Exit:
    r"""Set up: your zone and hours, your account, which calendars to sync.

    Nothing is written before the calendars were found, and nothing on the server at all.

    It ends with what the first sync would do. Unattended:
      deadlines init --timezone Europe/Oslo --url https://dav.example.org/ --username kari \
        --password-command "pass show dav" --calendar Tasks
    """
    answers = Answers(**typed)  # type: ignore[arg-type] # click's types are the fields'
    shop = workshop(options)
    ask = not (options.yes or options.json) and sys.stdin is not None and sys.stdin.isatty()
    answers = interview.about_me(answers, shop) if ask else answers
    me = _me(answers, shop)
    account = _account(shop, answers, me, ask=ask)
    names = _save(shop, answers.account, me, account)
    try:
        target, kept, moved = _move(options, wanted=(options.yes or None) if move_local is None else move_local, ask=ask)
    except RemoteError:
        written = f"The configuration is written to {shop.config_path}, but nothing was moved."
        note(options, f"{written} Once this is mended, `deadlines init --move-local --yes` moves it.")
        raise
    show(
        options,
        as_json=lambda: {
            "config": str(shop.config_path),
            "account": answers.account if account else None,
            "calendars": names,
            "moved": None if moved is None else {"calendar": target, **moved._asdict()},
        },
        as_text=lambda _: clean(f"configuration written to {shop.config_path}") + "\n" + _told(moved, target),
    )
    if moved is None and target and any(kept):
        note(options, f"{_items(kept)} kept on this computer alone: `deadlines init --move-local --yes` moves them to {target}.")
    if names:
        return _rehearse(options)
    note(options, 'Next: `deadlines client add KEY --timezone ZONE`, then `deadlines add "What" --client KEY --due "fri 17:00"`.')
    return Exit.FINE


def _me(answers: Answers, shop: Workshop) -> dict[str, str | None]:
    """`[me]`: what was answered, and what a new file must say; the zone by its IANA name."""
    from deadlines.core.zone_names import find_zone  # noqa: PLC0415 # only a set-up pays for it

    fields: dict[str, str | None] = {
        "name": answers.name,
        "email": answers.email,
        "timezone": find_zone(answers.timezone or shop.local_zone).key if answers.timezone or not shop.is_configured else "",
        "hours": answers.hours or ("" if shop.is_configured else HOURS),
        "holidays": answers.holidays,
    }
    return {key: value for key, value in fields.items() if value}


def _account(shop: Workshop, answers: Answers, me: Fields, *, ask: bool) -> _Account | None:
    """The account, once its calendars were found; None: none yet. A person may correct what did not work."""
    before = None
    while True:
        answers = interview.about_account(answers, shop, before) if ask else answers
        if not answers.url:
            return None
        try:
            return _looked(shop, answers, me, ask=ask)
        except (InputError, RemoteError) as error:
            if not ask:
                raise
            interview.tell(error)
            before, answers = answers, answers.without_account()


def _looked(shop: Workshop, answers: Answers, me: Fields, *, ask: bool) -> _Account:
    """Look for the calendars of an account that is not written down yet."""
    url, username = shop.accounts.sign_in(answers.url, answers.username)
    answers = replace(answers, url=url, username=username)
    known = shop.settings.accounts.get(answers.account) if shop.is_configured else None
    if known is not None and url != known.url:
        raise Refused(f"account {known.name} is at {known.url}", hint="--account gives the new one another name")
    fields = _account_fields(answers)
    settings = shop.config_file.as_if({("me",): me, ("accounts", answers.account): fields})
    secret = interview.secret() if answers.keyring and ask else None
    found = list(shop.accounts.calendars_of(settings.accounts[answers.account], secret))
    return _Account(fields, settings, secret, _chosen(found, answers.calendars, ask=ask))


def _account_fields(answers: Answers) -> Fields:
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
    return fields


def _save(shop: Workshop, name: str, me: Fields, account: _Account | None) -> list[str]:
    """Write it all down. Returns the names of the chosen calendars; the first becomes the default one."""
    if account is None:
        shop.config_file.set({("me",): me})
        return []
    names, calendars = _calendars(name, account)
    tasks = [names[one.path] for one in account.chosen if _takes_tasks(one)]
    if tasks and not account.settings.calendars:
        me = {**me, "default_calendar": tasks[0]}
    if account.secret is not None:
        shop.accounts.keep_password(name, account.secret)
    shop.config_file.set(
        {("me",): me, ("accounts", name): account.fields, **{("calendars", key): fields for key, fields in calendars.items()}}
    )
    return [names[one.path] for one in account.chosen]


def _calendars(name: str, account: _Account) -> tuple[dict[str, str], Mapping[str, Fields]]:
    """The names of the chosen calendars by path, and those that are not in the configuration yet."""
    configured = account.settings.calendars
    names = {calendar.path: calendar.name for calendar in configured.values() if calendar.account == name}
    new: dict[str, Fields] = {}
    taken = {*configured, "local"}
    for one in account.chosen:
        if one.path not in names:
            names[one.path] = key = _name(one, taken)
            taken.add(key)
            new[key] = {"account": name, "path": one.path or None, "mode": None if one.writable else "read-only"}
    return names, new


def _chosen(found: Sequence[Found], wanted: Sequence[str], *, ask: bool) -> Sequence[Found]:
    if wanted:
        return [_by_name(found, name) for name in wanted]
    if ask:
        return interview.some_of(found, [_takes_tasks(one) for one in found])
    return [one for one in found if _takes_tasks(one)] or found[:1]


def _by_name(found: Sequence[Found], name: str) -> Found:
    for one in found:
        if name in (one.display_name, one.path, one.path.rstrip("/")):
            return one
    has = ", ".join(interview.shown(one) for one in found)
    raise Refused(f"the account has no calendar {name}; nothing was written", hint=f"it has {has}")


def _takes_tasks(one: Found) -> bool:
    return one.writable and (not one.components or "VTODO" in one.components)


def _name(one: Found, taken: set[str]) -> str:
    """A name to type: what the calendar is called, in lower case, made unique."""
    last = one.path.rstrip("/").rpartition("/")[2]
    plain = re.sub(r"[^a-z0-9]+", "-", one.display_name.lower()).strip("-") or re.sub(r"[^a-z0-9]+", "-", last.lower()).strip("-")
    plain = plain[:40] or "calendar"
    return next(name for name in (plain, *(f"{plain}-{number}" for number in range(2, 1000))) if name not in taken)


def _move(options: Options, *, wanted: bool | None, ask: bool) -> tuple[str, Kept, Moved | None]:
    """Move what was made before there was a calendar, if that is wanted: where to, what there was, and what went."""
    from deadlines.usecases.moving import destination, kept_here, move_here_to  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    target = destination(shop.settings)
    with shop.desk() as desk:
        kept = kept_here(desk.store)
        if target is None or not any(kept):
            return "", kept, None
        if wanted is None and ask:
            question = f"{_items(kept)} kept on this computer alone. Move to calendar {target.name}?"
            wanted = click.confirm(question, default=True, err=True)
        if not wanted:
            return target.name, kept, None
        return target.name, kept, move_here_to(desk, target.name, shop.accounts.capabilities(desk.store, target).components)


def _items(kept: Kept) -> str:
    counts = ((kept.tasks, "task"), (kept.meetings, "meeting"))
    said = " and ".join(f"{count} {noun}{'' if count == 1 else 's'}" for count, noun in counts if count)
    return f"{said} {'is' if sum(kept) == 1 else 'are'}"


def _told(moved: Moved | None, target: str) -> str:
    if moved is None:
        return ""
    left = f"; {moved.left} stay here, which it does not take or has already" if moved.left else ""
    undo = f"; `deadlines undo {moved.run}` takes that back" if moved.run else ""
    return f"moved {moved.items} item{'' if moved.items == 1 else 's'} to calendar {target}{undo}{left}\n"


def _rehearse(options: Options) -> Exit:
    """The first sync as a dry run."""
    from deadlines.cli.commands.sync import sync_now  # noqa: PLC0415 # only an account pays for it

    if options.json:
        return Exit.FINE
    note(options, "What the first sync would do:")
    code = sync_now(options, dry_run=True)
    note(options, "`deadlines sync` does it. Then add your clients: `deadlines client add KEY --timezone ZONE`.")
    return code
