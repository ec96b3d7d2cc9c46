"""Every exception that an operation can end with.

    DeadlinesError
    ├── ConfigError              the configuration file cannot be used; carries every problem at once
    ├── NotConfigured            what is asked for needs a configuration that is not there yet
    ├── InputError               what was typed cannot be used
    │   ├── UnknownName          no client, zone, calendar or task of that name; carries the nearest ones
    │   ├── AmbiguousInput       several readings; carries them, none is guessed
    │   └── Refused              understood, but not done: says why
    ├── CodecError               iCalendar text that cannot be read; carries line and reason
    ├── StoreError               the database
    │   ├── StoreBusy            another process holds it, or another sync runs
    │   ├── StoreNewer           written by a newer version of this program
    │   └── StoreBroken          torn, or not a database
    │       ├── StoreFull        the disk is full: nothing was written
    │       └── StoreReadOnly    its folder cannot be written to
    ├── PublishingFailed         a feed's file could not be written; carries path and reason
    ├── ProgramFailed            a program of the system (crontab, systemctl, a notification); carries program and reason
    ├── GuardTripped             a sync that would delete suspiciously much; carries how many of how many
    │   └── CollectionVanished   the collection itself is gone: no number of allowed deletions helps
    └── RemoteError              the server; carries url and, where there was one, status
        ├── Unreachable          no route, no answer, cut connection: nothing is known of the outcome
        ├── Untrusted            the certificate is not to be trusted: nothing was sent
        ├── TryLater             429 or 503; carries retry_after
        ├── CredentialsRefused   401, or a password that could not be had
        ├── CollectionMissing    404 or 410 of the collection itself
        ├── NotCalDAV            HTML, a redirect, XML cut short: this is not the server we meant
        ├── PreconditionFailed   412, 409, 423: the resource is not as we thought
        ├── ReadOnlyCollection   403 or 405 to a write
        ├── Rejected             the server refuses this one resource: too large, invalid, over quota
        └── MailError            the mail server
            ├── MailLater        not reached, or it asks to try later: nothing was sent
            ├── MailRefused      it will not take this message for anybody: nothing was sent
            └── MailUncertain    the line was cut before it answered: the message may have been sent

Facts are attributes; the message is composed here, lower case and without a full stop. Hints and exit codes belong to
`cli/errors.py`, which maps each class. Problems *in the user's data* are `Finding` values and travel in results.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil


class DeadlinesError(Exception):
    """The base: catching it catches everything this program raises on purpose."""


class ConfigError(DeadlinesError):
    """The configuration cannot be used. `problems` are ready lines such as `line 7: clients.acme.timezone: ...`."""

    def __init__(self, path: str, problems: Iterable[str]) -> None:
        self.path = path
        self.problems = tuple(problems)
        super().__init__(f"{path}: " + "; ".join(self.problems))


class NotConfigured(DeadlinesError):
    """There is nothing to work with yet. `hint` says how to set it up."""

    def __init__(self, message: str, *, hint: str) -> None:
        self.hint = hint
        super().__init__(message)


class InputError(DeadlinesError):
    """What was typed cannot be used. `hint` says what to type instead."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        self.hint = hint
        super().__init__(message)


class UnknownName(InputError):
    """No `kind` is called `name`; `nearest` are the ones that look like it, best first."""

    def __init__(self, kind: str, name: str, nearest: Iterable[str] = (), *, hint: str = "") -> None:
        self.kind = kind
        self.name = name
        self.nearest = tuple(nearest)
        did_you_mean = f"did you mean {' or '.join(self.nearest)}?" if self.nearest else ""
        super().__init__(f"unknown {kind}: {name}", hint=hint or did_you_mean)


class AmbiguousInput(InputError):
    """`text` can be read in several ways; `readings` are them, each ready to be typed instead, `told` as people know them."""

    def __init__(self, what: str, text: str, readings: Iterable[str], *, told: Iterable[str] = ()) -> None:
        self.what = what
        self.text = text
        self.readings = tuple(readings)
        super().__init__(
            f"{what} {text!r} is ambiguous: " + " or ".join(tuple(told) or self.readings),
            hint="type one of: " + " | ".join(self.readings),
        )


class Refused(InputError):
    """Understood, but not done."""


