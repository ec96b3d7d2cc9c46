"""`deadlines show`: one task whole."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, command
from deadlines.cli.output import show, show_exactly
from deadlines.cli.shop import workshop


@command("show")
@click.argument("id", metavar="ID", shell_complete=complete.open_tasks)
@click.option("--ical", is_flag=True, help="Print its iCalendar text alone")
def run(options: Options, id: str, *, ical: bool) -> None:  # noqa: A002 # the word of the interface
    """Show one task or meeting: both clocks, warnings, where it is kept, what happened to it."""
    from deadlines.cli.history_text import Clock, changes_json, life_text  # noqa: PLC0415 # help is spared it
    from deadlines.cli.table import Role, Screen  # noqa: PLC0415 # help is spared it
    from deadlines.cli.task_text import details, labelled  # noqa: PLC0415 # help is spared it
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.showing import Shown, show_item  # noqa: PLC0415 # help is spared it

    with workshop(options).desk() as desk:
        shown = show_item(desk, id)
        clock = Clock(desk.settings.me, desk.now)

    def as_text(screen: Screen) -> str:
        if ical:
            return "".join(clean(line) + "\n" for line in shown.ical.replace("\r\n", "\n").split("\n") if line)
        if not isinstance(shown, Shown):
            from deadlines.cli.meeting_text import meeting_details  # noqa: PLC0415 # tasks are spared it

            return meeting_details(shown, screen) + "\n" + life_text(shown.history, clock, screen)
        task = shown.task
        lines = [f"{task.id}: {clean(task.summary)}"]
        lines += labelled(details(task, shown.names), screen)
        lines += [screen.paint(f"  warning: {clean(finding.message)}", Role.SOON) for finding in task.findings]
        return "\n".join(lines) + "\n\n" + life_text(shown.history, clock, screen)

    (show_exactly if ical else show)(
        options,
        as_json=lambda: {
            ("task" if isinstance(shown, Shown) else "meeting"): {
                **shown.as_json(),
                "ical": shown.ical,
                "history": changes_json(shown.history),
            }
        },
        as_text=as_text,
    )
