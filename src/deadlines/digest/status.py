"""What may be sent to a client: where their own work stands, on their clock and ours, and nothing of how we work.

No other client, no identity of ours, no lead or buffer, nothing of plans: a `Status` has no place for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from deadlines.core.client import Client, Owner
from deadlines.core.message import Clocks, Counted, Day, Left, Message
from deadlines.core.when import When
from deadlines.digest.page import Block, Item, Page, Part, Tone
from deadlines.digest.write import Say, here_and_now
from deadlines.language.language import Language


class Piece(NamedTuple):
    """One thing that is made for them, or one meeting with them. `at` (UTC) is when it is due, was done or starts."""

    summary: str
    at: datetime
    when: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What `client` is told on `day`, which is one on their clock. `now` is in UTC; everything is in the order of time."""

    client: Client
    owner: Owner
    day: date
    now: datetime
    late: tuple[Piece, ...] = ()
    coming: tuple[Piece, ...] = ()
    meetings: tuple[Piece, ...] = ()
    done: tuple[Piece, ...] = ()

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to say."""
        return not (self.late or self.coming or self.meetings or self.done)

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            "client": self.client.key,
            "day": self.day,
            **{
                name: [{"summary": piece.summary, "at": piece.at} for piece in pieces]
                for name, pieces in (
                    ("late", self.late),
                    ("coming", self.coming),
                    ("meetings", self.meetings),
                    ("done", self.done),
                )
            },
        }


def write_status(status: Status, language: Language) -> Page:
    """Say it."""
    say = language.text
    lead = _lead(status)
    return Page(
        language=language.code,
        title=say(Message("Status for {client}, {day}", client=status.client.name, day=Day(status.day, 0))),
        subject=say(Message("Status {day}: {lead}", day=Day(status.day, status.day.year), lead=lead)),
        lead=say(lead),
        blocks=(Block(status.client.name, tuple(_parts(status, say)), say(here_and_now(status.client, now=status.now))),),
        footer=(say(Message("From {name}.", name=status.owner.name)),) if status.owner.name else (),
    )


def _lead(status: Status) -> Message:
    parts = (
        Counted("{n} late", "{n} late", len(status.late)),
        Counted("{n} coming up", "{n} coming up", len(status.coming)),
        Counted("{n} meeting", "{n} meetings", len(status.meetings)),
        Counted("{n} done", "{n} done", len(status.done)),
    )
    said = tuple(part for part in parts if part.n)
    return Message("{parts}", parts=said) if said else Message("all well")


def _parts(status: Status, say: Say) -> Iterator[Part]:
    sections = (
        (Message("Late"), status.late, Tone.BAD),
        (Message("Coming up"), status.coming, Tone.PLAIN),
        (Message("Meetings"), status.meetings, Tone.PLAIN),
        (Message("Done"), status.done, Tone.GOOD),
    )
    for title, pieces, tone in sections:
        if pieces:
            yield Part(say(title), tuple(_item(piece, status, say, over=tone is Tone.GOOD) for piece in pieces), tone)


def _item(piece: Piece, status: Status, say: Say, *, over: bool) -> Item:
    clocks = Clocks(piece.at, status.client, status.owner, status.now, piece.when)
    said = (
        Message("{clocks}", clocks=clocks)
        if over
        else Message("{clocks} ({left})", clocks=clocks, left=Left(piece.at, status.now))
    )
    return Item(piece.summary, (say(said),))
