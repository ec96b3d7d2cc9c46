"""sabre/dav of Debian's `php-sabre-dav` under PHP's own web server, with its SQLite backend."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.servers.process import RealServer, free_port, started

_LIBRARY = Path("/usr/share/php/Sabre/autoload.php")
_TABLES = Path("/usr/share/doc/php-sabre-dav/examples/sql")
_SERVER = """\
<?php
date_default_timezone_set('UTC');
ini_set('display_errors', '0');
require_once 'Sabre/autoload.php';
class Users extends \\Sabre\\DAV\\Auth\\Backend\\AbstractBasic {
    protected function validateUserPass($username, $password) {
        return $username === 'kari' && $password === 'secret';
    }
}
$pdo = new PDO('sqlite:' . __DIR__ . '/sabre.sqlite');
$pdo->setAttribute(PDO::ATTR_ERRMODE, PDO::ERRMODE_EXCEPTION);
$pdo->exec('PRAGMA busy_timeout = 10000');
$principals = new \\Sabre\\DAVACL\\PrincipalBackend\\PDO($pdo);
$server = new \\Sabre\\DAV\\Server([
    new \\Sabre\\CalDAV\\Principal\\Collection($principals),
    new \\Sabre\\CalDAV\\CalendarRootNode($principals, new \\Sabre\\CalDAV\\Backend\\PDO($pdo)),
]);
$server->setBaseUri('/');
$server->addPlugin(new \\Sabre\\DAV\\Auth\\Plugin(new Users(), 'sabre'));
$server->addPlugin(new \\Sabre\\DAVACL\\Plugin());
$server->addPlugin(new \\Sabre\\CalDAV\\Plugin());
$server->exec();
"""


def missing() -> str:
    """What is not installed; empty where all is there."""
    if shutil.which("php") is None or not _LIBRARY.exists():
        return "php-sabre-dav and php-cli are not installed"
    return "" if next(Path("/etc/php").glob("*/cli/conf.d/*-pdo_sqlite.ini"), None) else "php-sqlite3 is not installed"


@contextmanager
def sabre(folder: Path) -> Iterator[RealServer]:
    """Run it in `folder` with one user, kari."""
    with closing(sqlite3.connect(folder / "sabre.sqlite")) as database:
        for name in ("principals", "calendars", "users", "locks"):
            database.executescript((_TABLES / f"sqlite.{name}.sql").read_text())
        database.execute("INSERT INTO principals (uri, displayname) VALUES ('principals/kari', 'Kari')")
        database.commit()
    script = folder / "server.php"
    script.write_text(_SERVER)
    port = free_port()
    environment = {"PATH": os.environ["PATH"], "PHP_CLI_SERVER_WORKERS": "4"}
    with started(["php", "-S", f"127.0.0.1:{port}", str(script)], folder, port=port, environment=environment):
        yield RealServer(
            name="sabre", url=f"http://127.0.0.1:{port}/", home="/calendars/kari/", username="kari", password="secret"
        )
