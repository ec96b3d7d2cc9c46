"""`deadlines check`: everything that is wrong now, and whether somebody has been told before.

Whoever knows a kind of trouble is a *look*: a plain function `(Context) -> Iterable[Finding]` in a module of its family,
registered there in a tuple `LOOKS` that is joined to `LOOKS` below:

    def _double_booked(context: Context) -> Iterator[Finding]:
        span = Span(context.now, context.horizon)
        for meeting in meetings(context.store, context.settings, span):
            ...
            yield Finding(code, uid, summary, client, message, facts, remedy, key=start.isoformat(), at=start)

    LOOKS = (Look(frozenset({Code.DOUBLE_BOOKED}), _double_booked, ahead=timedelta(days=14)),)

It reads through `context.desk` and writes nothing; it is run only if one of its codes is wanted; what it finds for another
client, with another code, or `at` a time beyond the horizon is dropped here, so it need not care. `key` is what makes it
another matter: the start of the instance, a date. `at` orders findings and says what has passed. Text of other people stays as
it is: whoever shows it cleans it.

Who is told. A *reader* is somebody who is told findings for himself: `check` at the command line, the digest. Looking marks
nothing as seen; `remember` does, when the reader has been told: the command right after it printed, the digest when it is
delivered. Against what the reader was told, a finding is

    new       he was not told of it
    still     he was
    resolved  he was, and it holds no more; said once

What was to come and has passed (a meeting that took place) lapses: it is not called resolved. Nor is a finding about a task in
whose place there is a new one about the same task: it was due soon and is missed now, or its date moved. A check that looks at
less (one client, some codes, fewer days) judges only what it looks at, and leaves the rest as it was.

What is acknowledged or snoozed is told to nobody, and forgotten by every reader: when it comes back, because the snooze has
ended or it got graver, it is new. Another matter has another identity, so that a moved date ends an acknowledgement by itself.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import NamedTuple

from deadlines.core.findings import Code, Finding, Severity
from deadlines.core.json_text import dumps
from deadlines.errors import UnknownName
from deadlines.store.base import OPEN, Query
from deadlines.store.findings import Mute, Seen
from deadlines.usecases import client_findings, health_findings, journal_findings, meeting_findings, plan_findings, task_findings
from deadlines.usecases.context import Context, Look
from deadlines.usecases.desk import Desk
from deadlines.usecases.names import nearest

LOOKS: tuple[Look, ...] = (
    *task_findings.LOOKS,
    *plan_findings.LOOKS,
    *meeting_findings.LOOKS,
    *client_findings.LOOKS,
    *health_findings.LOOKS,
    *journal_findings.LOOKS,
)
READER = "check"
"""Whoever runs `deadlines check`."""
_END = datetime.max.replace(tzinfo=UTC)


class State(enum.Enum):
    """What a finding is to a reader."""

    NEW = "new"
    STILL = "still"
    RESOLVED = "resolved"


class Noticed(NamedTuple):
    """A finding and what it is to the reader. `id` is the finding's; `since` is when he was first told, `now` if it is new.

    `mute` is how it was muted, in `Checked.muted` only. A resolved one is as he was first told; its facts are as JSON has them.
    """

    id: str
    finding: Finding
    state: State
    since: datetime
    mute: Mute | None = None

    def as_json(self) -> dict[str, object]:
        """The documented shape."""
        return {
            **self.finding.as_json(),
            "state": self.state.value,
            "since": self.since,
            "acknowledged": self.mute is not None and self.mute.until is None,
            "snoozed_until": None if self.mute is None else self.mute.until,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What there is to tell a reader: what holds, those who have the worst first; what is resolved; what is muted.

    `over` are the identities that he need not be told any more, the resolved ones among them.
    """

    reader: str
    now: datetime
    holding: Sequence[Noticed]
    resolved: Sequence[Noticed]
    muted: Sequence[Noticed]
    over: Sequence[str]

    @property
    def worst(self) -> Severity | None:
        """The severity of the worst that holds."""
        return max((one.finding.severity for one in self.holding), key=lambda severity: severity.rank, default=None)

    @property
    def alarming(self) -> bool:
        """Whether something that holds is a warning or worse."""
        return self.worst is not None and self.worst.rank >= Severity.WARNING.rank


def check(
    desk: Desk,
    *,
    within: timedelta | None = None,
    client: str = "",
    codes: Collection[Code] = (),
    reader: str = READER,
) -> Checked:
    """Look at everything, or at what is asked for. `within` from now on; None: each look has its own reach.

    Raises `UnknownName` for a client that is not configured.
    """
    desk.client(client)
    scope = _Scope(desk, within, client, frozenset(codes))
    found = {finding.id: finding for finding in scope.found()}
    memory = desk.store.findings
    mutes, since = memory.mutes(), memory.since(reader)

    def notice(finding_id: str, finding: Finding) -> Noticed:
        told = since.get(finding_id)
        return Noticed(finding_id, finding, State.NEW if told is None else State.STILL, told or desk.now)

    muted = [
        Noticed(finding_id, finding, State.STILL, mutes[finding_id].made, mutes[finding_id])
        for finding_id, finding in found.items()
        if finding_id in mutes and _holds(mutes[finding_id], finding, desk.now)
    ]
    silent = {one.id for one in muted}
    holding = [notice(finding_id, finding) for finding_id, finding in found.items() if finding_id not in silent]
    gone = memory.seen(reader, [told for told in since if told not in found and scope.judges(told)])
    over = [seen for seen in gone if scope.covers(seen)]
    replaced = {one.finding.uid for one in holding if one.state is State.NEW and _is_of_task(one.finding.code)}
    return Checked(
        reader=reader,
        now=desk.now,
        holding=_ordered(holding),
        resolved=[as_noticed(seen, State.RESOLVED) for seen in over if not _passed(seen, desk.now, replaced)],
        muted=_ordered(muted),
        over=[seen.finding for seen in over],
    )


