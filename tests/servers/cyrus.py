"""Cyrus of Debian's `cyrus-caldav`: its web server, and its IMAP server to make the user, under a master of their own."""

from __future__ import annotations

import imaplib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

from tests.servers.postgresql import account, own_folder
from tests.servers.process import RealServer, free_port, started

_PROGRAMS = Path("/usr/lib/cyrus/bin")
_IMAPD = """\
configdirectory: {home}/conf
partition-default: {home}/spool
defaultpartition: default
servername: localhost
admins: cyrus
allowplaintext: yes
sasl_mech_list: PLAIN
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {home}/sasldb2
httpmodules: caldav
caldav_allowscheduling: off
delete_mode: immediate
proc_path: {home}/conf/proc
mboxname_lockpath: {home}/conf/lock
idlesocket: {home}/conf/socket/idle
lmtpsocket: {home}/conf/socket/lmtp
notifysocket: {home}/conf/socket/notify
"""
_CYRUS = """\
START {{
  recover cmd="{programs}/ctl_cyrusdb -C {home}/imapd.conf -r"
}}
SERVICES {{
  imap cmd="{programs}/imapd -C {home}/imapd.conf" listen="127.0.0.1:{imap}" prefork=0
  http cmd="{programs}/httpd -C {home}/imapd.conf" listen="127.0.0.1:{http}" prefork=0
}}
EVENTS {{
}}
"""
_FOLDERS = ("conf", "spool", *(f"conf/{name}" for name in ("db", "log", "proc", "lock", "socket", "user", "quota", "msg")))


def missing() -> str:
    """What is not installed; empty where all is there."""
    return "" if (_PROGRAMS / "httpd").exists() else "cyrus-caldav is not installed"


@contextmanager
def cyrus(folder: Path) -> Iterator[RealServer]:
    """Run it in `folder` with one user, kari."""
    user = account("cyrus")
    home = own_folder(folder / "cyrus", user)
    for name in _FOLDERS:
        own_folder(home / name, user)
    ports = {"imap": free_port(), "http": free_port()}
    (home / "imapd.conf").write_text(_IMAPD.format(home=home))
    (home / "cyrus.conf").write_text(_CYRUS.format(home=home, programs=_PROGRAMS, **ports))
    environment = {"PATH": os.environ["PATH"], "CYRUS_USER": user or getuser()}
    for name in ("cyrus", "kari"):
        register = ["/usr/sbin/saslpasswd2", "-p", "-c", "-u", "localhost", "-f", str(home / "sasldb2"), name]
        subprocess.run(register, user=user, input=b"secret", check=True, capture_output=True)
    master = [str(_PROGRAMS / "master"), "-C", str(home / "imapd.conf"), "-M", str(home / "cyrus.conf"), "-p", str(home / "pid")]
    with started(master, home, port=ports["http"], user=user, environment=environment):
        with imaplib.IMAP4("127.0.0.1", ports["imap"], timeout=20) as mail:
            mail.login("cyrus", "secret")
            status, answer = mail.create("user/kari")
            assert status == "OK", answer
        yield RealServer(
            name="cyrus",
            url=f"http://127.0.0.1:{ports['http']}/",
            home="/dav/calendars/user/kari/",
            username="kari",
            password="secret",
        )
