"""Somebody who types `deadlines` in a folder of their own, and what they put into the configuration."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.servers.process import RealServer

import deadlines

NOON = "2026-11-23T12:00:00Z"
"""A Monday: 13:00 in Oslo, 07:00 in New York."""
SECRET = "E2E_PASSWORD"
_ME = """\
[me]
name = "Kari Nordmann"
timezone = "Europe/Oslo"
hours = "Mon-Fri 09:00-17:00"

[clients.acme]
name = "Acme Inc."
timezone = "America/New_York"
hours = "Mon-Fri 09:00-17:00"
"""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one command said."""

    out: str
    err: str
    code: int = 0

    @property
    def json(self) -> Any:  # noqa: ANN401 - JSON is what it is
        """The one object of `--json`."""
        return json.loads(self.out)

    @property
    def calendar(self) -> Any:  # noqa: ANN401 - JSON is what it is
        """The report of the only calendar of a sync."""
        (calendar,) = self.json["calendars"]
        return calendar


@dataclass(frozen=True, kw_only=True)
class Person:
    """`folder` holds their configuration, data and HOME."""

    folder: Path
    flags: tuple[str, ...] = ()
    """Of the interpreter."""
    extra: Mapping[str, str] = field(default_factory=dict)

    def configure(self, *parts: str) -> None:
        """Write the configuration: who they are, and `parts`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.toml").write_text("\n".join([_ME, *parts]), encoding="utf-8")

    def environment(self, *, now: str = NOON) -> dict[str, str]:
        """The environment of their commands."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("DEADLINES_", "XDG_"))}
        return {
            **inherited,
            "HOME": str(self.folder),
            "PYTHONPATH": str(Path(deadlines.__file__).parents[1]),
            "DEADLINES_CONFIG": str(self.folder / "config.toml"),
            "DEADLINES_DATA": str(self.folder / "data"),
            "DEADLINES_NOW": now,
            SECRET: "secret",
            **self.extra,
        }

    def run(self, *arguments: str, code: int | None = 0, now: str = NOON) -> Answer:
        """Run a command as a process; its exit code must be `code`, where one is given."""
        done = subprocess.run(
            [sys.executable, *self.flags, "-m", "deadlines", *arguments],
            env=self.environment(now=now),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=120,
        )
        assert code is None or done.returncode == code, f"{arguments}: exit code {done.returncode}\n{done.stdout}{done.stderr}"
        return Answer(out=done.stdout, err=done.stderr, code=done.returncode)

    def sync(self, *arguments: str, code: int = 0, now: str = NOON) -> Any:  # noqa: ANN401 - JSON is what it is
        """Sync, and give the report of the only calendar."""
        return self.run("sync", "--json", *arguments, code=code, now=now).calendar

    def task(self, key: str) -> Any:  # noqa: ANN401 - JSON is what it is
        """One task as JSON, with its text as `ical`."""
        shown = self.run("show", key, "--json").json
        return shown["task"] | {"ical": shown.get("ical", shown["task"].get("ical"))}

    def summaries(self) -> list[str]:
        """What they have to do, sorted."""
        return sorted(task["summary"] for task in self.run("list", "--json", "--all").json["tasks"])


def account(name: str, url: str, username: str = "kari") -> str:
    """An account of the configuration, with its password in the environment where a user name is given."""
    signed = f'username = "{username}"\npassword_env = "{SECRET}"\n' if username else ""
    return f'[accounts.{name}]\nurl = "{url}"\n{signed}'


def calendar(name: str, path: str, *, account: str = "main", **keys: str) -> str:
    """A calendar of the configuration; without a path it is known by the `display_name` among the keys."""
    where = f'path = "{path}"\n' if path else ""
    more = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f'[calendars.{name}]\naccount = "{account}"\n{where}{more}'


@dataclass(frozen=True, kw_only=True)
class Place:
    """A calendar on a real server, as another client sees it."""

    server: RealServer
    path: str

    def put(self, name: str, text: str) -> None:
        """Store `text` (with bare newlines) as `name`, unconditionally."""
        status, said = self.server.request("PUT", self.path + name, text.replace("\n", "\r\n").encode())
        assert status in {201, 204}, (status, said)

    def get(self, name: str) -> str:
        """The text of `name`, as the server gives it."""
        status, body = self.server.request("GET", self.path + name)
        assert status == 200, (status, body)
        return body.decode()

    def has(self, name: str) -> bool:
        """Whether `name` is there."""
        return self.server.request("GET", self.path + name)[0] == 200

    def delete(self, name: str) -> None:
        """Delete `name`."""
        status, _ = self.server.request("DELETE", self.path + name)
        assert status in {200, 204}, status

    def edit(self, name: str, before: str, after: str) -> None:
        """Replace a piece of the text of `name`."""
        text = self.get(name)
        assert before in text, text
        self.put(name, text.replace(before, after).replace("\r\n", "\n"))

    def etags(self) -> bytes:
        """What the server says of every resource: equal while nothing was written."""
        body = b'<propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        status, listing = self.server.request("PROPFIND", self.path, body, Depth="1")
        assert status == 207, status
        return b"\n".join(
            sorted(line for line in listing.replace(b"<", b"\n<").split(b"\n") if b"etag" in line or b"href" in line)
        )

    def name(self, name: str) -> None:
        """Give the calendar a display name."""
        body = f'<propertyupdate xmlns="DAV:"><set><prop><displayname>{name}</displayname></prop></set></propertyupdate>'
        status, _ = self.server.request("PROPPATCH", self.path, body.encode())
        assert status == 207, status

    def user(self, folder: Path, **keys: str) -> Person:
        """Somebody new who syncs this calendar as `work`."""
        person = Person(folder=folder)
        person.configure(account("main", self.server.url, self.server.username), calendar("work", self.path, **keys))
        return person


def vtodo(uid: str, summary: str, *lines: str) -> str:
    """A small task as another client writes it, with bare newlines."""
    body = "".join(f"{line}\n" for line in lines)
    return (
        "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Other//Client 1.0//EN\nBEGIN:VTODO\n"
        f"UID:{uid}\nDTSTAMP:20261120T080000Z\nLAST-MODIFIED:20261120T080000Z\nSUMMARY:{summary}\n{body}END:VTODO\nEND:VCALENDAR\n"
    )
