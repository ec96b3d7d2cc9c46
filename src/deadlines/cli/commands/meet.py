"""`deadlines meet`: a meeting in the calendar."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import confirm, note, show
from deadlines.cli.shop import workshop
from deadlines.errors import MailError


@command("meet")
@click.argument("key", metavar="KEY[,KEY...]", shell_complete=complete.clients)
@click.argument("summary")
@click.option("--at", required=True, metavar="WHEN", help='When, on the client\'s clock: "tue 15:00", "15 dec 9am me"')
@click.option("--duration", default="30m", metavar="TIME", help="How long: 45m, 1h30; 30m if left out")
@click.option("--invite", is_flag=True, help="Mail an invitation; nobody is told without this")
@click.option("--to", multiple=True, metavar="ADDRESS", help="Whom to invite; else all addresses of the clients")
@click.option("--calendar", default="", metavar="NAME", shell_complete=complete.calendars, help="Where it is kept")
@click.option("--location", default="", metavar="TEXT", help="Where it takes place")
@click.option("--url", default="", metavar="URL", help="Where it takes place online")
@click.option("--repeat", default="", metavar="RULE", help='weekly, "every 2 weeks", monthly, or an RRULE')
@click.option("--note", "note_", default="", metavar="TEXT", help="What else there is to say, also to those invited")
def run(options: Options, key: str, to: tuple[str, ...], *, invite: bool, note_: str, **typed: str) -> Exit:
    """Put a meeting with a client in the calendar, on both clocks.

    The time is on the client's clock; with several clients, or with "me" behind it, on yours. What you do at that time already is
    named. Nobody is told of it unless you say --invite.

    For example:
      deadlines meet acme "Kick-off" --at "tue 10:00" --duration 45m
      deadlines meet acme,beta "Retrospective" --at "1 dec 16:00" --invite
    """
    from deadlines.cli.meeting_text import clash_text, met_text  # noqa: PLC0415 # help is spared it
    from deadlines.errors import InputError  # noqa: PLC0415 # help is spared it
    from deadlines.usecases import meet  # noqa: PLC0415 # help is spared it

    if to and not invite:
        raise InputError("--to names somebody to be invited, and nobody is", hint="add --invite, or leave --to out")
    shop = workshop(options)
    with shop.desk() as desk:
        wish = meet.Wish(clients=tuple(filter(None, key.split(","))), note=note_, to=to, **typed)
        planned = meet.plan(desk, wish)
        if not invite:
            met = meet.keep(desk, planned)
        else:
            people, mailer = meet.invitees(desk, planned, to), shop.mailer
            if planned.clashes:
                confirm(options, f"{clash_text(planned.clashes[0])}. Invite {', '.join(people)} all the same?")
            try:
                met = meet.keep_and_invite(desk, planned, mailer, people)
            except MailError:
                note(options, "Nobody was invited, and the meeting was not kept.")
                raise
    show(
        options,
        as_json=lambda: {
            "run": met.run,
            "meeting": met.meeting.as_json(),
            "clashes": [clash.as_json() for clash in planned.clashes],
            "invited": list(met.invited),
            "unreached": [{"address": address, "why": why} for address, why in met.unreached],
            "doubt": met.doubt,
        },
        as_text=lambda screen: met_text(met, planned.clashes, planned.rule, screen),
    )
    return Exit.PARTIAL if met.unreached or met.doubt else Exit.FINE
