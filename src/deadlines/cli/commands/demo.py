"""`deadlines demo`: the main job, for real, in a folder that is thrown away.

A CalDAV server (Radicale) runs on loopback, `deadlines` is called as a person would call it, and a phone that knows nothing of us
puts tasks on the server with plain HTTP (`demo_phone`). Each command is printed before its output.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from deadlines.cli.exits import Exit
from deadlines.cli.options import Color, Options, command
from deadlines.cli.output import show_json

if TYPE_CHECKING:
    from deadlines.cli.demo_phone import Phone

CLIENTS = (
    ("acme", "Acme Inc.", "America/New_York", "Mon-Fri 09:00-17:00"),
    ("sakura", "Sakura Design", "Asia/Tokyo", "Mon-Fri 10:00-19:00"),
    ("ganga", "Ganga Textiles", "Asia/Kolkata", "Mon-Sat 09:30-18:00"),
    ("kea", "Kea Tours", "Pacific/Auckland", "Mon-Fri 08:30-17:00"),
)
_FEED = """\
[feeds.acme]
client = "acme"
details = "redacted"
content = ["deadlines", "meetings"]
path = "{folder}/acme.ics"
"""
_LOUD = {Color.AUTO: "auto", Color.ALWAYS: "always", Color.NEVER: "never"}


@command("demo")
def run(options: Options) -> Exit:
    """Show the main job in a throw-away folder.

    A real CalDAV server, four clients on four clocks, a sync both ways. Nothing
    of yours is read or written.

    It needs the demo extra: pip install "deadlines[demo]"
    """
    from deadlines.cli.demo_phone import Phone  # noqa: PLC0415 # help is spared it
    from deadlines.wiring import embedded_server  # noqa: PLC0415 # help is spared it

    with tempfile.TemporaryDirectory(prefix="deadlines-demo-") as folder, embedded_server(Path(folder, "server")) as server:
        show = _Show(Path(folder), server.url, options)
        show.say("A CalDAV server (Radicale) runs on loopback. Your phone has made a calendar there.")
        phone = Phone(server.url, "kari", "demo")
        phone.make_calendar("/kari/tasks/", "Tasks")
        _play(show, phone)
    if options.json:
        show_json({"steps": show.steps})
    return Exit.PARTIAL if show.failed else Exit.FINE


def _play(show: _Show, phone: Phone) -> None:
    show.run("init", "--name", "Kari Nordmann", "--email", "kari@example.org", "--timezone", "Europe/Oslo",
             "--url", f"{show.url}kari/", "--username", "kari", "--password-env", "DEMO_PASSWORD",
             "--calendar", "Tasks")  # fmt: skip
    show.say("Four clients, on four clocks:")
    for key, name, zone, hours in CLIENTS:
        show.run(
            "client", "add", key, "--name", name, "--timezone", zone, "--hours", hours, "--email", f"*@{key}.example", shown=False
        )
    show.run("client", "list")
    show.say("A deadline belongs to a clock: Acme's Friday, 17:00, is late in the evening here.")
    show.run("add", "Landing page", "--client", "acme", "--due", "fri 17:00", "--estimate", "6h")
    show.run("add", "Logo, second round", "--client", "sakura", "--due", "in 3 days", "--priority", "1")
    show.run("add", "Product texts", "--client", "ganga", "--due", "in 6 days", "--repeat", "weekly")
    show.run("add", "Booking form", "--client", "kea", "--due", "+2w", "--note", "wait for the new logo")
    show.say("Meanwhile, on the phone: two tasks for Acme and Sakura (a category says whose they are).")
    phone.put_task("/kari/tasks/", "phone-invoice", "Send the invoice", category="acme", days=9)
    phone.put_task("/kari/tasks/", "phone-photos", "Choose photos", category="sakura", days=4)
    show.say("First look at what a sync would do, then do it:")
    show.run("sync", "--dry-run")
    show.run("sync")
    show.run("list")
    show.say("Now both sides edit one task: the phone gives it a note and moves the due date, we rename it and estimate it.")
    phone.edit_task("/kari/tasks/", "phone-invoice", note="with the order number", days=7)
    show.run("edit", "phone-invoice", "--summary", "Send the November invoice", "--estimate", "30m")
    show.run("sync")
    show.run("show", "phone-invoice")
    show.say("Nothing else has changed, so the next sync asks one question:")
    show.run("sync")
    show.say("A repeating task moves on when it is done; and whatever happened can be taken back, also after it was synced.")
    show.run("done", "3")
    show.run("undo")
    show.run("log", "--limit", "4")
    _warn(show, phone)
    _publish(show)


def _warn(show: _Show, phone: Phone) -> None:
    """Hours, meetings, and what is in danger."""
    show.say("When can we talk? Your day, and that of two clients:")
    show.run("hours", "acme", "ganga")
    show.run("slots", "acme", "--duration", "45m", "--limit", "3")
    show.say("Sakura has invited you by mail, and your phone has put it into the calendar. Is anybody at work then?")
    phone.put_meeting("/kari/tasks/", "phone-call", "Review", organizer="emi@sakura.example", start=_afternoon(days=1))
    show.run("sync", "--quiet")
    show.run("agenda", "--days", "5")
    show.say("Will everything be done in time? A big task for Acme, due with the landing page:")
    show.run("add", "Shop, first version", "--client", "acme", "--due", "in 3 days", "--estimate", "40h")
    show.run("plan", "--days", "4")
    show.say("Meetings outside somebody's hours, and due dates that were moved in the calendar, each with what to do about it:")
    show.run("check", "--code", "M", "--code", "D106")


def _publish(show: _Show) -> None:
    """What reaches people when nobody is looking."""
    show.say("The digest, which cron would mail you at eight; `--format html` has the page of the mail:")
    show.run("digest")
    show.say("A feed for Acme: only what is theirs, without titles. Any calendar program can subscribe to it.")
    show.configure(_FEED)
    show.run("feed", "write")
    show.see_event("acme.ics")


def _afternoon(days: int) -> datetime:
    """14:00 in UTC: nobody in Tokyo is at work."""
    from deadlines.wiring import present  # noqa: PLC0415 # help is spared it

    return (present() + timedelta(days=days)).replace(hour=14, minute=0, second=0, microsecond=0)


class _Show:
    """Runs `deadlines` as a person would, with a configuration and a database of its own.

    With `--json` nothing is printed on the way; `steps` are the commands with their answers.
    """

    def __init__(self, folder: Path, url: str, options: Options) -> None:
        self.url = url
        self._public = folder / "public"
        self._public.mkdir()
        self.failed = False
        self.steps: list[dict[str, object]] = []
        self._json = options.json
        self._options = ("--json",) if options.json else ("--color", _LOUD[options.color])
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("DEADLINES_")}  # noqa: TID251 # for a child
        self._environ = inherited | {
            "DEADLINES_CONFIG": str(folder / "config.toml"),
            "DEADLINES_DATA": str(folder / "data"),
            "DEMO_PASSWORD": "demo",
        }

    def configure(self, more: str) -> None:
        """Append to the configuration, in sight."""
        shown = more.format(folder="~/public")
        self._print(f"\n$ cat >> config.toml\n{shown}")
        with Path(self._environ["DEADLINES_CONFIG"]).open("a", encoding="utf-8") as file:
            file.write("\n" + more.format(folder=self._public))

    def see_event(self, name: str) -> None:
        """Print the first event of a file."""
        self._print(f"\n$ sed -n '/^BEGIN:VEVENT/,/^END:VEVENT/p;/^END:VEVENT/q' ~/public/{name}\n")
        text = (self._public / name).read_text(encoding="utf-8")
        end = "END:VEVENT"
        self._print("\n".join(text[text.index("BEGIN:VEVENT") : text.index(end) + len(end)].splitlines()) + "\n")

    def say(self, text: str) -> None:
        """What is about to be seen."""
        self._print(f"\n# {text}\n")

    def _print(self, text: str) -> None:
        if not self._json:
            sys.stdout.write(text)

    def run(self, *arguments: str, shown: bool = True) -> None:
        """Print a command, run it, and let it print its output. Exit code 1 is fine: there is something to look at."""
        typed = shlex.join(("deadlines", *arguments))
        self._print(f"\n$ {typed}\n")
        sys.stdout.flush()
        printed = subprocess.PIPE if self._json else None if shown else subprocess.DEVNULL
        done = subprocess.run(
            [sys.executable, "-m", "deadlines", *arguments, *self._options],
            check=False,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=None if shown and not self._json else subprocess.DEVNULL,
        )
        if self._json:
            self.steps.append({"command": typed, "exit": done.returncode, "answer": json.loads(done.stdout)})
        if done.returncode > Exit.LOOK:
            self.failed = True
            self._print(f"(exit code {done.returncode})\n")
