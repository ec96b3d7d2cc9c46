"""`deadlines client`: the clients in the configuration file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, group
from deadlines.cli.output import confirm, note, show
from deadlines.cli.shop import workshop

if TYPE_CHECKING:
    from deadlines.cli.table import Screen
    from deadlines.core.client import Client

_F = TypeVar("_F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--name", metavar="TEXT", help="What they are called"),
    click.option("--timezone", metavar="ZONE", help="The zone they work in: America/New_York"),
    click.option("--hours", metavar="HOURS", help='When they can be reached: "Mon-Fri 09:00-17:00", "Sun-Thu 22:00-06:00"'),
    click.option(
        "--hours-from", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
        help="Take zone, hours, time off and travel from an .ics with a VAVAILABILITY",
    ),
    click.option("--holidays", metavar="REGION", help="Whose public holidays they take: US, US-NY"),
    click.option("--time-off", multiple=True, metavar="DAYS", help='When they are away: "2026-12-24..2026-12-31"'),
    click.option("--travel", multiple=True, metavar="DAYS", help='When they are elsewhere: "2027-03-01..2027-03-12 Asia/Tokyo"'),
    click.option("--email", "emails", multiple=True, metavar="PATTERN", help='Their addresses: "*@acme.example"'),
    click.option("--language", metavar="CODE", help="What they read digests in: en, nb"),
    click.option("--calendar", metavar="NAME", help="Where their tasks go"),
    click.option(
        "--all-day-due", type=click.Choice(["close-of-business", "end-of-day", "start-of-day"]), metavar="WHEN",
        help="When what is due on a date falls due: close-of-business, end-of-day or start-of-day",
    ),
    click.option("--warn-before", metavar="TIME", help="How long before it is due a task is due soon: 3d"),
    click.option("--buffer", metavar="TIME", help="Be done this much before: 4h"),
)  # fmt: skip


def _client_options(function: _F) -> _F:
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def _fields(options: Options, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed; what a file of hours says goes below it."""
    fields = {name: value for name, value in typed.items() if value is not None and value != ()}
    source = fields.pop("hours_from", None)
    if source is None:
        return fields
    from pathlib import Path  # noqa: PLC0415 # help is spared it

    from deadlines.ical.scan import decode  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.published_hours import published_hours  # noqa: PLC0415 # help is spared it

    found, problems = published_hours(decode(Path(source).read_bytes()), source, now=workshop(options).now)
    for problem in problems:
        note(options, f"{source}: {problem}")
    return {**found, **fields}


@group("client")
def run() -> None:
    """Add, list, show, edit and remove clients.

    They are kept in the configuration file, whose comments and order stay.
    """


@run.command("add")
@click.argument("key", metavar="KEY")
@_client_options
def add(options: Options, key: str, **typed: object) -> None:
    """Add a client; KEY is what you type for them.

    For example:
      deadlines client add acme --name "Acme Inc." --timezone America/New_York
    """
    _save(options, key, "added", lambda file: file.add_client(key, _fields(options, typed)))


@run.command("edit")
@click.argument("key", metavar="KEY", shell_complete=complete.clients)
@_client_options
def edit(options: Options, key: str, **typed: object) -> None:
    """Change a client; what is not named stays as it is."""
    _save(options, key, "changed", lambda file: file.edit_client(key, _fields(options, typed)))


@run.command("remove")
@click.argument("key", metavar="KEY", shell_complete=complete.clients)
def remove(options: Options, key: str) -> None:
    """Take a client out of the configuration; their tasks stay."""
    _client(options, key)
    confirm(options, f"Remove client {key} from the configuration?")
    workshop(options).config_file.remove_client(key)
    show(options, as_json=lambda: {"removed": key}, as_text=lambda _: f"removed client {key}; their tasks stay\n")


