"""`deadlines remove`."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import confirm, note, show
from deadlines.cli.shop import workshop
from deadlines.errors import MailError


@command("remove")
@click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=complete.open_tasks)
@click.option("--tell", is_flag=True, help="Mail a cancellation to those whom you have invited to a meeting")
def run(options: Options, ids: tuple[str, ...], *, tell: bool) -> Exit:
    """Remove tasks and meetings, here and with the next sync on the server.

    `deadlines undo` brings them back, also after that sync. Nobody is told of it unless you say --tell.
    """
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.cancel import take_away  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.tasks import preview  # noqa: PLC0415 # help is spared it

    shop = workshop(options)
    with shop.desk() as desk:
        names = ", ".join(f"{row.id} ({row.index.summary})" for row in preview(desk, ids))
        confirm(options, f"Remove {names}?")
        try:
            done = take_away(desk, ids, shop.mailer if tell else None)
        except MailError:
            note(options, "Those who could not be told still count on the meeting, so it is still there.")
            raise
    removed = [(task.id, task.summary) for task in done.changed.tasks]
    removed += [(view.meeting.id, view.meeting.summary) for view in done.changed.meetings]
    show(
        options,
        as_json=lambda: {
            "run": done.changed.run,
            "tasks": [task.as_json() for task in done.changed.tasks],
            "meetings": [meeting.as_json() for meeting in done.changed.meetings],
            "told": done.told,
            "untold": done.untold,
            "unreached": [{"address": address, "why": why} for address, why in done.unreached],
            "doubt": done.doubt,
        },
        as_text=lambda _: "".join(f"removed {number}: {clean(name)}\n" for number, name in removed),
    )
    if done.told:
        note(options, f"Told: {', '.join(done.told)}.")
    if done.untold:
        note(options, f"Invited and not told: {', '.join(done.untold)}. `--tell` mails a cancellation.")
    for address, why in done.unreached:
        note(options, f"Not reached: {address}: {why}")
    if done.doubt:
        note(options, done.doubt)
    return Exit.PARTIAL if done.unreached or done.doubt else Exit.FINE
