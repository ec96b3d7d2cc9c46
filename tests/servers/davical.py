"""DAViCal of Debian's `davical` under PHP's own web server, on a PostgreSQL cluster of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import postgresql
from tests.servers.process import RealServer, free_port, started

_HOME = Path("/usr/share/davical")
_USER = """\
INSERT INTO usr (user_no, active, email_ok, updated, username, password, fullname, email)
    VALUES (1001, TRUE, current_date, current_date, 'kari', '**secret', 'Kari', 'kari@example.org');
INSERT INTO principal (principal_id, type_id, user_no, displayname, default_privileges)
    VALUES (1001, 1, 1001, 'Kari', 0::BIT(24));
"""
# As Apache serves it: below /caldav.php, something else at the root, and what RFC 6764 asks for.
# The name of the server picks the configuration below /etc/davical, and this one leads out of it.
_ROUTER = """\
<?php
ini_set('display_errors', '0');
$path = rawurldecode(strtok($_SERVER['REQUEST_URI'], '?'));
if (str_starts_with($path, '/caldav.php')) {
    $path = substr($path, strlen('/caldav.php'));
} elseif (!str_starts_with($path, '/.well-known/')) {
    header('Content-Type: text/html');
    die('<html>This server has calendars, but not here.</html>');
}
$_SERVER['SERVER_NAME'] = '../..' . __DIR__ . '/davical';
$_SERVER['PATH_INFO'] = $path;
$_SERVER['SCRIPT_NAME'] = '/caldav.php';
$_SERVER['DOCUMENT_ROOT'] = '/usr/share/davical/htdocs';
chdir('/usr/share/davical/htdocs');
require 'caldav.php';
"""
_CONFIG = """\
<?php
$c->pg_connect[] = 'host=127.0.0.1 port={port} dbname=davical user=davical_app';
$c->domain_name = $_SERVER['SERVER_NAME'] = '127.0.0.1';
"""


def missing() -> str:
    """What is not installed; empty where all is there."""
    if not _HOME.exists() or shutil.which("php") is None:
        return "davical and php-cli are not installed"
    return postgresql.missing()


@contextmanager
def davical(folder: Path) -> Iterator[RealServer]:
    """Run it in `folder` with one user, kari."""
    with postgresql.postgresql(folder) as cluster:
        cluster.run([str(_HOME / "dba" / "create-database.sh"), "davical", "secret"])
        cluster.sql(_USER, database="davical")
        router = folder / "davical.php"
        router.write_text(_ROUTER)
        (folder / "davical-conf.php").write_text(_CONFIG.format(port=cluster.port))
        port = free_port()
        environment = {"PATH": os.environ["PATH"], "PHP_CLI_SERVER_WORKERS": "4"}
        with started(["php", "-S", f"127.0.0.1:{port}", str(router)], folder, port=port, environment=environment):
            url = f"http://127.0.0.1:{port}/"
            yield RealServer(name="davical", url=url, home="/caldav.php/kari/", username="kari", password="secret")
