"""What must hold between the keys of a configuration: names that exist, one source of a password, nothing twice."""

from __future__ import annotations

import os.path
from collections.abc import Callable, Container, Iterable
from datetime import date

from deadlines.config.kinds import host_of, is_loopback, shown
from deadlines.config.problems import Path, Problems, did_you_mean, shown_name
from deadlines.config.tables import Table, Tables
from deadlines.core.away import format_time_off, format_travel, overlapping
from deadlines.core.settings import LOCAL, AccountKind, Mode, account_kind
from deadlines.errors import InputError

_SOURCES = ("password_command", "password_env", "keyring")


def check(tables: Tables, names: dict[str, tuple[str, ...]], problems: Problems) -> None:
    """Find what is wrong between keys. `names` are all names in a section, also of those that could not be read."""
    for path, table in tables.items():
        if problems.full:
            return
        match path:
            case ("me",):
                _exceptions(path, table, problems)
                _exists(path, table, "default_calendar", tuple(dict.fromkeys((*names["calendars"], LOCAL))), problems)
            case ("clients", _):
                _exceptions(path, table, problems)
                _exists(path, table, "calendar", tuple(dict.fromkeys((*names["calendars"], LOCAL))), problems)
            case ("clients", _, "quota"):
                _quota(path, table, problems)
            case ("accounts", _):
                _password(path, table, problems)
                _plain_http(path, table, problems)
            case ("calendars", _):
                _exists(path, table, "account", names["accounts"], problems)
            case ("mail",):
                _password(path, table, problems)
                _mail(path, table, tables.get(("me",), {}), problems)
            case ("feeds", _):
                _exists(path, table, "client", names["clients"], problems)
    _calendars(tables, problems)
    _feeds(tables, problems)


def closed_days(
    tables: Iterable[tuple[Path, Table]], holidays: Callable[[str], Container[date]], problems: Problems
) -> dict[str, Container[date]]:
    """The holidays of every region that is named; a region nobody knows is a problem."""
    result: dict[str, Container[date]] = {"": frozenset()}
    for path, table in tables:
        region = table.get("holidays", "")
        if region not in result:
            try:
                result[region] = holidays(region)
            except InputError as error:
                problems.refused((*path, "holidays"), error)
    return result


def _exists(path: Path, table: Table, key: str, known: tuple[str, ...], problems: Problems) -> None:
    name = table.get(key, "")
    if name and name not in known:
        kind = "calendar" if key == "default_calendar" else key
        problems.add((*path, key), f"there is no {kind} {shown_name(name)}{did_you_mean(name, known)}")


def _exceptions(path: Path, table: Table, problems: Problems) -> None:
    """No two journeys on one date: nobody could tell which holds; nor two times off, of which one has a slip in its dates."""
    if pair := overlapping(table["time_off"]):
        one, other = map(format_time_off, pair)
        problems.add((*path, "time_off"), f"{shown(other)} overlaps {shown(one)}; join them, or correct the dates of one")
    if trips := overlapping(table["travel"]):
        one, other = map(format_travel, trips)
        problems.add((*path, "travel"), f"{shown(other)} overlaps {shown(one)}; end the one before the other begins")


def _quota(path: Path, table: Table, problems: Problems) -> None:
    if "deliverables" in table and "hours" in table:
        problems.add((*path, "hours"), "a quota is of deliverables or of hours, not of both")
    if "deliverables" not in table and not table.get("hours") and not problems.about(path, "deliverables", "hours"):
        problems.add(path, "a quota needs deliverables = 4 or hours = 20")


def _password(path: Path, table: Table, problems: Problems) -> None:
    given = [source for source in _SOURCES if table.get(source)]
    if len(given) > 1:
        problems.add((*path, given[1]), f"one source of the password is enough: {' or '.join(given)}")


def _plain_http(path: Path, table: Table, problems: Problems) -> None:
    url = table.get("url", "")
    public = account_kind(url) is AccountKind.SUBSCRIPTION and not table["username"]
    if url.lower().startswith("http:") and not public and not table["insecure"] and not is_loopback(host_of(url)):
        problems.add((*path, "url"), "plain http shows the password to everybody on the way; use https, or insecure = true")


def _mail(path: Path, table: Table, me: Table, problems: Problems) -> None:
    if table.get("security") == "none" and not is_loopback(table.get("host", "localhost")):
        problems.add((*path, "security"), "mail leaves this computer encrypted only; use starttls or tls")
    if (
        not table.get("sender")
        and not me.get("email")
        and not problems.about(path, "from")
        and not problems.about(("me",), "email")
    ):
        problems.add(path, 'from is missing, and me.email too: an address such as "kari@example.org"')


def _calendars(tables: Tables, problems: Problems) -> None:
    """Each calendar can be found, and no two are the same collection: it would be synced against itself."""
    seen: dict[tuple[str, str], str] = {}
    for path, table in tables.items():
        if path[0] != "calendars":
            continue
        kind = account_kind(tables.get(("accounts", table.get("account", "")), {}).get("url", ""))
        if kind is AccountKind.SUBSCRIPTION:
            place = "the subscription"
            if table.get("mode") is Mode.TWO_WAY:
                problems.add((*path, "mode"), 'a subscription can only be read: use "read-only", or leave it out')
        else:
            place = _place(table, kind)
            _absolute(path, table, kind, problems)
        if not place and not problems.about(path, "path", "display_name"):
            problems.add(path, 'say where it is: path = "/kari/tasks/" or display_name = "Work"')
        elif place and (other := seen.setdefault((table.get("account", ""), place), path[1])) != path[1]:
            problems.add(path, f"this is the same collection as calendars.{other}")


def _place(table: Table, kind: AccountKind) -> str:
    place: str = table["path"].strip("/") if kind is AccountKind.FOLDER else table["path"].rstrip("/")
    return place or table["display_name"]


def _absolute(path: Path, table: Table, kind: AccountKind, problems: Problems) -> None:
    if kind is AccountKind.CALDAV and table["path"] and not table["path"].startswith("/"):
        problems.add((*path, "path"), f'expected a path on the server such as "/kari/tasks/", found {shown(table["path"])}')


def _feeds(tables: Tables, problems: Problems) -> None:
    seen: dict[str, str] = {}
    for path, table in tables.items():
        if path[0] == "feeds" and "path" in table:
            other = seen.setdefault(os.path.normcase(os.path.normpath(table["path"])), path[1])
            if other != path[1]:
                problems.add((*path, "path"), f"feeds.{other} is written to the same file")
