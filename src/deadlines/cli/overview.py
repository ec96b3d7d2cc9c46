"""What `deadlines` alone prints: the commands by purpose on one screen, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from textwrap import wrap

from deadlines.cli.catalogue import Entry
from deadlines.cli.exits import Exit
from deadlines.cli.options import Options
from deadlines.cli.output import show
from deadlines.cli.table import GAP, PLAIN, Role, Screen
from deadlines.wiring import is_configured

COLUMNS = 79
FIRST_STEPS = (
    "There is no configuration yet. Next:",
    "  deadlines init   set up: your hours, your clients, your calendars",
    "  deadlines demo   look around first, in a throw-away folder",
)


def overview(options: Options, entries: Sequence[Entry]) -> Exit:
    """Print it."""
    configured = is_configured(options.config)
    show(
        options,
        as_json=lambda: {
            "configured": configured,
            "commands": [{"name": entry.name, "purpose": entry.purpose, "help": entry.help} for entry in entries],
        },
        as_text=lambda screen: page(entries, () if configured else FIRST_STEPS, screen),
    )
    return Exit.FINE


def page(entries: Sequence[Entry], next_steps: Sequence[str] = (), screen: Screen = PLAIN) -> str:
    """The screen as text: one line for each purpose, then what to do next."""
    purposes = {purpose: [entry.name for entry in group] for purpose, group in groupby(entries, lambda entry: entry.purpose)}
    left = max(map(len, purposes)) + len(GAP)
    columns = min(COLUMNS, screen.columns or COLUMNS)
    lines = ["Deadlines on the client's clock, in the calendars people already use.", ""]
    for purpose, names in purposes.items():
        first, *others = wrap(GAP.join(names), columns - left - len(GAP), fix_sentence_endings=False)
        lines.append(GAP + screen.paint(purpose, Role.HEADING) + " " * (left - len(purpose)) + first)
        lines.extend(" " * (left + len(GAP)) + other for other in others)
    closing = next_steps or ("`deadlines --help` says what each does, `deadlines COMMAND --help` how.",)
    return "\n".join((*lines, "", *closing)) + "\n"