class CodecError(DeadlinesError):
    """iCalendar text that cannot be read. `line` counts from 1 (0: the whole text)."""

    def __init__(self, reason: str, *, line: int = 0) -> None:
        self.reason = reason
        self.line = line
        super().__init__(f"line {line}: {reason}" if line else reason)


class StoreError(DeadlinesError):
    """The database at `path` could not be used."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class StoreBusy(StoreError):
    """Somebody else holds it; trying again later helps."""


class StoreNewer(StoreError):
    """The database was written by a newer version of this program."""

    def __init__(self, path: str, *, found: int, known: int) -> None:
        self.found = found
        self.known = known
        super().__init__(path, f"database version {found} is newer than this program, which knows {known}")


class StoreBroken(StoreError):
    """Torn, or not a database at all."""


class StoreFull(StoreBroken):
    """The disk is full; nothing was written, and nothing is wrong with what is there."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "the disk is full")


class StoreReadOnly(StoreBroken):
    """Its folder cannot be written to, which even reading takes; nothing is wrong with what is there."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "its folder cannot be written to")


class PublishingFailed(DeadlinesError):
    """The file of a feed at `path` could not be written; what was there before is still there."""

    def __init__(self, path: str, reason: str) -> None:
        self.path = path
        self.reason = reason
        super().__init__(f"{path}: {reason}")


class ProgramFailed(DeadlinesError):
    """`program` was run for something that the system does for us, and did not do it."""

    def __init__(self, program: str, reason: str) -> None:
        self.program = program
        self.reason = reason
        super().__init__(f"{program}: {reason}")


class GuardTripped(DeadlinesError):
    """Going on would delete `deletes` of the `of` items of one side of `calendar`. Its message, and no other, has `ENDING`."""

    ENDING = "; nothing was deleted"

    def __init__(self, calendar: str, reason: str, *, deletes: int, of: int) -> None:
        self.calendar = calendar
        self.reason = reason
        self.deletes = deletes
        self.of = of
        super().__init__(f"calendar {calendar}: {reason}{self.ENDING}")


class CollectionVanished(GuardTripped):
    """The collection at `url`, which was synced before, is gone. Nothing here is deleted for that, whatever is allowed."""

    def __init__(self, calendar: str, url: str, *, items: int) -> None:
        self.url = url
        super().__init__(calendar, f"the collection {url} is gone from the server", deletes=items, of=items)


class RemoteError(DeadlinesError):
    """A request failed. `status` is None when there was no answer."""

    def __init__(self, url: str, reason: str, *, status: int | None = None) -> None:
        self.url = url
        self.reason = reason
        self.status = status
        super().__init__(f"{url}: {reason}")


class Unreachable(RemoteError):
    """No usable answer: a write may or may not have happened."""


class Untrusted(RemoteError):
    """The server cannot prove that it is the one we meant (RFC 9110 §4.3.4); nothing was sent to it."""


class TryLater(RemoteError):
    """429 or 503. `retry_after` is in seconds, None where the server did not say (RFC 9110 §10.2.3)."""

    def __init__(self, url: str, *, status: int, retry_after: float | None) -> None:
        self.retry_after = retry_after
        when = "later" if retry_after is None else f"again in {ceil(retry_after / 60)} min"
        super().__init__(url, f"the server asks to try {when} ({status})", status=status)


class CredentialsRefused(RemoteError):
    """The server does not take the user name and password, or there is no password to send."""


class CollectionMissing(RemoteError):
    """There is no collection at this URL."""


class NotCalDAV(RemoteError):
    """The answer is not what a CalDAV server says."""


class PreconditionFailed(RemoteError):
    """The resource is not as we thought: changed, created or deleted by somebody else (RFC 9110 §13)."""


class ReadOnlyCollection(RemoteError):
    """We may not write here."""


class Rejected(RemoteError):
    """The server refuses this one resource; the others may go on."""


class MailError(RemoteError):
    """A message was not handed over to the mail server. `url` is such as `smtp://mail.example.org:587`."""


class MailLater(MailError):
    """It cannot be reached or asks to try later (4yz, RFC 5321 §4.2.1); nothing was sent."""


class MailRefused(MailError):
    """It will not take the message for any of the recipients (5yz, RFC 5321 §4.2.1), or cannot protect it; nothing was sent."""


class MailUncertain(MailError):
    """It was given the whole message and did not answer: nobody knows whether it was sent (RFC 5321 §4.5.3.2.6, RFC 1047)."""
