"""A password is nowhere but in the request that it belongs to: no output at any level, no traceback, no file, no argument."""

from __future__ import annotations

import base64
import hashlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.person import Answer, Person, calendar, vtodo
from tests.servers.fake import Behaviour, FakeDav, Reply
from tests.servers.http_front import serve
from tests.servers.quirks import BROKEN, HTML_PAGE, REDIRECT_TO_LOGIN, Answers, CutBody, CutXml

SECRET = "s3cr3t/p4ssw0rd"
FORMS = (SECRET, base64.b64encode(f"kari:{SECRET}".encode()).decode(), hashlib.md5(f"kari:fake:{SECRET}".encode()).hexdigest())  # noqa: S324 # as Digest has it
LOUD = "-vvv"


def account(url: str, source: str) -> str:
    return f'[accounts.main]\nurl = "{url}"\nusername = "kari"\n{source}\n'


@contextmanager
def serving(folder: Path, *, wrong: bool = False) -> Iterator[tuple[Person, FakeDav]]:
    """Somebody whose password comes from a command, which puts down how it was called and who called it."""
    dav = FakeDav(password="another" if wrong else SECRET)
    dav.put("/kari/tasks/t.ics", vtodo("t", "Task").replace("\n", "\r\n"))
    helper = folder / "helper.py"
    helper.write_text(
        "import os, pathlib\n"
        "seen = [pathlib.Path(f'/proc/{pid}/cmdline') for pid in (os.getpid(), os.getppid())]\n"
        f"with open({str(folder / 'ps')!r}, 'ab') as file:\n"
        "    file.writelines(path.read_bytes() + b'\\n' for path in seen if path.exists())\n"
        f"print({SECRET!r})\n",
        encoding="utf-8",
    )
    with serve(dav) as url:
        kari = Person(folder=folder / "kari")
        kari.configure(
            account(url, f"password_command = [{str(sys.executable)!r}, {str(helper)!r}]"), calendar("work", "/kari/tasks/")
        )
        yield kari, dav


def assert_nothing_told(answers: list[Answer], folder: Path) -> None:
    told = "".join(answer.out + answer.err for answer in answers)
    assert told
    for form in FORMS:
        assert form not in told
        for file in (folder / "kari").rglob("*"):
            assert not file.is_file() or form.encode() not in file.read_bytes(), file


def test_no_command_tells_it_however_loud(tmp_path: Path) -> None:
    with serving(tmp_path) as (kari, dav):
        answers = [
            kari.run(*words, LOUD, code=None)
            for words in (["sync"], ["doctor"], ["account", "list"], ["account", "discover", "main"])
        ]
        answers += [kari.run(*words, LOUD, "--json", code=None) for words in (["sync", "--full"], ["doctor"])]
        kari.run("edit", "t", "--summary", "Edited")
        for behaviour in NONSENSE:
            dav.behaviours[:] = [behaviour]
            answers.append(kari.run("sync", LOUD, code=None))

    assert_nothing_told(answers, tmp_path)
    assert (tmp_path / "ps").exists() is sys.platform.startswith("linux")
    if sys.platform.startswith("linux"):
        assert SECRET.encode() not in (tmp_path / "ps").read_bytes()


NONSENSE: list[Behaviour] = [Answers(BROKEN, "PUT"), Answers(HTML_PAGE), Answers(REDIRECT_TO_LOGIN), CutBody(), CutXml()]


def test_a_password_that_is_refused_is_not_told_either(tmp_path: Path) -> None:
    with serving(tmp_path, wrong=True) as (kari, _):
        answers = [kari.run(*words, LOUD, code=None) for words in (["sync"], ["doctor"], ["account", "discover", "main"])]

    assert any("does not take the user name and password" in answer.out for answer in answers)
    assert_nothing_told(answers, tmp_path)


def test_a_traceback_has_none(tmp_path: Path) -> None:
    """Even one that names a request with all of its headers."""
    with serving(tmp_path) as (kari, _):
        (tmp_path / "kari" / "sitecustomize.py").write_text(
            "import deadlines.remote.http as http\n"
            "def fail(self, method, target, headers, body):\n"
            "    raise RuntimeError(f'{method} {target} {headers}')\n"
            "http.Client._exchanged = fail\n",
            encoding="utf-8",
        )
        path = f"{tmp_path / 'kari'}:{Path(__file__).parents[2] / 'src'}"
        broken = Person(folder=kari.folder, extra={"PYTHONPATH": path})
        answer = broken.run("sync", LOUD, code=3)

    assert "Traceback" in answer.err
    assert re.search(r"RuntimeError: REPORT|RuntimeError: PROPFIND", answer.err)
    assert_nothing_told([answer], tmp_path)


def test_no_option_takes_a_password(tmp_path: Path) -> None:
    """What is typed is seen in `ps` and kept in the shell's history."""
    reference = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    kari = Person(folder=tmp_path)
    kari.configure(account("https://dav.example.org/", f'password = "{SECRET}"'), calendar("work", "/kari/tasks/"))
    answer = kari.run("sync", LOUD, code=4)

    assert set(re.findall(r"--password[a-z-]*", reference)) <= {"--password-command", "--password-env"}
    assert SECRET not in answer.out + answer.err


@pytest.mark.parametrize("form", FORMS)
def test_the_forms_would_be_seen(form: str) -> None:
    """The test before looks for what really would be sent."""
    dav = FakeDav(password=SECRET)
    assert dav.handle("OPTIONS", "/", {"Authorization": f"Basic {FORMS[1]}"}, b"") == Reply(status=405)
    assert len(form) > 10
