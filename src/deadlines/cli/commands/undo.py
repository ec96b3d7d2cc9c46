"""`deadlines undo`: take back a command or a sync."""

from __future__ import annotations

import click

from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("undo")
@click.argument("number", metavar="[RUN]", type=int, required=False)
def run(options: Options, number: int | None) -> Exit:
    """Take back a command or a whole sync.

    By default it is the newest run that changed anything here.
    What changed again since keeps its newer value. The next sync carries the result to the server; only
    what a sync brought from there is not deleted there.
    """
    from deadlines.cli.meeting_text import meeting_answer  # noqa: PLC0415 # help is spared it
    from deadlines.cli.table import Role, Screen  # noqa: PLC0415 # help is spared it
    from deadlines.cli.task_text import answer  # noqa: PLC0415 # help is spared it
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.history import undo  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        undone = undo(desk, number)

    def as_text(screen: Screen) -> str:
        lines = [f"run {undone.undid.id} taken back: {clean(undone.undid.command)}\n"]
        meetings = {meeting.row.id: meeting for meeting in undone.meetings}
        for task in undone.tasks:
            meeting = meetings.get(task.id)
            lines.append(answer(task, "restored", screen) if meeting is None else meeting_answer(meeting, "restored", screen))
        lines += [f"removed again: {clean(name)}\n" for name in undone.removed if name not in undone.returning]
        lines += [f"removed again here: {clean(name)}; the next sync brings it back\n" for name in undone.returning]
        lines += [screen.paint(f"kept: {clean(name)}: {clean(why)}", Role.SOON) + "\n" for name, why in undone.kept]
        lines += [
            screen.paint(f"warning: {clean(f'{name}: {told}')}; nobody is told that it was taken back", Role.SOON) + "\n"
            for name, told in undone.mailed
        ]
        return "".join(lines)

    show(
        options,
        as_json=lambda: {
            "run": undone.run,
            "undid": undone.undid.id,
            "tasks": [task.as_json() for task in undone.tasks],
            "meetings": [meeting.as_json() for meeting in undone.meetings],
            "removed": undone.removed,
            "returning": undone.returning,
            "kept": [{"summary": name, "why": why} for name, why in undone.kept],
            "mailed": [{"summary": name, "who": told} for name, told in undone.mailed],
        },
        as_text=as_text,
    )
    return Exit.LOOK if undone.kept else Exit.FINE
