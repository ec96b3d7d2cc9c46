"""The tours of the documentation, run for real: `python -m tests.tour [PAGE ...]` writes what came out, a test compares.

Every `console` block of a page is a run of commands, each with its output below it. Each page has an empty HOME of its own, a
real Radicale, and a clock that stands still. What happens between the commands stands in comments, which a reader does not see:

    <!-- phone: put UID "SUMMARY" CATEGORY DATE -->     another person puts a task on the server
    <!-- phone: move UID DATE -->                       and moves its due date
    <!-- now: 2026-11-24T09:00:00Z -->                  time passes
    <!-- config -->                                     the `toml` block that follows is appended to the configuration
    <!-- file: NAME -->                                 the block that follows is a file in HOME
    <!-- terminal: 80 -->                               from here on output goes to a terminal of so many columns
    <!-- pipe -->                                       and into a pipe again

Ports, durations, random names, where this program is and the identities of findings differ from run to run and are written as
in the README; names and identities so that the first one told is the same in every run, and the second.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from base64 import b32encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

from tests.cli.terminal import at_terminal
from tests.servers.process import RealServer
from tests.servers.radicale import radicale

ROOT = Path(__file__).parent.parent
_NAMES = ("README.md", "docs/time.md", "docs/planning.md", "docs/feeds.md", "docs/cron.md", "docs/gallery.md")
PAGES = tuple(ROOT / name for name in _NAMES)
NOW = "2026-11-23T09:00:00Z"
URL = "http://127.0.0.1:5232/"
_STEP = re.compile(
    r"^```console\n(?P<block>.*?)^```$|^<!-- phone: (?P<phone>.*?) -->$|^<!-- now: (?P<now>\S+) -->$"
    r"|^<!-- config -->\n\n```toml\n(?P<config>.*?)^```$|^<!-- file: (?P<file>\S+) -->\n\n```\w*\n(?P<content>.*?)^```$"
    r"|^<!-- terminal: (?P<columns>\d+) -->$|^<!-- (?P<pipe>pipe) -->$",
    re.DOTALL | re.MULTILINE,
)
_IDENTITY = re.compile(r"\b([DMQCS]\d{3})-[a-z2-7]{8}\b")
_RANDOM = re.compile(r"\b(?:[0-9a-f]{64}|[0-9a-f]{32})\b")
_PROGRAM = (f"{sys.executable} -m deadlines", f'"{sys.executable}" "-m" "deadlines"')
_SCRIPT = "/home/kari/.local/bin/deadlines"
_SECONDS = re.compile(r"\d+\.\d s\)")
_TASK = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20261123T080000Z\r\n"
    "SUMMARY:{summary}\r\nCATEGORIES:{category}\r\nDUE;VALUE=DATE:{date}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)


def played(text: str) -> str:
    """`text` with the output that its commands have now."""
    with tempfile.TemporaryDirectory() as folder, radicale(Path(folder)) as server:
        tour = _Tour(Path(folder), server)
        return _STEP.sub(tour.step, text)


class _Tour:
    def __init__(self, home: Path, server: RealServer) -> None:
        self._server = server
        self._identities: dict[str, int] = {}
        self._columns: int | None = None
        self._calendar = f"{server.home}tasks/"
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            "<D:displayname>Tasks</D:displayname></D:prop></D:set></C:mkcalendar>"
        )
        server.request("MKCALENDAR", self._calendar, body.encode())
        self._environ = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT / "src"),
            "DAV_PASSWORD": server.password,
            "DEADLINES_NOW": NOW,
            "TZ": "Europe/Oslo",
            "LANG": "C.UTF-8",
        }

    def step(self, step: re.Match[str]) -> str:
        """Do what a step says; what is then to stand in its place."""
        match step.lastgroup:
            case "block":
                return self.block(step["block"])
            case "phone":
                self.phone(step["phone"])
            case "now":
                self._environ["DEADLINES_NOW"] = step["now"]
            case "columns":
                self._columns = int(step["columns"])
            case "pipe":
                self._columns = None
            case "content":
                Path(self._environ["HOME"], step["file"]).write_text(step["content"], encoding="utf-8")
            case _:
                config = Path(self._environ["HOME"], ".config/deadlines/config.toml")
                config.parent.mkdir(parents=True, exist_ok=True)
                with config.open("a", encoding="utf-8") as file:
                    file.write("\n" + step["config"])
        return step[0]

    def block(self, block: str) -> str:
        """A console block with fresh output."""
        commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(line for command in commands for line in self._run(command)) + "```"

    def _run(self, command: str) -> Iterator[str]:
        words = shlex.split(command.replace(URL, self._server.url))
        assert words.pop(0) == "deadlines"
        yield f"$ {command}\n"
        if self._columns is not None:
            seen = at_terminal({**self._environ, "NO_COLOR": "1"}, *words, columns=self._columns)
            yield self._portable(seen.screen)
            return
        done = subprocess.run(
            [sys.executable, "-m", "deadlines", *words],
            check=False, env=self._environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8",
        )  # fmt: skip
        yield self._portable(done.stdout)

    def _portable(self, output: str) -> str:
        output = output.replace(self._server.url, URL).replace(self._environ["HOME"], "~")
        for program, script in zip(_PROGRAM, (_SCRIPT, f'"{_SCRIPT}"'), strict=True):
            output = output.replace(program, script)
        output = _RANDOM.sub(self._as_random, output)
        return _IDENTITY.sub(self._same, _SECONDS.sub("0.1 s)", output))

    def _same(self, found: re.Match[str]) -> str:
        """An identity as the page writes it, by its place among all that were told."""
        place = self._identities.setdefault(found[0], len(self._identities))
        return f"{found[1]}-{b32encode(sha256(bytes([place])).digest()[:5]).decode().lower()}"

    def _as_random(self, found: re.Match[str]) -> str:
        """A secret or a derived UID as the page writes it, likewise."""
        place = self._identities.setdefault(found[0], len(self._identities))
        return sha256(bytes([place])).hexdigest()[: len(found[0])]

    def phone(self, typed: str) -> None:
        """What somebody else does on the server."""
        match shlex.split(typed):
            case ["put", uid, summary, category, date]:
                text = _TASK.format(uid=uid, summary=summary, category=category, date=date)
                status, _ = self._server.request("PUT", f"{self._calendar}{uid}.ics", text.encode())
            case ["move", uid, date]:
                _, body = self._server.request("GET", f"{self._calendar}{uid}.ics")
                text = re.sub(r"(?m)^DUE.*?(?=\r?$)", f"DUE;VALUE=DATE:{date}", body.decode())
                status, _ = self._server.request("PUT", f"{self._calendar}{uid}.ics", text.encode())
            case _:
                raise AssertionError(typed)
        assert status in {201, 204}, typed


if __name__ == "__main__":
    for page in map(Path, sys.argv[1:] or PAGES):
        page.write_text(played(page.read_text(encoding="utf-8")), encoding="utf-8")
