"""The README's tour, run for real: `python -m tests.tour` writes what came out into the README, a test compares.

Every `console` block is a run of commands, each with its output below it. Everything happens in an empty HOME at a fixed time,
against a real Radicale; what another person does on the phone stands in comments:
`<!-- phone: put UID "SUMMARY" CATEGORY DATE -->`, `<!-- phone: move UID DATE -->`. Ports and durations differ from run to run and
are written as in the README.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.servers.process import RealServer
from tests.servers.radicale import radicale

README = Path(__file__).parent.parent / "README.md"
NOW = "2026-11-23T09:00:00Z"
URL = "http://127.0.0.1:5232/"
_STEP = re.compile(r"^```console\n(?P<block>.*?)^```$|^<!-- phone: (?P<phone>.*?) -->$", re.DOTALL | re.MULTILINE)
_SECONDS = re.compile(r"\d+\.\d s\)")
_TASK = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Phone//EN\r\nBEGIN:VTODO\r\nUID:{uid}\r\nDTSTAMP:20261123T080000Z\r\n"
    "SUMMARY:{summary}\r\nCATEGORIES:{category}\r\nDUE;VALUE=DATE:{date}\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
)


def played(text: str) -> str:
    """`text` with the output that its commands have now."""
    with tempfile.TemporaryDirectory() as folder, radicale(Path(folder)) as server:
        tour = _Tour(Path(folder), server)
        return _STEP.sub(lambda step: tour.block(step["block"]) if step["block"] else tour.phone(step[0], step["phone"]), text)


class _Tour:
    def __init__(self, home: Path, server: RealServer) -> None:
        self._server = server
        self._calendar = f"{server.home}tasks/"
        body = (
            '<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            "<D:displayname>Tasks</D:displayname></D:prop></D:set></C:mkcalendar>"
        )
        server.request("MKCALENDAR", self._calendar, body.encode())
        self._environ = {
            "HOME": str(home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(README.parent / "src"),
            "DAV_PASSWORD": server.password,
            "DEADLINES_NOW": NOW,
            "TZ": "Europe/Oslo",
            "LANG": "C.UTF-8",
        }

    def block(self, block: str) -> str:
        """A console block with fresh output."""
        commands = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(line for command in commands for line in self._run(command)) + "```"

    def _run(self, command: str) -> Iterator[str]:
        words = shlex.split(command.replace(URL, self._server.url))
        assert words.pop(0) == "deadlines"
        done = subprocess.run(
            [sys.executable, "-m", "deadlines", *words],
            check=False, env=self._environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, encoding="utf-8",
        )  # fmt: skip
        yield f"$ {command}\n"
        yield self._portable(done.stdout)

    def _portable(self, output: str) -> str:
        output = output.replace(self._server.url, URL).replace(self._environ["HOME"], "~")
        return _SECONDS.sub("0.1 s)", output)

    def phone(self, comment: str, typed: str) -> str:
        """Do what the comment says, and leave it as it is."""
        match shlex.split(typed):
            case ["put", uid, summary, category, date]:
                text = _TASK.format(uid=uid, summary=summary, category=category, date=date)
                status, _ = self._server.request("PUT", f"{self._calendar}{uid}.ics", text.encode())
            case ["move", uid, date]:
                _, body = self._server.request("GET", f"{self._calendar}{uid}.ics")
                text = re.sub(r"(?m)^DUE.*?(?=\r?$)", f"DUE;VALUE=DATE:{date}", body.decode())
                status, _ = self._server.request("PUT", f"{self._calendar}{uid}.ics", text.encode())
            case _:
                raise AssertionError(comment)
        assert status in {201, 204}, comment
        return comment


if __name__ == "__main__":
    README.write_text(played(README.read_text(encoding="utf-8")), encoding="utf-8")
