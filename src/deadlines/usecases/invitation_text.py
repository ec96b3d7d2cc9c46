"""What an invitation and its cancellation say to people, for programs that show no buttons."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from deadlines.core.client import Party, zone_at
from deadlines.core.clocks import city
from deadlines.core.display import clean, clean_lines
from deadlines.core.meeting_clocks import face
from deadlines.core.repeat import human
from deadlines.core.span import Span
from deadlines.ical.read import read
from deadlines.ical.scan import scan
from deadlines.ical.text import unescape
from deadlines.mail.invitation import Letter, invitation_message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from deadlines.usecases.desk import Desk


class Occasion:
    """What is told: an event's text, when its first instance is, and who else takes part."""

    def __init__(self, desk: Desk, text: str, span: Span, others: Sequence[Party]) -> None:
        self._desk = desk
        self._text = text
        self._span = span
        self._others = others
        event = read(text).event
        self.summary = clean(event.summary) if event is not None else ""
        self._note = event.description if event is not None else ""
        self._rule = event.rrule if event is not None else ""

    def subject(self, verb: str) -> str:
        """`Invitation: Kick-off, Tue 1 Dec 09:00-09:45 New York`."""
        return f"{verb}: {self.summary}, {next(self._clocks())}"

    def text(self, sentence: str, last: str = "") -> str:
        """The whole text. `sentence` begins it, `last` ends it."""
        lines = [clean(sentence), "", self.summary, *(f"  {line}" for line in self._details())]
        if self._note:
            lines += ["", *clean_lines(self._note)]
        return "\n".join([*lines, *(["", last] if last else []), ""])

    def _details(self) -> Iterator[str]:
        yield from self._clocks()
        if self._rule:
            yield f"repeats {human(self._rule)}"
        for name in ("LOCATION", "URL"):
            if found := _property(self._text, name):
                yield clean(found)

    def _clocks(self) -> Iterator[str]:
        """The time on each clock, mine last."""
        shown = set[str]()
        parties: list[Party] = [*self._others, self._desk.settings.me]
        for party in parties:
            zone = zone_at(party, self._span.start)
            told = f"{face(self._span, zone, now=self._desk.now)} {city(zone.key)}"
            if told not in shown:
                shown.add(told)
                yield told


def who(desk: Desk) -> str:
    """The owner by name, else by address."""
    return desk.settings.me.name or desk.settings.me.email


def letter(desk: Desk, *, to: Sequence[str], subject: str, text: str, calendar: str) -> EmailMessage:
    """The mail, from the address that `[mail]` sends from; answers go to mine."""
    me, mail = desk.settings.me, desk.settings.mail
    sender = (mail.sender if mail is not None else "") or me.email
    domain = sender.rpartition("@")[2]
    return invitation_message(
        Letter(
            sender=sender,
            name=me.name,
            reply_to=me.email if sender.casefold() != me.email.casefold() else "",
            to=tuple(to),
            subject=subject,
            text=text,
            calendar=calendar,
            message_id=f"{desk.new_uid()}@{domain if domain.isascii() else 'localhost'}",
        ),
        now=desk.now,
    )


def _property(text: str, name: str) -> str:
    for component in scan(text).children:
        if component.name == "VEVENT" and (prop := component.first(name)) is not None:
            return unescape(prop[2])
    return ""