def wanted_codes(typed: Iterable[str]) -> frozenset[Code]:
    """The codes that somebody typed, in any case: `D101`, or `M` and `M2` for all that begin so. `UnknownName` otherwise."""
    wanted: set[Code] = set()
    for text in typed:
        found = {code for code in Code if text.strip() and code.value.startswith(text.strip().upper())}
        if not found:
            known = [code.value for code in Code]
            raise UnknownName("code", text, nearest(text.upper(), known), hint=f"known are {', '.join(known)}")
        wanted |= found
    return frozenset(wanted)


def remember(desk: Desk, checked: Checked) -> None:
    """That the reader was told of it. Writes nothing where he was told nothing new."""
    new = [_seen(one) for one in checked.holding if one.state is State.NEW]
    if new or checked.over:
        desk.store.findings.told(checked.reader, new=new, gone=checked.over)


class _Scope:
    """What one check looks at."""

    def __init__(self, desk: Desk, within: timedelta | None, client: str, codes: frozenset[Code]) -> None:
        self._desk = desk
        self._within = within
        self._client = client
        self._codes = codes or frozenset(Code)
        self._looks = [look for look in LOOKS if look.codes & self._codes]
        self._horizons: Mapping[str, datetime] = {
            code.value: self._horizon(look) for look in self._looks for code in look.codes & self._codes
        }

    def found(self) -> Iterator[Finding]:
        """Whatever is wrong."""
        open_tasks = cache(lambda: tuple(self._desk.store.rows(Query(statuses=OPEN))))
        for look in self._looks:
            horizon = self._horizon(look)
            context = Context(desk=self._desk, horizon=horizon, open_tasks=open_tasks, client=self._client)
            for finding in look.find(context):
                other = self._client and finding.client != self._client
                if not other and finding.code in self._codes and (finding.at is None or finding.at <= horizon):
                    yield finding

    def judges(self, finding_id: str) -> bool:
        """Whether findings of that code are looked for."""
        return finding_id.partition("-")[0] in self._horizons

    def covers(self, seen: Seen) -> bool:
        """Whether it would have been found if it still held."""
        return (not self._client or seen.client == self._client) and (seen.at is None or seen.at <= self._horizons[seen.code])

    def _horizon(self, look: Look) -> datetime:
        ahead = look.ahead if self._within is None else self._within
        if ahead is None or ahead > _END - self._desk.now:
            return _END
        return self._desk.now + ahead


def _holds(mute: Mute, finding: Finding, now: datetime) -> bool:
    return finding.severity.rank <= Severity(mute.severity).rank and (mute.until is None or now < mute.until)


def _is_of_task(code: Code) -> bool:
    return code.family == "D"


def _passed(seen: Seen, now: datetime, replaced: Collection[str]) -> bool:
    """Whether it is over without having been put right."""
    if _is_of_task(Code(seen.code)):
        return seen.uid in replaced
    return seen.at is not None and seen.at <= now


def group_of(finding: Finding) -> tuple[bool, bool, str]:
    """With which others it stands: a client's, nobody's, or those about our own data; groups sort in that order."""
    client = finding.client
    return not client and finding.code.family == "S", not client, client


def _ordered(noticed: Sequence[Noticed]) -> Sequence[Noticed]:
    """The groups that have the worst first; of one, the worst first, then the most urgent."""
    worst: dict[tuple[bool, bool, str], int] = {}
    for one in noticed:
        group = group_of(one.finding)
        worst[group] = max(worst.get(group, 0), one.finding.severity.rank)

    def order(one: Noticed) -> tuple[object, ...]:
        finding = one.finding
        group = group_of(finding)
        return -worst[group], group, -finding.severity.rank, finding.at or _END, finding.summary, one.id

    return sorted(noticed, key=order)


def _seen(one: Noticed) -> Seen:
    finding = one.finding
    return Seen(
        finding=one.id,
        since=one.since,
        code=finding.code.value,
        severity=finding.severity.value,
        uid=finding.uid,
        summary=finding.summary,
        client=finding.client,
        message=finding.message,
        key=finding.key,
        at=finding.at,
        facts=dumps(finding.facts),
    )


def as_noticed(seen: Seen, state: State = State.STILL) -> Noticed:
    """What a reader was told, as he was told it."""
    facts: dict[str, object] = json.loads(seen.facts)
    finding = Finding(
        Code(seen.code),
        seen.uid,
        seen.summary,
        seen.client,
        seen.message,
        facts,
        key=seen.key,
        at=seen.at,
        graver=Severity(seen.severity),
    )
    return Noticed(seen.finding, finding, state, seen.since)
