"""Removing meetings that people were invited to, and telling them (METHOD:CANCEL, RFC 5546 §3.2.5).

First the meeting is removed, then the mail is handed over; where the mail server refuses, the meeting comes back, for those
invited still count on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from deadlines.core.span import Span
from deadlines.errors import MailUncertain, Refused
from deadlines.ical.people import cancellation, invited
from deadlines.ical.scan import scan
from deadlines.ical.series import read_series
from deadlines.mail.base import Mailer
from deadlines.store.base import Record, Row, RunKind
from deadlines.usecases.desk import Desk
from deadlines.usecases.find import record_of
from deadlines.usecases.mail_notes import cancelled_note
from deadlines.usecases.meetings import next_meeting
from deadlines.usecases.tasks import Changed, preview, remove
from deadlines.usecases.verdicts import ME, parties_of

if TYPE_CHECKING:
    from email.message import EmailMessage


class Guests(NamedTuple):
    """An event of mine and the addresses that were invited to it."""

    row: Row
    record: Record
    text: str
    people: tuple[str, ...]


class TakenAway(NamedTuple):
    """What was removed. Of those who had been invited: who was told and who was not, who was not reached and why.

    `doubt` says what is not known for sure.
    """

    changed: Changed
    told: tuple[str, ...] = ()
    untold: tuple[str, ...] = ()
    unreached: tuple[tuple[str, str], ...] = ()
    doubt: str = ""


def guests(desk: Desk, rows: Sequence[Row]) -> Sequence[Guests]:
    """Those among `rows` that I have invited people to."""
    me = desk.settings.me.email.casefold()
    found = []
    for row in rows:
        if row.index.component != "VEVENT" or not me:
            continue
        record, text = record_of(desk, row)
        master = read_series(scan(text)).series.master
        if master is not None and master.organizer == me and (people := [one for one in invited(text) if one.casefold() != me]):
            found.append(Guests(row, record, text, tuple(people)))
    return found


def take_away(desk: Desk, keys: Sequence[str], mailer: Mailer | None = None) -> TakenAway:
    """Remove; with a mailer, tell everybody whom I have invited. After an error, what nobody was told of is here again."""
    hosted = guests(desk, preview(desk, keys))
    if mailer is None:
        return TakenAway(remove(desk, keys), untold=tuple(dict.fromkeys(person for one in hosted for person in one.people)))
    if not hosted:
        raise Refused("you have invited nobody to this, so there is nobody to tell", hint="leave --tell out")
    letters = [(one, _letter(desk, one)) for one in hosted]
    run = desk.store.new_run(RunKind.COMMAND, desk.command, now=desk.now)
    everybody = tuple(dict.fromkeys(person for one in hosted for person in one.people))
    changed = remove(desk, keys, run=run, note=cancelled_note(everybody))
    unreached, doubt = dict[str, str](), ""
    for number, (one, letter) in enumerate(letters):
        try:
            unreached |= mailer.send(letter, recipients=one.people)
        except MailUncertain as error:
            doubt = f"nobody knows whether the cancellation was sent: {error}"
        except BaseException:
            _bring_back(desk, [host for host, _ in letters[number:]], run)
            raise
    told = tuple(person for person in everybody if person not in unreached)
    return TakenAway(changed, told, (), tuple(unreached.items()), doubt)


def _bring_back(desk: Desk, hosted: Sequence[Guests], run: int) -> None:
    with desk.store.write(RunKind.COMMAND, desk.command, now=desk.now, run=run) as writer:
        for one in hosted:
            present = desk.store.get(one.record.id) or one.record
            uid, index = desk.index(one.text, one.record.calendar)
            writer.put(replace(present, uid=uid, ical=one.text, index=index), note="the cancellation could not be sent")


def _letter(desk: Desk, one: Guests) -> EmailMessage:
    from deadlines.usecases.invitation_text import Occasion, letter  # noqa: PLC0415 # only what is mailed pays for it

    coming = next_meeting(desk.store, desk.settings, one.row, now=desk.now)
    span = Span(desk.now, desk.now + timedelta(seconds=1)) if coming is None else coming.span
    parties = [] if coming is None else [party for key, party in parties_of(coming, desk.settings).items() if key != ME]
    occasion = Occasion(desk, one.text, span, parties)
    return letter(
        desk,
        to=one.people,
        said=occasion.cancellation(),
        calendar=cancellation(one.text, now=desk.now),
        language=occasion.language.code,
    )
