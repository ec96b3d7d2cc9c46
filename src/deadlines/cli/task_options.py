"""The options that describe a task, shared by `add` and `edit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

import click

from deadlines.cli import complete

if TYPE_CHECKING:
    from deadlines.usecases.draft import Draft

_F = TypeVar("_F", bound=Callable[..., Any])
_OPTIONS = (
    click.option("--client", metavar="KEY", shell_complete=complete.clients, help="Whose it is: their clock reads the dates"),
    click.option(
        "--due", metavar="WHEN", help='"fri 17:00", "tomorrow cob", eod, "in 3 days", +2w, 2026-12-01, aoe; then a zone or me'
    ),
    click.option("--start", metavar="WHEN", help="When work on it can begin"),
    click.option("--estimate", metavar="TIME", help="How much work it is: 3h, 1h30, 2d"),
    click.option("--warn", metavar="TIME", help="How long before it should be done it is due soon; left out: as for its client"),
    click.option("--priority", type=click.IntRange(0, 9), metavar="1-9", help="1 is the most important; 0 takes it away"),
    click.option("--calendar", metavar="NAME", shell_complete=complete.calendars, help="Where it is kept"),
    click.option("--category", "categories", multiple=True, metavar="C", help="May be given several times"),
    click.option("--repeat", metavar="RULE", help='daily, weekdays, "every 2 weeks", "every mon,thu", monthly, or an RRULE'),
    click.option("--parent", metavar="ID", shell_complete=complete.open_tasks, help="The task it is part of"),
    click.option(
        "--after", multiple=True, metavar="ID", shell_complete=complete.open_tasks, help="A task that must be done first"
    ),
    click.option("--note", metavar="TEXT", help="What else there is to say"),
)


def task_options(function: _F) -> _F:
    """Give a command the options that describe a task."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def draft_of(typed: Mapping[str, Any], **more: Any) -> Draft:  # noqa: ANN401 # what click hands over
    """What was typed, as the use cases take it: an option given several times is None when it was not given."""
    from deadlines.usecases.draft import Draft  # noqa: PLC0415 # help is spared it

    fields = {name: value for name, value in typed.items() if value is not None and value != ()}
    return Draft(**fields, **more)
