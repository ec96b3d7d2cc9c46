"""What an invitation and its cancellation say to people, for programs that show no buttons, in the language that they read.

That is the language of the clients; where they do not have one in common, it is English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from deadlines.core.client import Party, zone_at
from deadlines.core.clocks import city
from deadlines.core.display import clean, clean_lines
from deadlines.core.meeting_clocks import face
from deadlines.core.message import Counted, Message
from deadlines.core.repeat import human
from deadlines.core.span import Span
from deadlines.ical.read import read
from deadlines.ical.scan import scan
from deadlines.ical.text import unescape
from deadlines.language.language import ENGLISH, Language, language
from deadlines.mail.invitation import Letter, invitation_message

if TYPE_CHECKING:
    from collections.abc import Sequence
    from email.message import EmailMessage

    from deadlines.usecases.desk import Desk

_EVERY = re.compile(r"\bINTERVAL=([1-9][0-9]{0,8})\b")


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
        codes = {other.language for other in others}
        self.language: Language = language(codes.pop() if len(codes) == 1 else ENGLISH)

    def invitation(self) -> tuple[str, str]:
        """Subject and text that invite: `Invitation: Kick-off, Tue 1 Dec 09:00-09:45 New York`."""
        subject = Message("Invitation: {summary}, {when}", summary=self.summary, when=next(self._clocks()))
        answer = Message("Please answer with your calendar program, or reply to this mail.")
        return self._said(subject, Message("{who} invites you to a meeting.", who=clean(who(self._desk))), answer)

    def cancellation(self) -> tuple[str, str]:
        """Subject and text that say that it does not take place."""
        subject = Message("Cancelled: {summary}, {when}", summary=self.summary, when=next(self._clocks()))
        return self._said(subject, Message("{who} has cancelled this meeting.", who=clean(who(self._desk))), None)

    def _said(self, subject: Message, sentence: Message, last: Message | None) -> tuple[str, str]:
        say = self.language.text
        lines = [say(sentence), "", self.summary, *(f"  {say(line)}" for line in self._details())]
        if self._note:
            lines += ["", *clean_lines(self._note)]
        return say(subject), "\n".join([*lines, *(["", say(last)] if last else []), ""])

    def _details(self) -> Iterator[str]:
        yield from self._clocks()
        if self._rule:
            yield _repeats(self._rule)
        for name in ("LOCATION", "URL"):
            if found := _property(self._text, name):
                yield clean(found)

    def _clocks(self) -> Iterator[Message]:
        """The time on each clock, mine last."""
        shown = set[str]()
        parties: list[Party] = [*self._others, self._desk.settings.me]
        for party in parties:
            zone = zone_at(party, self._span.start)
            told = Message("{when} {city}", when=face(self._span, zone, now=self._desk.now), city=city(zone.key))
            if told not in shown:
                shown.add(told)
                yield told


def _repeats(rule: str) -> Message:
    """The rule in words: the common ones can be said in every language, others in English alone."""
    words, every = human(rule), _EVERY.search(rule.upper())
    n = int(every[1]) if every else 1
    common = (
        Message("repeats on weekdays"),
        Counted("repeats daily", "repeats every {n} days", n),
        Counted("repeats weekly", "repeats every {n} weeks", n),
        Counted("repeats monthly", "repeats every {n} months", n),
        Counted("repeats yearly", "repeats every {n} years", n),
    )
    return next((one for one in common if one == f"repeats {words}"), Message("repeats {rule}", rule=words))


def who(desk: Desk) -> str:
    """The owner by name, else by address."""
    return desk.settings.me.name or desk.settings.me.email


def letter(desk: Desk, *, to: Sequence[str], said: tuple[str, str], calendar: str, language: str) -> EmailMessage:
    """The mail with a subject and a text, from the address that `[mail]` sends from; answers go to mine."""
    me, mail = desk.settings.me, desk.settings.mail
    sender = (mail.sender if mail is not None else "") or me.email
    domain = sender.rpartition("@")[2]
    return invitation_message(
        Letter(
            sender=sender,
            name=me.name,
            reply_to=me.email if sender.casefold() != me.email.casefold() else "",
            to=tuple(to),
            subject=said[0],
            text=said[1],
            calendar=calendar,
            language=language,
            message_id=f"{desk.new_uid()}@{domain if domain.isascii() else 'localhost'}",
        ),
        now=desk.now,
    )


def _property(text: str, name: str) -> str:
    for component in scan(text).children:
        if component.name == "VEVENT" and (prop := component.first(name)) is not None:
            return unescape(prop[2])
    return ""
