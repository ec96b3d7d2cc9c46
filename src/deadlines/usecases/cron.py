"""What `deadlines cron` installs, shows and removes; and what about the accounts a run without anybody there would miss."""

from __future__ import annotations

import enum
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from deadlines.core.settings import PasswordSource, Settings
from deadlines.errors import ProgramFailed, Refused
from deadlines.system.base import Crontab, Units
from deadlines.usecases.job_text import (
    OURS,
    SERVICE,
    TIMER,
    UNITS,
    Job,
    block_of,
    crontab_block,
    service,
    timer,
    with_block,
    without_block,
)


class Kind(enum.Enum):
    """What starts us."""

    CRONTAB = "crontab"
    SYSTEMD = "systemd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """Where jobs are kept."""

    crontab: Crontab
    units: Units


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """This machine as a job sees it: the words that start this program, and what it needs in its environment."""

    program: tuple[str, ...]
    environ: Mapping[str, str]


def job(machine: Machine, *, every: timedelta, at: str = "") -> Job:
    """`deadlines cron run`, every so often; `at` is when the digest is due, where the configuration does not say."""
    arguments = ("cron", "run", *(("--at", at) if at else ()))
    return Job(words=(*machine.program, *arguments), every=every, environ=machine.environ)


def files(scheduler: Scheduler, kind: Kind, wanted: Job) -> dict[str, str]:
    """What is written, by where: the lines of the crontab, or the units."""
    if kind is Kind.CRONTAB:
        return {"crontab": crontab_block(wanted)}
    return {scheduler.units.path(SERVICE): service(wanted), scheduler.units.path(TIMER): timer(wanted)}


def install(scheduler: Scheduler, kind: Kind, wanted: Job) -> bool:
    """Have it started from now on; False where it was already, just so. The other kind starts it no more."""
    other = Kind.SYSTEMD if kind is Kind.CRONTAB else Kind.CRONTAB
    if _is_there(scheduler, other):
        remove(scheduler, other)
    if kind is Kind.CRONTAB:
        text = scheduler.crontab.read()
        changed = with_block(text, crontab_block(wanted))
        if changed != text:
            scheduler.crontab.write(changed)
        return changed != text
    units = {SERVICE: service(wanted), TIMER: timer(wanted)}
    present = {name: scheduler.units.read(name) for name in UNITS}
    _refuse_strangers(scheduler, present)
    if present == units:
        return False
    scheduler.units.install(units, TIMER)
    return True


def _is_there(scheduler: Scheduler, kind: Kind) -> bool:
    try:
        return bool(installed(scheduler, kind))
    except ProgramFailed:  # where there is no cron, nothing is in its table
        return False


def remove(scheduler: Scheduler, kind: Kind) -> bool:
    """Have it started no more; False where it was not."""
    if kind is Kind.CRONTAB:
        text = scheduler.crontab.read()
        if not block_of(text):
            return False
        scheduler.crontab.write(without_block(text))
        return True
    found = {name: scheduler.units.read(name) for name in UNITS}
    _refuse_strangers(scheduler, found)
    names = tuple(name for name, unit in found.items() if unit is not None)
    if names:
        scheduler.units.remove(names, TIMER)
    return bool(names)


def installed(scheduler: Scheduler, kind: Kind) -> str:
    """What is installed, as text; empty where nothing is."""
    if kind is Kind.CRONTAB:
        return block_of(scheduler.crontab.read())
    texts = (scheduler.units.read(name) for name in UNITS)
    return "\n".join(text for text in texts if text is not None)


def unattended(settings: Settings, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What a run without anybody there would miss, and what to do: its PATH is short, it has no shell profile and no desktop."""
    sources = [(f"account {account.name}", account.password) for account in settings.accounts.values()]
    if settings.mail is not None:
        sources.append(("mail", settings.mail.password))
    for whose, source in sources:
        if found := _missed(source, environ):
            what, remedy = found
            yield f"{whose}: {what}", remedy


def _missed(source: PasswordSource, environ: Mapping[str, str]) -> tuple[str, str] | None:
    if source.env:
        known = "is set here, but cron does not read your shell's profile" if environ.get(source.env) else "is not set"
        return f"{source.env} {known}", f"set {source.env} in the crontab too, or use password_command"
    if source.keyring:
        return "the keyring may be locked when nobody is logged in", "use password_command for syncs from cron"
    return None


def _refuse_strangers(scheduler: Scheduler, units: Mapping[str, str | None]) -> None:
    for name, text in units.items():
        if text is not None and not text.startswith(OURS):
            hint = "give yours another name, then run this again"
            raise Refused(f"{scheduler.units.path(name)} was not written by deadlines, so it stays", hint=hint)
