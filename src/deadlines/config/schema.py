"""The configuration as a table: every section and key, what it holds, what it is when left out, and what it is for.

Reading, the nearest known names, the proof that `config.example.toml` is complete and the documentation all come from it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from deadlines.config import kinds
from deadlines.config.kinds import Kind
from deadlines.core.away import TIME_OFF_EXAMPLE, TRAVEL_EXAMPLE
from deadlines.core.client import AllDayDue, Period
from deadlines.core.settings import Content, Details, Mode, Policy


class Key(NamedTuple):
    """`name = value`. `default` is as the file would say it; None where there is none to say, then `help` tells."""

    name: str
    kind: Kind
    help: str
    default: str | int | bool | tuple[str, ...] | None = None
    required: bool = False
    field: str = ""
    """What our value calls it, where that is not `name`."""
    aka: tuple[str, ...] = ()
    """What people type instead."""


class Section(NamedTuple):
    """`[name]`, or `[name.KEY]` once for each thing where `named` says what the KEY may look like."""

    name: str
    help: str
    keys: tuple[Key, ...]
    named: re.Pattern[str] | None = None
    naming: str = ""
    parts: tuple[Section, ...] = ()

    @property
    def title(self) -> str:
        """The header as the documentation writes it."""
        return f"{self.name}.NAME" if self.named else self.name

    def walk(self, above: str = "") -> Iterator[tuple[str, Key]]:
        """Every key with the title of its section, those of the parts last."""
        title = above + self.title
        for key in self.keys:
            yield title, key
        for part in self.parts:
            yield from part.walk(f"{title}.")


_CLIENT = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_NAMING = "letters, digits, - and _, at most 64"

_ZONE = ("tz", "zone", "time_zone")
_HOURS = "Mon-Fri 09:00-17:00"
_TIME_OFF = kinds.many(kinds.TIME_OFF, f'["{TIME_OFF_EXAMPLE}"]')
_TRAVEL = kinds.many(kinds.TRAVEL, f'["{TRAVEL_EXAMPLE}"]')
_OFF, _AWAY = ("days_off", "vacation", "holiday"), ("trips", "journeys", "away")

_PASSWORD = (
    Key("password_command", kinds.COMMAND, "A program that prints the password."),
    Key("password_env", kinds.VARIABLE, "Or the environment variable that holds it.", aka=("password_variable",)),
    Key("keyring", kinds.FLAG, "Or true: the system's keyring has it.", default=False),
)

_CONTENT = kinds.many(kinds.choice(*Content), '["deadlines", "meetings"]')

_QUOTA = Section(
    "quota",
    "What this client is owed in every period: deliverables or hours.",
    (
        Key("deliverables", kinds.integer(1, 10_000), "Completed tasks in a period."),
        Key("hours", kinds.number(10_000), "Or hours of work in a period."),
        Key("per", kinds.choice(*Period), "The period, in the client's zone: week or month.", required=True),
        Key("carry_over", kinds.number(10_000), "How much may move on to the next period.", default=0),
        Key("since", kinds.DAY, "The first day, whose period counts pro rata; left out: that of the first work done for them."),
    ),
)

_RATE = Section(
    "rate",
    "A new rate, and when this client must have been told.",
    (
        Key("new", kinds.TEXT, "What it will be.", required=True),
        Key("since", kinds.DAY, "From which day on.", required=True, aka=("from", "start")),
        Key("notice", kinds.DAYS, "How long before that they must be told.", default="30d"),
        Key("told", kinds.DAY, "The day on which they were told."),
    ),
)

SCHEMA: tuple[Section, ...] = (
    Section(
        "me",
        "You.",
        (
            Key("name", kinds.TEXT, "Your name, for digests and invitations.", default=""),
            Key("email", kinds.ADDRESS, "Where digests go.", default="", aka=("mail", "address")),
            Key("language", kinds.LANGUAGE, "What you read digests in.", default="en", aka=("locale", "lang")),
            Key(
                "timezone",
                kinds.ZONE,
                "Your time zone; left out: the one of this computer.",
                field="zone",
                aka=_ZONE,
            ),
            Key("hours", kinds.HOURS, "When you work, in your zone.", default=_HOURS, aka=("working_hours",)),
            Key("holidays", kinds.REGION, "Whose public holidays you take: country or country-subdivision.", default=""),
            Key("time_off", _TIME_OFF, "Days, or parts of days, on which you do not work.", default=(), aka=_OFF),
            Key(
                "travel", _TRAVEL, "Dates on which you are in another zone, or keep other hours, or both.", default=(), aka=_AWAY
            ),
            Key(
                "default_calendar",
                kinds.TEXT,
                "Where tasks go; left out: your only calendar, else local, which is never synced.",
                aka=("calendar",),
            ),
            Key(
                "all_day_due",
                kinds.choice(*AllDayDue),
                "When a task that is due on a date falls due; left out: end-of-day, and close-of-business for clients.",
            ),
            Key(
                "warn_before",
                kinds.DURATION,
                "How long before the due instant a task without a client is due soon.",
                default="1d",
            ),
        ),
    ),
    Section(
        "clients",
        "A client; the key is what you type.",
        (
            Key("name", kinds.TEXT, "What they are called; left out: the key."),
            Key(
                "timezone",
                kinds.ZONE,
                "The time zone they work in.",
                required=True,
                field="zone",
                aka=_ZONE,
            ),
            Key("hours", kinds.HOURS, "When they can be reached, in their zone.", default=_HOURS, aka=("working_hours",)),
            Key("holidays", kinds.REGION, "Whose public holidays they take.", default=""),
            Key("time_off", _TIME_OFF, "Days, or parts of days, on which they do not work.", default=(), aka=_OFF),
            Key(
                "travel", _TRAVEL, "Dates on which they are in another zone, or keep other hours, or both.", default=(), aka=_AWAY
            ),
            Key("emails", kinds.many(kinds.PATTERN, '["*@acme.example"]'), "Which attendees make a meeting theirs.", default=()),
            Key("language", kinds.LANGUAGE, "What they read.", default="en", aka=("locale", "lang")),
            Key("calendar", kinds.TEXT, "Where their tasks go; left out: the default calendar.", default=""),
            Key(
                "all_day_due",
                kinds.choice(*AllDayDue),
                "As under [me], for this client; left out: as said there, else close-of-business.",
            ),
            Key("warn_before", kinds.DURATION, "How long before it should be done a task is due soon.", default="3d"),
            Key("buffer", kinds.DURATION, "Be done this much before the due instant.", default="0h"),
            Key("check_in", kinds.DAYS, "How often you want to have talked to them; left out: you are not reminded."),
        ),
        named=_CLIENT,
        naming="lower-case letters, digits, - and _, at most 64",
        parts=(_QUOTA, _RATE),
    ),
    Section(
        "accounts",
        "A CalDAV account, a folder or a subscription.",
        (
            Key(
                "url",
                kinds.URL,
                "The server, or any address on it; a folder of calendars on this computer; or one .ics, to be subscribed to.",
                required=True,
                aka=("server", "host", "uri"),
            ),
            Key("username", kinds.TEXT, "Your name there.", default="", aka=("user", "login")),
            *_PASSWORD,
            Key(
                "insecure",
                kinds.FLAG,
                "true allows plain http to another computer, readable to all on the way, and a subscription inside a network.",
                default=False,
            ),
        ),
        named=_NAME,
        naming=_NAMING,
    ),
    Section(
        "calendars",
        "A calendar of an account, to be synced.",
        (
            Key("account", kinds.TEXT, "The account it is in.", required=True),
            Key(
                "path",
                kinds.COLLECTION_PATH,
                "Where it is on the server, or in the folder; a subscription needs none.",
                default="",
                aka=("url", "href"),
            ),
            Key("display_name", kinds.TEXT, "Or what it is called there.", default="", aka=("name", "displayname")),
            Key("mode", kinds.choice(*Mode), "two-way or read-only; left out: two-way, for a subscription read-only."),
            Key(
                "conflict",
                kinds.choice(*Policy),
                "Who wins where both sides changed the same: newest, mine, theirs, both or ask.",
                default=Policy.NEWEST.value,
                aka=("policy",),
            ),
            Key("stale_after", kinds.DURATION, "How long it may go unsynced before you are warned.", default="36h"),
        ),
        named=_NAME,
        naming=_NAMING,
    ),
    Section(
        "plan",
        "How work is planned into your hours.",
        (
            Key("day_hours", kinds.WORK, "At most so much planned work a day; left out: all of your hours that are free."),
            Key("smallest_piece", kinds.DURATION, "Nothing is begun that leaves less than this.", default="30m"),
            Key("default_estimate", kinds.WORK, "What a task takes that has no estimate.", default="1h"),
        ),
    ),
    Section(
        "mail",
        "How digests and invitations leave.",
        (
            Key("host", kinds.HOST, "The SMTP server.", required=True, aka=("server", "url")),
            Key("port", kinds.integer(1, 65_535), "Its port; left out: 587 for starttls, 465 for tls, 25 for none."),
            Key(
                "security",
                kinds.choice("starttls", "tls", "none"),
                "starttls, tls or none (none only to this computer).",
                default="starttls",
                aka=("tls", "ssl", "encryption"),
            ),
            Key("username", kinds.TEXT, "Your name there.", default="", aka=("user", "login")),
            *_PASSWORD,
            Key("from", kinds.ADDRESS, "The sender; left out: me.email.", field="sender", aka=("sender",)),
            Key("to", kinds.many(kinds.ADDRESS, '["kari@example.org"]'), "Who gets digests; left out: me.email."),
        ),
    ),
    Section(
        "digest",
        "When digests are mailed.",
        (
            Key(
                "at",
                kinds.CLOCK,
                "Once a day at this time on the reader's clock, however often it is asked; left out: as --at says, else at once.",
                aka=("time",),
            ),
            Key("working_days_only", kinds.FLAG, "Only on the reader's working days.", default=False, aka=("working_days",)),
            Key("heartbeat", kinds.FLAG, "Also when there is nothing to say, so that silence means trouble.", default=False),
        ),
    ),
    Section(
        "notify",
        "How `deadlines cron run` tells you at once of each deadline that is missed, due soon or will be missed.",
        (
            Key("command", kinds.COMMAND, "A program; it reads what there is to tell, a title and then the rest.", default=()),
            Key("desktop", kinds.FLAG, "true shows it on the desktop, with notify-send.", default=False),
        ),
    ),
    Section(
        "feeds",
        "An .ics file for others to subscribe to.",
        (
            Key("client", kinds.TEXT, "Only what is this client's; left out: everything.", default=""),
            Key("content", _CONTENT, "Any of deadlines, tasks, meetings, busy, hours.", default=("deadlines",)),
            Key("details", kinds.choice(*Details), "full, redacted or busy.", default="full"),
            Key("path", kinds.FILE, "The file to write.", required=True, aka=("file", "output")),
            Key("days_back", kinds.integer(0, 3_660), "How many days of the past.", default=30),
            Key("days_ahead", kinds.integer(0, 3_660), "How many days to come.", default=180),
            Key("title", kinds.TEXT, "What programs call it; left out: by client and details.", default="", aka=("name",)),
            Key("color", kinds.COLOR, "Its colour in programs that show it, a name of CSS.", default="", aka=("colour",)),
            Key(
                "refresh",
                kinds.DURATION,
                "How often programs may ask for it again; 0: nothing is said.",
                default="1h",
                aka=("ttl",),
            ),
            Key("alarms", kinds.DURATION, "Remind so long before each open deadline.", field="alarm", aka=("alarm", "reminder")),
            Key("secret_name", kinds.FLAG, "true puts 256 random bits into the file's name.", default=False),
        ),
        named=_NAME,
        naming=_NAMING,
    ),
)
