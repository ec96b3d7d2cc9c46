"""Every command by name, so that help, completion and a typo import none of them.

The command `name` is the object `run` in `deadlines.cli.commands.<name>`. A new command is a file there and a row here;
`tests/cli/test_startup.py` finds it by the row and holds it to the rules.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One command: what it is for, its name, its help, and what people used to other tools type instead."""

    purpose: str
    name: str
    help: str
    synonyms: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The module that holds it."""
        return f"deadlines.cli.commands.{self.name}"


CATALOGUE: tuple[Entry, ...] = (
    Entry("Tasks", "add", "Add a task, due on the client's clock", ("new", "create", "todo")),
    Entry("Tasks", "list", "List tasks with their due dates on both clocks, the most urgent first", ("ls", "next", "tasks")),
    Entry(
        "Tasks",
        "show",
        "Show one task or meeting: both clocks, warnings, where it is kept, what happened to it",
        ("info", "cat"),
    ),
    Entry("Tasks", "edit", "Change a task or a meeting; what is not named stays as it is", ("modify", "change", "set")),
    Entry("Tasks", "done", "Complete tasks; one that repeats moves on to its next instance", ("complete", "finish", "close")),
    Entry("Tasks", "reopen", "Open completed tasks again", ("undone",)),
    Entry("Tasks", "remove", "Remove tasks and meetings, here and with the next sync on the server", ("rm", "delete", "del")),
    Entry("Work", "plan", "Plan the work into your hours, and see what will not be done in time", ("schedule", "feasible")),
    Entry("Work", "start", "Start the timer for a task; the one that runs stops", ("begin", "timer", "track")),
    Entry("Work", "stop", "Stop the timer", ("pause", "end")),
    Entry("Work", "spent", "Say how long you worked on a task, or see it", ("time", "timesheet")),
    Entry("Work", "quota", "Show what clients are owed per week or month, and what they got", ("quotas", "retainer")),
    Entry("Work", "report", "Show the record: what was on time, how late the rest, and the hours", ("record", "stats")),
    Entry(
        "Meetings", "slots", "Find free slots with one or several clients, on everybody's clock, the best first", ("free", "find")
    ),
    Entry(
        "Meetings", "hours", "Draw everybody's working hours against your day, and what you have in common", ("zones", "clocks")
    ),
    Entry("Meetings", "agenda", "Show tasks and meetings day by day, on both clocks", ("calendar", "today", "week")),
    Entry("Meetings", "meet", "Put a meeting with a client in the calendar, on both clocks", ("meeting", "invite", "call")),
    Entry(
        "Findings",
        "check",
        "Show what is wrong: deadlines, meetings, clients, and the health of your data",
        ("findings", "warnings"),
    ),
    Entry("Findings", "ack", "Acknowledge findings, so that nobody is told of them again", ("acknowledge", "dismiss")),
    Entry("Findings", "snooze", "Do not tell of findings until then; they come back as new", ("postpone", "later")),
    Entry("Findings", "digest", "Show or mail what matters today", ("mail", "morning", "briefing")),
    Entry("Calendars", "sync", "Sync both ways with your calendars", ("pull", "push", "fetch")),
    Entry("Calendars", "feed", "Write .ics files for others to subscribe to, and list them", ("feeds", "publish", "ics")),
    Entry("History", "log", "Show what was changed by commands and syncs, and what happened to one task", ("history", "journal")),
    Entry("History", "undo", "Take back a command or a whole sync", ("revert",)),
    Entry("History", "backup", "Copy the whole database to a new file, also while something else uses it", ("export",)),
    Entry("History", "restore", "Replace the database by a backup", ("import",)),
    Entry("Set-up", "init", "Set up: your zone and hours, your account, which calendars to sync", ("setup", "configure")),
    Entry("Set-up", "client", "Add, list, show, edit and remove clients", ("clients",)),
    Entry("Set-up", "account", "Add and list accounts, and look at what calendars they have", ("accounts", "calendars")),
    Entry("Set-up", "cron", "Have sync, notifications and the digest run by themselves", ("crontab", "systemd")),
    Entry("Set-up", "doctor", "Check configuration, database, time zones, servers and cron", ("check-setup", "status")),
    Entry("Help", "demo", "Show the main job in a throw-away folder", ("example", "tour")),
    Entry("Help", "completion", "Print the script that completes commands in your shell", ("completions",)),
)
"""In the order of the help; entries of one purpose stand together."""
