"""SOGo of Debian's `sogo`, with memcached and a PostgreSQL cluster of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import postgresql
from tests.servers.process import RealServer, free_port, started

_ADAPTOR = Path("/usr/lib/GNUstep/GDLAdaptors-4.9/PostgreSQL.gdladaptor")
_CONFIG = Path("/etc/sogo/sogo.conf")
_TABLES = {
    "SOGoProfileURL": "sogo_user_profile",
    "OCSFolderInfoURL": "sogo_folder_info",
    "OCSSessionsFolderURL": "sogo_sessions_folder",
    "OCSEMailAlarmsFolderURL": "sogo_alarms_folder",
}
_USER = """\
CREATE TABLE people (c_uid TEXT PRIMARY KEY, c_name TEXT, c_password TEXT, c_cn TEXT, mail TEXT);
INSERT INTO people VALUES ('kari', 'kari', 'secret', 'Kari', 'kari@example.org');
"""


def missing() -> str:
    """What is not installed; empty where all is there."""
    if shutil.which("sogod") is None or not _ADAPTOR.exists():
        return "sogo is not installed"
    if shutil.which("memcached") is None:
        return "memcached is not installed"
    if os.geteuid() and not os.access(_CONFIG, os.R_OK):
        return f"sogod will not start without reading {_CONFIG}, which this user may not"
    return postgresql.missing()


@contextmanager
def sogo(folder: Path) -> Iterator[RealServer]:
    """Run it in `folder` with one user, kari."""
    user = postgresql.account("sogo")
    home = postgresql.own_folder(folder / "sogo", user)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    cache, port = free_port(), free_port()
    memcached = ["memcached", "-l", f"127.0.0.1:{cache}", "-U", "0", "-m", "16"]
    with (
        postgresql.postgresql(folder) as cluster,
        started(memcached, home, port=cache, user=user, environment=environment),
    ):
        cluster.sql("CREATE DATABASE sogo")
        cluster.sql(_USER, database="sogo")
        settings = _settings(cluster.port, cache, home, port)
        command = ["sogod", *(part for name, value in settings.items() for part in (f"-{name}", value))]
        with started(command, home, port=port, user=user, environment=environment):
            yield RealServer(
                name="sogo",
                url=f"http://127.0.0.1:{port}/SOGo/dav/kari/",
                home="/SOGo/dav/kari/Calendar/",
                username="kari",
                password="secret",
            )


def _settings(database: int, cache: int, home: Path, port: int) -> dict[str, str]:
    """All on the command line, which goes before /etc/sogo/sogo.conf."""
    url = f"postgresql://postgres:none@127.0.0.1:{database}/sogo"
    people = f'type = sql; id = people; viewURL = "{url}/people"; canAuthenticate = YES; userPasswordAlgorithm = plain;'
    return {
        "WONoDetach": "YES",
        "WOPort": f"127.0.0.1:{port}",
        "WOLogFile": "-",
        "WOPidFile": str(home / "sogod.pid"),
        "WOWorkersCount": "4",
        "SOGoMemcachedHost": f"127.0.0.1:{cache}",
        "SOGoTimeZone": "UTC",
        "SOGoEnableEMailAlarms": "NO",
        "SOGoAppointmentSendEMailNotifications": "NO",
        "SOGoUserSources": f"({{ {people} }})",
        **{name: f"{url}/{table}" for name, table in _TABLES.items()},
    }
