"""The other side of the demo: a phone that talks plain HTTP to the server, and knows nothing of deadlines."""

from __future__ import annotations

import base64
import http.client
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from deadlines.errors import Unreachable
from deadlines.wiring import present

_TASK = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//Tasks 1.0//EN
BEGIN:VTODO
UID:{uid}
DTSTAMP:{stamp}
LAST-MODIFIED:{stamp}
SUMMARY:{summary}
DUE;VALUE=DATE:{due}
CATEGORIES:{category}
X-PHONE-SORT-ORDER:7
END:VTODO
END:VCALENDAR
"""
_MEETING = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Phone//Calendar 1.0//EN
BEGIN:VEVENT
UID:{uid}
DTSTAMP:{stamp}
SUMMARY:{summary}
DTSTART:{start}
DTEND:{end}
ORGANIZER:mailto:{organizer}
ATTENDEE:mailto:kari@example.org
END:VEVENT
END:VCALENDAR
"""
_CALENDAR = """\
<?xml version="1.0" encoding="utf-8"?>
<C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
<D:set><D:prop><D:displayname>{name}</D:displayname></D:prop></D:set></C:mkcalendar>
"""


class Phone:
    """Signs in at `url` with a user name and a password."""

    def __init__(self, url: str, username: str, password: str) -> None:
        self._host = urlsplit(url).netloc
        token = base64.b64encode(f"{username}:{password}".encode()).decode()
        self._headers = {"Authorization": f"Basic {token}"}

    def make_calendar(self, path: str, name: str) -> None:
        """MKCALENDAR (RFC 4791 §5.3.1)."""
        self._ask("MKCALENDAR", path, _CALENDAR.format(name=name), "application/xml")

    def put_task(self, path: str, uid: str, summary: str, *, category: str, days: int) -> None:
        """A task that is due on a date, `days` from now."""
        now = present()
        text = _TASK.format(uid=uid, stamp=_stamp(now), summary=summary, due=_date(now, days), category=category)
        self._ask("PUT", f"{path}{uid}.ics", text.replace("\n", "\r\n"), "text/calendar; charset=utf-8")

    def put_meeting(self, path: str, uid: str, summary: str, *, organizer: str, start: datetime) -> None:
        """An hour to which somebody has invited us."""
        end = _stamp(start + timedelta(hours=1))
        text = _MEETING.format(
            uid=uid, stamp=_stamp(present()), summary=summary, organizer=organizer, start=_stamp(start), end=end
        )
        self._ask("PUT", f"{path}{uid}.ics", text.replace("\n", "\r\n"), "text/calendar; charset=utf-8")

    def edit_task(self, path: str, uid: str, *, note: str, days: int) -> None:
        """Give the task a note, and make it due `days` from now; the rest stays as the server has it."""
        now = present()
        lines = self._ask("GET", f"{path}{uid}.ics").split("\r\n")
        edited = [f"DUE;VALUE=DATE:{_date(now, days)}" if line.startswith("DUE") else line for line in lines]
        edited.insert(edited.index("END:VTODO"), f"DESCRIPTION:{note}")
        self._ask("PUT", f"{path}{uid}.ics", "\r\n".join(edited), "text/calendar; charset=utf-8")

    def _ask(self, method: str, path: str, body: str = "", media_type: str = "text/plain") -> str:
        connection = http.client.HTTPConnection(self._host, timeout=10)
        try:
            connection.request(method, path, body.encode() or None, {**self._headers, "Content-Type": media_type})
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise Unreachable(
                f"http://{self._host}{path}", f"the demo's own server answered {answer.status}", status=answer.status
            )
        return text


def _stamp(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%SZ}"


def _date(now: datetime, days: int) -> str:
    return f"{now + timedelta(days=days):%Y%m%d}"
