"""Sentences for people that can still be said in another language: the English text, and what it was made of.

A `Message` is a `str`, its English text, so whoever only prints it needs to know nothing of this. A digest that is read in
Norwegian finds the `template` in the catalogue of that language and says the `parameters` its way (`deadlines.language`).

    Message("was due {clocks} ({left})", clocks=Clocks(...), left=Left(due, now))
    Message("{name} does not work on {day}", name=client.name, day=Day(date(2026, 11, 26), 2026))
    Counted("{n} item cannot be read", "{n} items cannot be read", 3)

The template is a literal, so that it can be extracted (docs/translating.md). Parameters are other people's texts and numbers,
which stay what they are; the values of this module; other messages; and tuples of all these.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple, Self

from deadlines.core.client import Client, Owner, zone_at
from deadlines.core.clocks import amount, both_clocks, format_date, hours, one_clock, time_left
from deadlines.core.when import When

_MINUTE = timedelta(minutes=1)


class Message(str):
    """A sentence or a part of one."""

    __slots__ = ("parameters", "template")

    template: str
    parameters: Mapping[str, object]

    def __new__(cls, template: str, /, **parameters: object) -> Self:
        """Say it in English."""
        message = super().__new__(cls, template.format_map({name: plain(value) for name, value in parameters.items()}))
        message.template = template
        message.parameters = MappingProxyType(parameters)
        return message


class Counted(Message):
    """A message about `n` of something; `one` is what is said of a single one, `template` of any other number."""

    __slots__ = ("n", "one")

    one: str
    n: int

    def __new__(cls, one: str, many: str, n: int, /, **parameters: object) -> Self:
        """Say it in English; both texts know the number as `{n}`."""
        message = super().__new__(cls, one if n == 1 else many, n=n, **parameters)
        message.template, message.one, message.n = many, one, n
        return message


class Clocks(NamedTuple):
    """An instant on both clocks, as `both_clocks` says it."""

    instant: datetime
    client: Client | None
    owner: Owner
    now: datetime
    when: When | None = None

    def __str__(self) -> str:
        return both_clocks(self.instant, client=self.client, owner=self.owner, when=self.when, now=self.now)


class Clock(NamedTuple):
    """An instant on the clock of one party, without the name of its city."""

    instant: datetime
    party: Client | Owner
    now: datetime

    def __str__(self) -> str:
        return one_clock(self.instant, zone_at(self.party, self.instant), now=self.now)


class Left(NamedTuple):
    """How long it is until then, or has been since."""

    instant: datetime
    now: datetime

    def __str__(self) -> str:
        return time_left(self.instant, self.now)


class Length(NamedTuple):
    """How long something takes."""

    length: timedelta

    def __str__(self) -> str:
        return amount(self.length // _MINUTE)


class Work(NamedTuple):
    """How much work there is, in hours."""

    length: timedelta

    def __str__(self) -> str:
        return hours(self.length)


class Day(NamedTuple):
    """A date; its year is said where it is not `year`."""

    date: date
    year: int

    def __str__(self) -> str:
        return format_date(self.date, year=self.year)


def plain(value: object) -> str:
    """A parameter in English."""
    if type(value) is tuple:
        return ", ".join(map(plain, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