@run.command("list")
def list_(options: Options) -> None:
    """List the clients with their zones, hours and what time it is there."""
    from deadlines.cli.table import Column, table  # noqa: PLC0415 # help is spared it
    from deadlines.core.availability import format_hours  # noqa: PLC0415 # help is spared it
    from deadlines.core.clocks import own_clock  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    clients = shop.settings.clients.values()

    def as_text(screen: Screen) -> str:
        columns = (
            Column("KEY"),
            Column("NAME", flexible=True),
            Column("ZONE", spared=1),
            Column("HOURS", spared=2),
            Column("NOW THERE"),
        )
        rows = [
            (client.key, client.name, client.zone.key, format_hours(client.availability.weekly),
             own_clock(shop.now, client, now=shop.now))
            for client in clients
        ]  # fmt: skip
        return table(columns, rows, screen)

    show(options, as_json=lambda: {"clients": [_as_json(client) for client in clients]}, as_text=as_text)
    if not clients:
        note(options, 'No clients yet. `deadlines client add acme --name "Acme Inc." --timezone America/New_York` adds one.')


@run.command("show")
@click.argument("key", metavar="KEY", shell_complete=complete.clients)
def show_(options: Options, key: str) -> None:
    """Show one client."""
    _show(options, _client(options, key), "")


def _save(options: Options, key: str, verb: str, change: Callable[[Any], None]) -> None:
    change(workshop(options).config_file)
    _show(options, _client(options, key), f"{verb} client {key}\n")


def _client(options: Options, key: str) -> Client:
    from deadlines.errors import UnknownName  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.names import nearest  # noqa: PLC0415 # help is spared it

    clients = workshop(options).settings.clients
    if key not in clients:
        near = nearest(key, clients)
        hint = "`deadlines client list` shows them, `deadlines client add` makes one"
        raise UnknownName("client", key, near, hint="" if near else hint)
    return clients[key]


def _show(options: Options, client: Client, before: str) -> None:
    from deadlines.core.availability import format_hours  # noqa: PLC0415 # help is spared it
    from deadlines.core.away import format_time_off, format_travel  # noqa: PLC0415 # help is spared it
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import format_duration  # noqa: PLC0415 # help is spared it

    def as_text(_: Screen) -> str:
        pairs = (
            ("name", client.name),
            ("timezone", client.zone.key),
            ("hours", format_hours(client.availability.weekly)),
            ("holidays", client.availability.region),
            ("time off", "; ".join(map(format_time_off, client.availability.time_off))),
            ("travel", "; ".join(map(format_travel, client.availability.travel))),
            ("emails", ", ".join(client.emails)),
            ("language", client.language),
            ("calendar", client.calendar),
            ("all-day due", client.all_day_due.value),
            ("warn before", format_duration(client.warn_before)),
            ("buffer", format_duration(client.buffer) if client.buffer else ""),
        )
        lines = [f"  {name:11}  {clean(value)}" for name, value in pairs if value]
        return before + f"{client.key}:\n" + "\n".join(lines) + "\n"

    show(options, as_json=lambda: {"client": _as_json(client)}, as_text=as_text)


def _as_json(client: Client) -> dict[str, object]:
    from deadlines.core.availability import format_hours  # noqa: PLC0415 # help is spared it
    from deadlines.core.away import format_time_off, format_travel  # noqa: PLC0415 # help is spared it
    from deadlines.core.duration import to_iso  # noqa: PLC0415 # help is spared it

    return {
        "key": client.key,
        "name": client.name,
        "timezone": client.zone.key,
        "hours": format_hours(client.availability.weekly),
        "holidays": client.availability.region,
        "time_off": [format_time_off(off) for off in client.availability.time_off],
        "travel": [format_travel(journey) for journey in client.availability.travel],
        "emails": client.emails,
        "language": client.language,
        "calendar": client.calendar,
        "all_day_due": client.all_day_due.value,
        "warn_before": to_iso(client.warn_before),
        "buffer": to_iso(client.buffer),
    }
