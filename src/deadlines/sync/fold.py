"""Folding one fact about the server into what is here: the local half of a sync.

A fact is a resource as the server has it now, or that it has none. Folding compares it with the base and with our text
(`reconcile.decide`) and writes the outcome into the store. Afterwards the record says by itself what is left to be done: whatever
differs from its base is pushed. Nothing here talks to the server.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from deadlines.core.settings import Policy
from deadlines.errors import CodecError
from deadlines.ical.edit import with_uid
from deadlines.ical.read import content, read
from deadlines.ical.recurring import moved_on
from deadlines.remote.base import Listed
from deadlines.store.base import Index, Record, Unreadable, Writer
from deadlines.sync.merge import Prefer, confirmed, merge, same_meaning
from deadlines.sync.reconcile import Action, Side, decide
from deadlines.sync.report import CalendarReport, Conflict, Item, moved

Indexer = Callable[[str, str], tuple[str, Index]]
"""UID and index of a text in a calendar; `CodecError` where it cannot be read."""

Ask = Callable[[Conflict], Policy]
"""What to do about one conflict; `Policy.ASK` leaves it as it is."""


DONE_THERE = "instance done elsewhere"
"""What the journal notes, alone or before `; ` and another note, where another program moved a repeating task on.

Its text before is what was delivered.
"""

_NOTHING = "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
"""The base of what is new."""


class Left(enum.Enum):
    """What is left to do about a record after folding."""

    NOTHING = "nothing"
    DELETE_LOCAL = "delete local"
    HELD = "held"
    """It must not be written in this run: a conflict waits for its answer."""
    ASIDE = "aside"
    """The server's version was put aside: it cannot be used, and must not be overwritten."""
    ELSEWHERE = "elsewhere"
    """Its UID is known under another href: whether it moved or is a duplicate shows when everything was listed."""


