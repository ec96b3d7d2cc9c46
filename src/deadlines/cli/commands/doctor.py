"""`deadlines doctor`: whether everything is there."""

from __future__ import annotations

from deadlines.cli.exits import Exit
from deadlines.cli.options import Options, command
from deadlines.cli.output import show
from deadlines.cli.shop import workshop


@command("doctor")
def run(options: Options) -> Exit:
    """Check configuration, database, time zones, servers and cron.

    Each line that is not ok says how to mend it.
    """
    from deadlines.cli.table import Role, Screen  # noqa: PLC0415 # help is spared it
    from deadlines.core.display import clean  # noqa: PLC0415 # help is spared it
    from deadlines.usecases.doctor import Level, diagnose  # noqa: PLC0415 # help is spared it

    lines = list(diagnose(workshop(options).surroundings()))
    roles = {Level.OK: Role.GOOD, Level.WARNING: Role.SOON, Level.FAILURE: Role.OVERDUE}

    def as_text(screen: Screen) -> str:
        said, margin = list[str](), " " * 9
        for line in lines:
            level = screen.paint(f"{line.level.value:7}", roles[line.level])
            first, *others = screen.wrapped(f"{clean(line.topic)}: {clean(line.message)}", margin, f"{margin}  ")
            said += [f"{level}  {first.removeprefix(margin)}", *others]
            if line.remedy:
                said += screen.wrapped(f"-> {clean(line.remedy)}", margin, f"{margin}   ")
        return "\n".join(said) + "\n"

    show(
        options,
        as_json=lambda: {
            "checks": [
                {"level": line.level, "topic": line.topic, "message": line.message, "remedy": line.remedy} for line in lines
            ]
        },
        as_text=as_text,
    )
    levels = {line.level for line in lines}
    if Level.FAILURE in levels:
        return Exit.CONFIG
    return Exit.LOOK if Level.WARNING in levels else Exit.FINE
