"""Printing a digest, or mailing it and saying what became of it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import NamedTuple

from deadlines.cli.exits import Exit
from deadlines.cli.options import Options
from deadlines.cli.output import detail, note, say, screen, show_json
from deadlines.cli.shop import workshop
from deadlines.core.clock_time import DAY, parse_time
from deadlines.core.settings import Settings
from deadlines.errors import InputError
from deadlines.store.digests import Outcome
from deadlines.usecases.desk import Desk
from deadlines.usecases.posting import Letter, Order, Posted, Reader, letter, post, readers
from deadlines.wiring import Workshop


class Wanted(NamedTuple):
    """What was asked for, as it was typed."""

    form: str = "text"
    mail: bool = False
    at: str | None = None
    now: bool = False
    heartbeat: bool = False
    client: str = ""
    to: tuple[str, ...] = ()


def digest_now(options: Options, wanted: Wanted) -> Exit:
    """Print it, or mail it."""
    if wanted.to and not wanted.mail:
        raise InputError("--to is for mails", hint="add --mail, or leave out --to")
    if wanted.now and wanted.at is not None:
        raise InputError("--now and --at contradict each other", hint="leave out one of them")
    shop = workshop(options)
    if wanted.mail:
        return _mailed(options, wanted, shop)
    with shop.desk() as desk:
        reader = _onlooker(desk, wanted.client)
        if wanted.at is None:
            _show(options, wanted, letter(desk, reader))
        else:
            with shop.digest_lock():
                reader = reader._replace(address="")
                post(desk, [reader], _order(wanted, desk.settings), lambda written, _: _show(options, wanted, written))
    return Exit.FINE


def _onlooker(desk: Desk, client: str) -> Reader:
    """Who looks at what is printed: it is compared with what the first one who gets it by mail was told."""
    named = desk.client(client)
    settings = desk.settings
    addresses = () if named or settings.mail is None else settings.mail.to
    return Reader(next(iter(addresses), "" if named else settings.me.email), named)


def _mailed(options: Options, wanted: Wanted, shop: Workshop) -> Exit:
    with shop.desk() as desk:
        if desk.settings.mail is None:
            shop.mailer  # noqa: B018 # says what is missing
        people = readers(desk, client=wanted.client, to=wanted.to)
        order = _order(wanted, desk.settings)
        with shop.digest_lock():
            posted = post(desk, people, order, lambda written, identity: _send(shop, written, identity))
    _tell(options, posted, scheduled=order.at is not None)
    return _exit_code(posted)


def _send(shop: Workshop, written: Letter, identity: str) -> None:
    from deadlines.digest.mail import mail  # noqa: PLC0415 # only where one is due

    settings = shop.settings
    assert settings.mail is not None
    message = mail(
        written.page,
        sender=settings.mail.sender,
        name=settings.me.name,
        to=written.reader.address,
        identity=identity,
        now=shop.now,
    )
    shop.mailer.send(message, recipients=[written.reader.address])


def _order(wanted: Wanted, settings: Settings) -> Order:
    rules = settings.digest
    at = None if wanted.now else rules.at if wanted.at is None else _time(wanted.at)
    return Order(at=at, working_days_only=rules.working_days_only, heartbeat=wanted.heartbeat or rules.heartbeat)


def _time(typed: str) -> time:
    after = parse_time(typed.strip())
    if after is None or after >= DAY:
        raise InputError(f"no time of day: {typed!r}", hint="for example --at 08:00")
    return (datetime.min.replace(tzinfo=UTC) + after).time()


def _show(options: Options, wanted: Wanted, written: Letter) -> None:
    if wanted.form == "json":
        show_json(written.json())
        return
    if written.calm and not wanted.heartbeat:
        note(options, "Nothing to tell: all is well. `--heartbeat` says so all the same.")
        return
    if wanted.form == "html":
        from deadlines.digest.html import html  # noqa: PLC0415 # what is not asked for is not imported

        sys.stdout.write(html(written.page))
    else:
        from deadlines.digest.text import COLUMNS, text  # noqa: PLC0415 # likewise

        sys.stdout.write(text(written.page, min(screen(options).columns or COLUMNS, COLUMNS)))


def _tell(options: Options, posted: Sequence[Posted], *, scheduled: bool) -> None:
    """Say what became of it. What went well by schedule is said to those who want to know, for cron mails whatever it hears."""
    if options.json:
        show_json({"posted": [one.as_json() for one in posted]})
    tell = detail if scheduled else note
    for one in posted:
        to = one.reader.address
        if one.error is not None:
            _complain(one)
        elif one.outcome is Outcome.QUIET:
            tell(options, f"Nothing to tell {to}: all is well. `--heartbeat` says so all the same.")
        else:
            tell(options, f"Sent to {to}: {one.subject}")


def _complain(one: Posted) -> None:
    from deadlines.cli.errors import explain  # noqa: PLC0415 # success is spared it

    assert one.error is not None
    failure = explain(one.error)
    say(f"error: digest to {one.reader.address}: {failure.message}")
    hint = "it is not sent again by itself; --now sends it" if one.outcome is Outcome.UNKNOWN else failure.hint
    if hint:
        say(f"hint: {hint}")


def _exit_code(posted: Sequence[Posted]) -> Exit:
    """What the errors say; partial failure where they differ, or where somebody got his."""
    if not any(one.error for one in posted):
        return Exit.FINE
    from deadlines.cli.errors import explain  # noqa: PLC0415 # success is spared it

    codes = {explain(one.error).exit if one.error else Exit.FINE for one in posted}
    return codes.pop() if len(codes) == 1 else Exit.PARTIAL