@dataclass(slots=True, kw_only=True)
class Folder:
    """Folds facts about one calendar, and reports what it did."""

    calendar: str
    policy: Policy
    index: Indexer
    by_uid: Callable[[str], Record | None]
    new_uid: Callable[[], str]
    ask: Ask
    report: CalendarReport
    written: dict[str, str] = field(default_factory=dict)
    """The ETags that the server gave to what we wrote in this run, by href: what it stored is looked at once more."""

    def gone(self, writer: Writer, record: Record) -> Left:
        """Fold that the server has no such resource, or has it no more."""
        alone = replace(record, href="", etag="", schedule_tag="", base=None, sent=None)
        match decide(_local(record), Side.GONE if record.base is not None else Side.NONE, agree=False):
            case Action.DELETE_LOCAL:
                return Left.DELETE_LOCAL
            case Action.RECREATE_REMOTE:
                writer.settle(alone, expected=record.ical)
                self.report.merged.append(_item(record, "removed there but edited here, so it is written again"))
            case Action.CREATE_REMOTE:
                writer.settle(alone, expected=record.ical)
            case _:
                writer.forget(record, note="gone on both sides")
        return Left.NOTHING

    def arrivals(self, writer: Writer, batch: Sequence[Listed]) -> Sequence[Listed]:
        """Take over what is new here, all at once. Returns what must be looked at one by one: all of it, where a UID is known."""
        fresh, left = [], []
        for listed in batch:
            text = listed.text or ""
            try:
                uid, index = self.index(text, self.calendar)
            except CodecError:
                left.append(listed)
            else:
                fresh.append(self._fresh(uid, index, text, listed))
        if not fresh or not writer.add(fresh):
            return batch
        self.report.pulled.created += map(_item, fresh)
        return left

    def present(self, writer: Writer, record: Record | None, listed: Listed) -> Left:
        """Fold the resource as it is on the server now; `listed` carries its text."""
        text = listed.text
        assert text is not None
        try:
            uid, index = self.index(text, self.calendar)
        except CodecError as error:
            return self.quarantine(writer, listed, f"cannot be read: {error}")
        if record is None:
            record = self.by_uid(uid)
            if record is not None and record.href:
                return Left.ELSEWHERE
        if record is None:
            record = writer.put(self._fresh(uid, index, text, listed))
            self.report.pulled.created.append(_item(record))
            return Left.NOTHING
        if record.uid != uid:
            return self.quarantine(writer, listed, f"its UID changed from {record.uid} to {uid}")
        if record.sent is not None and arrived(record, text):
            record = replace(record, base=record.sent)
        elif record.sent is not None:
            record = replace(record, base=confirmed(record.base or _NOTHING, record.sent, text))
        return self._compare(writer, record, listed, text)

    def quarantine(self, writer: Writer, listed: Listed, reason: str) -> Left:
        """Keep what cannot be used as it is, show it, and never write it."""
        text = listed.text or ""
        writer.quarantine(Unreadable(calendar=self.calendar, href=listed.href, etag=listed.etag, text=text, reason=reason))
        self.report.skipped.append(Item(uid="", summary=listed.href, detail=f"{reason}; it is left as it is"))
        return Left.ASIDE

    def uid_of(self, listed: Listed) -> str:
        """The UID of a resource that came with its text; `CodecError` where it cannot be read."""
        return self.index(listed.text or "", self.calendar)[0]

    def _fresh(self, uid: str, index: Index, text: str, listed: Listed) -> Record:
        return Record(
            uid=uid, calendar=self.calendar, ical=text, base=text, index=index, href=listed.href, etag=listed.etag,
            schedule_tag=listed.schedule_tag,
        )  # fmt: skip

    def _compare(self, writer: Writer, record: Record, listed: Listed, text: str) -> Left:
        remote = _remote(record.base, text)
        agree = record.ical is not None and _says_the_same(record.ical, text)
        match decide(_local(record), remote, agree=agree):
            case Action.NOTHING | Action.PUSH | Action.DELETE_REMOTE:
                writer.settle(_at(replace(record, sent=None), listed), expected=record.ical)
            case Action.ADOPT:
                writer.settle(_at(replace(record, base=record.ical, sent=None), listed), expected=record.ical)
            case Action.PULL if record.base is not None:
                self._pull(writer, record, listed, text)
            case Action.PULL | Action.RESTORE_LOCAL:
                restored = self._here(record, text, base=text)
                writer.put(_at(restored, listed), note="removed here but edited there, so it came back")
                self.report.merged.append(_item(restored, "removed here but edited there, so it came back"))
            case Action.MERGE:
                return self._merge(writer, record, listed, text)
            case action:
                assert action is Action.CONFLICT, action
                return self._conflict(writer, record, listed, text)
        return Left.NOTHING

    def _pull(self, writer: Writer, record: Record, listed: Listed, text: str) -> None:
        """Take their version, but keep our spelling of times that they only wrote in another form."""
        assert record.base is not None
        assert record.ical is not None
        merged = merge(record.base, record.ical, text, Prefer.THEIRS)
        ours = merged.text if merged.kept_clock else text
        if ours == record.ical:
            writer.settle(_at(replace(record, base=ours, sent=None), listed), expected=record.ical)
            return
        pulled = self._here(record, ours, base=ours)
        writer.put(_at(pulled, listed), note=_done_there(record, ours))
        rewritten = bool(listed.etag) and self.written.get(listed.href) == listed.etag
        details = [f"they removed {name}" for name in merged.dropped]
        self.report.pulled.updated.append(_item(pulled, "the server stored it differently" if rewritten else ", ".join(details)))
        self._note_moved(record, pulled)

    def _merge(self, writer: Writer, record: Record, listed: Listed, text: str) -> Left:
        assert record.base is not None
        assert record.ical is not None
        merged = merge(record.base, record.ical, text, Prefer.THEIRS)
        if not merged.conflicts:
            self._save_merged(writer, record, listed, text, merged.text, other=None, note="merged with the server's edit")
            self.report.merged.append(_item(record, ", ".join(f"they removed {name}" for name in merged.dropped)))
            return Left.NOTHING
        kept, why = self._settle_policy(record, record.ical, text, merged.conflicts)
        conflict = Conflict(uid=record.uid, summary=record.index.summary, properties=merged.conflicts, kept=kept.value, why=why)
        if kept is Policy.ASK:
            return self._hold(writer, record, listed, conflict)
        self.report.conflicts.append(conflict)
        note = f"conflict over {', '.join(merged.conflicts)}: {kept.value} kept"
        if kept is Policy.BOTH:
            self._keep_both(writer, record, listed, text, note)
            return Left.NOTHING
        mine = kept is Policy.MINE
        resolved = merge(record.base, record.ical, text, Prefer.MINE).text if mine else merged.text
        self._save_merged(writer, record, listed, text, resolved, other=text if mine else record.ical, note=note)
        return Left.NOTHING

    def _conflict(self, writer: Writer, record: Record, listed: Listed, text: str) -> Left:
        """Two versions and no base to tell who changed what: one of them wins whole."""
        assert record.ical is not None
        properties = ("everything",)
        kept, why = self._settle_policy(record, record.ical, text, properties)
        conflict = Conflict(uid=record.uid, summary=record.index.summary, properties=properties, kept=kept.value, why=why)
        if kept is Policy.ASK:
            return self._hold(writer, record, listed, conflict)
        self.report.conflicts.append(conflict)
        note = f"conflict without a common base: {kept.value} kept"
        if kept is Policy.BOTH:
            self._keep_both(writer, record, listed, text, note)
        elif kept is Policy.MINE:
            writer.put(_at(replace(record, base=text, sent=None), listed), note=note, other=text)
        else:
            self._save_merged(writer, record, listed, text, text, other=record.ical, note=note)
        return Left.NOTHING

    def _settle_policy(self, record: Record, mine: str, theirs: str, properties: tuple[str, ...]) -> tuple[Policy, str]:
        """Who wins: `MINE`, `THEIRS`, `BOTH`, or `ASK` when nobody answers; and why."""
        policy = self.policy
        if policy is Policy.ASK:
            policy = self.ask(Conflict(uid=record.uid, summary=record.index.summary, properties=properties, kept=""))
        if policy is not Policy.NEWEST:
            return policy, ""
        ours, other = _last_modified(mine), _last_modified(theirs)
        if ours is not None and (other is None or ours > other):
            return Policy.MINE, f"changed last, {ours:%Y-%m-%d %H:%M} UTC by the clock of who changed it"
        when = f", {other:%Y-%m-%d %H:%M} UTC by the clock of who changed it" if other else ""
        return Policy.THEIRS, f"changed last{when}"

    def _save_merged(
        self, writer: Writer, record: Record, listed: Listed, theirs: str, merged: str, *, other: str | None, note: str
    ) -> None:
        base = merged if _says_the_same(merged, theirs) else theirs
        saved = self._here(record, merged, base=base)
        writer.put(_at(saved, listed), note="; ".join(filter(None, (_done_there(record, merged), note))), other=other)
        self._note_moved(record, saved)

    def _keep_both(self, writer: Writer, record: Record, listed: Listed, theirs: str, note: str) -> None:
        """Theirs stays under its UID, ours goes on under a new one."""
        assert record.ical is not None
        uid = self.new_uid()
        copy = with_uid(record.ical, uid)
        writer.put(Record(uid=uid, calendar=self.calendar, ical=copy, index=self.index(copy, self.calendar)[1]), note=note)
        self._save_merged(writer, record, listed, theirs, theirs, other=record.ical, note=note)

    def _hold(self, writer: Writer, record: Record, listed: Listed, conflict: Conflict) -> Left:
        """Leave both sides as they are. Without an ETag the next run looks at it again."""
        writer.settle(replace(_at(record, listed), etag="", schedule_tag=""), expected=record.ical)
        self.report.conflicts.append(replace(conflict, kept=""))
        return Left.HELD

    def _here(self, record: Record, ical: str, *, base: str) -> Record:
        return replace(record, ical=ical, base=base, sent=None, index=self.index(ical, self.calendar)[1])

    def _note_moved(self, before: Record, after: Record) -> None:
        if before.index.due_at != after.index.due_at:
            self.report.moved_due.append(moved(after.uid, before.index, after.index))


