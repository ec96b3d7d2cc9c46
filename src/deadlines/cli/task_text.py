"""Tasks as text for people: a few lines in an answer, all there is to say in `show`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from deadlines.cli.table import Role, Screen
from deadlines.core.display import clean
from deadlines.core.duration import format_duration
from deadlines.core.findings import Finding
from deadlines.usecases.view import TaskView


def answer(task: TaskView, verb: str, screen: Screen) -> str:
    """What a command says about one task that it changed: what, when on both clocks, and the warnings."""
    lines = [f"{verb} {task.id}: {clean(task.summary)}" + (f" ({task.client})" if task.client else "")]
    if task.due_clocks:
        lines.append(f"  due {task.due_clocks}" + (f" ({task.left})" if task.left else ""))
    if task.repeat:
        lines.append(f"  repeats {_in_words(task.repeat)}")
    lines += [screen.paint(f"  warning: {clean(finding.message)}", Role.SOON) for finding in _worth_saying(task)]
    return "\n".join(lines) + "\n"


def _worth_saying(task: TaskView) -> Iterator[Finding]:
    """What the line with the due date does not say already."""
    return (finding for finding in task.findings if finding.code.value not in {"D102", "D107"})


def details(task: TaskView, names: dict[str, str]) -> Sequence[tuple[str, str]]:
    """Everything about a task, by name."""
    return (
        ("client", task.client),
        ("calendar", task.calendar),
        ("status", task.status + (f", {task.percent_complete} %" if task.percent_complete else "")),
        ("due", task.due_clocks + (f" ({task.left})" if task.left else "")),
        ("start", task.start_clocks),
        ("completed", task.completed_clocks),
        ("estimate", "" if task.estimate is None else format_duration(task.estimate)),
        ("warn", "" if task.warn_before is None else f"{format_duration(task.warn_before)} before"),
        ("repeats", _in_words(task.repeat) if task.repeat else ""),
        ("priority", str(task.priority) if task.priority else ""),
        ("categories", ", ".join(task.categories)),
        ("part of", names.get(task.parent, task.parent)),
        ("after", ", ".join(names.get(uid, uid) for uid in task.after)),
        ("note", task.note),
        ("uid", task.uid),
    )


def labelled(pairs: Iterable[tuple[str, str]], screen: Screen) -> Iterator[str]:
    """What is not empty, each with its name before it; what takes several lines is continued below itself."""
    for name, value in pairs:
        if value:
            yield from screen.wrapped(clean(value), f"  {name:10}  ", " " * 14)


def _in_words(rule: str) -> str:
    from deadlines.core.repeat import human  # noqa: PLC0415 # only a task that repeats pays for it

    return human(rule)
