"""Showing, installing and removing what runs by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deadlines.cli.output import note, show, show_exactly
from deadlines.cli.shop import workshop
from deadlines.core.display import clean
from deadlines.core.duration import parse_duration
from deadlines.errors import InputError, NotConfigured
from deadlines.usecases import cron
from deadlines.usecases.cron import Kind

if TYPE_CHECKING:
    from deadlines.cli.options import Options
    from deadlines.usecases.job_text import Job
    from deadlines.wiring import Workshop


def show_job(options: Options, kind: str | None, every: str, at: str) -> None:
    """Print what would be written, each file under its name."""
    shop = workshop(options)
    chosen = _kind(shop, kind)
    files = cron.files(shop.scheduler(), chosen, _job(shop, every, at))
    alone = len(files) == 1

    def as_text() -> str:
        return "\n".join(text if alone else f"# {clean(name)}\n{text}" for name, text in files.items())

    show_exactly(options, as_json=lambda: {"kind": chosen, "files": files}, as_text=lambda _: as_text())
    _warn(options, shop)


def install_job(options: Options, kind: str | None, every: str, at: str) -> None:
    """Install it, and say what to expect."""
    shop = workshop(options)
    chosen = _kind(shop, kind)
    job, scheduler = _job(shop, every, at), shop.scheduler()
    changed = cron.install(scheduler, chosen, job)
    files = cron.files(scheduler, chosen, job)
    how = "crontab" if chosen is Kind.CRONTAB else "systemd timer"
    said = f"{'installed' if changed else 'it was installed already'}: every {every} through your {how}"
    show(options, as_json=lambda: {"kind": chosen, "changed": changed, "files": files}, as_text=lambda _: f"{clean(said)}\n")
    if chosen is Kind.SYSTEMD:
        note(options, "While you are not logged in it runs only after `loginctl enable-linger`.")
    _warn(options, shop)


def remove_job(options: Options, kind: str | None) -> None:
    """Remove it."""
    shop = workshop(options)
    scheduler = shop.scheduler()
    kinds = [Kind(kind)] if kind else [one for one in Kind if one is Kind.SYSTEMD or shop.has_crontab()]
    gone = [one for one in kinds if cron.remove(scheduler, one)]
    names = {Kind.CRONTAB: "removed from your crontab", Kind.SYSTEMD: "removed from systemd"}
    said = ", ".join(names[one] for one in gone) or "nothing is installed"
    show(options, as_json=lambda: {"removed": gone}, as_text=lambda _: f"{said}\n")


def _kind(shop: Workshop, typed: str | None) -> Kind:
    if typed:
        return Kind(typed)
    return Kind.CRONTAB if shop.has_crontab() else Kind.SYSTEMD


def _job(shop: Workshop, every: str, at: str) -> Job:
    from deadlines.core.clock_time import DAY, parse_time  # noqa: PLC0415 # removing needs none of it

    if at:
        time = parse_time(at.strip())
        if time is None or time >= DAY:
            raise InputError(f"no time of day: {at!r}", hint="for example --at 08:00")
        if shop.settings.mail is None:
            raise NotConfigured("the digest has no way out: [mail] is not configured", hint="leave out --at, or add [mail]")
    return cron.job(shop.machine(), every=parse_duration(every), at=at.strip())


def _warn(options: Options, shop: Workshop) -> None:
    """What will be missing when nobody is there."""
    for what, remedy in cron.unattended(shop.settings, shop.machine().environ):
        note(options, f"warning: {what}; {remedy}")
    if not shop.settings.calendars:
        note(options, "warning: no calendar is configured, so there is nothing to sync")