def _done_there(record: Record, text: str) -> str:
    """The note for a repeating task that has moved on in `text`; empty for any other."""
    return DONE_THERE if record.index.repeat and record.ical is not None and moved_on(record.ical, text) else ""


def _local(record: Record) -> Side:
    """What became of our side."""
    if record.base is None:
        return Side.NONE if record.ical is None else Side.NEW
    if record.ical is None:
        return Side.GONE
    same = record.ical == record.base or content(record.ical) == content(record.base)
    return Side.SAME if same else Side.EDITED


def _remote(base: str | None, text: str) -> Side:
    """What became of the server's side, which has `text`."""
    if base is None:
        return Side.NEW
    return Side.SAME if text == base or content(text) == content(base) else Side.EDITED


def arrived(record: Record, text: str) -> bool:
    """Whether the server's version has all that we sent without hearing the answer, with or without edits made upon it since."""
    if record.sent is None or content(record.sent) == content(text):
        return record.sent is not None
    merged = merge(record.base or _NOTHING, record.sent, text, Prefer.THEIRS)
    return not merged.conflicts and same_meaning(merged.text, text)


def _last_modified(text: str) -> datetime | None:
    resource = read(text)
    part = resource.task or resource.event
    return None if part is None else part.last_modified


def _says_the_same(one: str, other: str) -> bool:
    return one == other or content(one) == content(other) or same_meaning(one, other)


def _at(record: Record, listed: Listed) -> Record:
    return replace(record, href=listed.href, etag=listed.etag, schedule_tag=listed.schedule_tag)


def _item(record: Record, detail: str = "") -> Item:
    return Item(uid=record.uid, summary=record.index.summary, detail=detail)
