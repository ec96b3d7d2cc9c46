"""What the user has configured, as values. `config/` reads them from TOML; nothing else builds them outside tests."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from types import MappingProxyType
from typing import NamedTuple

from deadlines.core.client import Client, Owner

LOCAL = "local"
"""The calendar that is never synced: where tasks go as long as no calendar is configured."""

TIME = "time"
"""The calendar of the time that was spent on tasks; it stays here unless one of that name is configured."""


class Mode(enum.Enum):
    """What sync may do to a collection."""

    TWO_WAY = "two-way"
    READ_ONLY = "read-only"


class Policy(enum.Enum):
    """Who wins where both sides changed the same property differently."""

    NEWEST = "newest"
    MINE = "mine"
    THEIRS = "theirs"
    BOTH = "both"
    ASK = "ask"


class AccountKind(enum.Enum):
    """What is behind the URL of an account."""

    CALDAV = "caldav"
    FOLDER = "folder"
    """`file:` and a folder: each folder of `.ics` files in it is a calendar."""
    SUBSCRIPTION = "subscription"
    """One `.ics`, somewhere or on this computer: a calendar that can only be read."""


def account_kind(url: str) -> AccountKind:
    """What is behind a URL; a folder whose name ends in `.ics` is told by its slash."""
    scheme, _, rest = url.lower().partition("://")
    if scheme in {"webcal", "webcals"} or rest.partition("?")[0].partition("#")[0].endswith(".ics"):
        return AccountKind.SUBSCRIPTION
    return AccountKind.FOLDER if scheme == "file" else AccountKind.CALDAV


class PasswordSource(NamedTuple):
    """Where a password is to be had: exactly one of the three is set, or none."""

    command: tuple[str, ...] = ()
    env: str = ""
    keyring: bool = False


class Account(NamedTuple):
    """Where calendars are. `insecure` allows plain http to a host that is not this computer, and a subscription to be inside."""

    name: str
    url: str
    username: str = ""
    password: PasswordSource = PasswordSource()
    insecure: bool = False

    @property
    def kind(self) -> AccountKind:
        """What is behind its URL."""
        return account_kind(self.url)


class Calendar(NamedTuple):
    """One collection of an account, found by `path` or, where that is empty, by `display_name`; a subscription has neither.

    `stale_after` is how long it may go unsynced.
    """

    name: str
    account: str
    path: str = ""
    display_name: str = ""
    mode: Mode = Mode.TWO_WAY
    conflict: Policy = Policy.NEWEST
    stale_after: timedelta = timedelta(hours=36)


class Mail(NamedTuple):
    """How digests and invitations leave."""

    host: str
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: PasswordSource = PasswordSource()
    sender: str = ""
    to: tuple[str, ...] = ()


class Notify(NamedTuple):
    """How the owner is told at once: by a command, on the desktop, or both."""

    command: tuple[str, ...] = ()
    desktop: bool = False

    @property
    def is_on(self) -> bool:
        """Whether there is any way."""
        return bool(self.command or self.desktop)


class Content(enum.Enum):
    """What a feed tells of, in the order in which it does."""

    DEADLINES = "deadlines"
    """Due instants as VEVENT markers."""
    TASKS = "tasks"
    """The same as VTODO."""
    MEETINGS = "meetings"
    BUSY = "busy"
    """All busy time as one VFREEBUSY."""
    HOURS = "hours"
    """The owner's working hours as VAVAILABILITY."""


class Details(enum.Enum):
    """How much a feed tells: everything, no word that somebody wrote, or only when."""

    FULL = "full"
    REDACTED = "redacted"
    BUSY = "busy"


class DigestRules(NamedTuple):
    """When digests are mailed. `at` is on the reader's clock; None: whenever they are asked for."""

    at: time | None = None
    working_days_only: bool = False
    heartbeat: bool = False


_UNSAID = DigestRules()


class Feed(NamedTuple):
    """One `.ics` publication. `refresh` is how often programs may ask for it again, nothing where it is zero."""

    name: str
    client: str = ""
    content: tuple[Content, ...] = (Content.DEADLINES,)
    details: Details = Details.FULL
    path: str = ""
    days_back: int = 30
    days_ahead: int = 180
    title: str = ""
    color: str = ""
    refresh: timedelta = timedelta(hours=1)
    alarm: timedelta | None = None
    secret_name: bool = False


class Planning(NamedTuple):
    """How work is planned. `day_hours` is the most there is in a day; `smallest_piece` what nobody works for less than.

    `default_estimate` is what a task takes of which nobody said it.
    """

    day_hours: timedelta | None = None
    smallest_piece: timedelta = timedelta(minutes=30)
    default_estimate: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The whole configuration. The mappings are ordered as the file is."""

    me: Owner
    clients: Mapping[str, Client] = field(default_factory=lambda: MappingProxyType({}))
    accounts: Mapping[str, Account] = field(default_factory=lambda: MappingProxyType({}))
    calendars: Mapping[str, Calendar] = field(default_factory=lambda: MappingProxyType({}))
    mail: Mail | None = None
    digest: DigestRules = _UNSAID
    notify: Notify = field(default_factory=Notify)
    feeds: Mapping[str, Feed] = field(default_factory=lambda: MappingProxyType({}))
    plan: Planning = field(default_factory=Planning)
