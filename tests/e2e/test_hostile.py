"""Every hostile file (tests/data/hostile) through a sync with a server, with a folder and as a subscription, and on the screen.

Nothing ends in a traceback or hangs, each file that cannot be read is named with what is wrong where, the others are unharmed,
and nothing on the server changes.
"""

from __future__ import annotations

import logging
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.person import Person, account, calendar, vtodo
from tests.fuzz.target import check
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve

LOG = logging.getLogger(__name__)
DATA = Path(__file__).parents[1] / "data"
FILES = sorted([*DATA.glob("*.ics"), *DATA.glob("hostile/*.ics")])
SECONDS = 2
PLACED = {"end_without_begin", "ends_crossed", "missing_end", "nested_too_deep", "cut_in_a_line", "two_calendars"}
"""What is wrong in these is wrong in a certain line."""
REFUSED = PLACED | {
    "byte_order_mark_alone", "calendar_without_content", "empty", "nul_bytes", "random_bytes", "two_kinds",
    "two_uids_in_one_object", "uid_empty", "uid_missing", "utf_16", "web_page", "xml_with_entities", "zone_alone",
}  # fmt: skip
OBEYED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What a terminal would obey; a line end is ours."""


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_file_is_read_or_refused_within_seconds(file: Path) -> None:
    began = time.process_time()

    assert check(file.read_bytes()) is (file.stem not in REFUSED)
    took = time.process_time() - began
    assert took < SECONDS
    LOG.info("%s in %.1f s", "refused" if file.stem in REFUSED else "read", took)


@contextmanager
def serving(folder: Path) -> Iterator[tuple[Person, FakeDav]]:
    """Somebody, and a server with all the files and a harmless task."""
    dav = FakeDav(password="secret")
    for file in FILES:
        dav.put(f"/kari/tasks/{file.name}", file.read_bytes())
    dav.put("/kari/tasks/harmless.ics", vtodo("harmless", "Harmless").replace("\n", "\r\n"))
    with serve(dav) as url:
        kari = Person(folder=folder)
        kari.configure(account("main", url), calendar("work", "/kari/tasks/"))
        yield kari, dav


def test_a_server_full_of_them_harms_nobody(tmp_path: Path) -> None:
    with serving(tmp_path) as (kari, dav):
        before = dav.texts()
        report = kari.sync(code=5)
        skipped = {Path(item["summary"]).stem: item["detail"] for item in report["skipped"]}

        assert report["error"] is None
        assert skipped.keys() == REFUSED
        assert all("cannot be read: " in detail for detail in skipped.values())
        assert {name for name, detail in skipped.items() if re.search(r"line \d+", detail)} >= PLACED
        assert len(report["pulled"]["created"]) == len(FILES) + 1 - len(REFUSED)
        assert kari.sync()["requests"] == 1
        assert dav.texts() == before
        kari.run("edit", "harmless", "--summary", "Edited")
        assert [item["uid"] for item in kari.sync()["pushed"]["updated"]] == ["harmless"]
        assert {name: text for name, text in dav.texts().items() if before[name] != text}.keys() == {"harmless.ics"}
        LOG.info("%d files, %d refused and named, %d synced", len(FILES), len(skipped), len(report["pulled"]["created"]) - 1)


def test_nothing_that_an_item_names_is_fetched(tmp_path: Path) -> None:
    lure, dav = FakeDav(), FakeDav(password="secret")
    with serve(lure) as trap, serve(dav) as url:
        named = [
            f"ATTACH:{trap}a",
            f"URL:{trap}b",
            f"IMAGE;VALUE=URI:{trap}c",
            f'DESCRIPTION;ALTREP="{trap}d":x',
            f"SOURCE:{trap}e",
        ]
        dav.put("/kari/tasks/t.ics", vtodo("t", "Task", *named).replace("\n", "\r\n"))
        kari = Person(folder=tmp_path)
        kari.configure(account("main", url), calendar("work", "/kari/tasks/"))
        kari.sync()
        kari.run("edit", "t", "--summary", "Edited")
        for words in (["sync"], ["list"], ["show", "1"], ["check"], ["agenda"], ["doctor"]):
            kari.run(*words, code=None)

    assert f"ATTACH:{trap}a" in dav.texts()["t.ics"]
    assert lure.requests == []


TOO_MUCH = {
    "too long": ("X-A:" + "x" * 9_000 + "\r\n") * 1_120,
    "too many": "BEGIN:VALARM\r\nEND:VALARM\r\n" * 20_001,
    "too long a value": "X-A:" + "x" * 1_000_001 + "\r\n",
}
"""Past each of the limits: 10 MB a file, 20,000 components, 1 MB a value."""


def test_what_is_too_much_is_refused_in_one_line_within_a_second_each(tmp_path: Path) -> None:
    dav = FakeDav(password="secret")
    for name, much in TOO_MUCH.items():
        text = vtodo(name.replace(" ", "-"), "Much").replace("\n", "\r\n")
        dav.put(f"/kari/tasks/{name}.ics", text.replace("END:VTODO", f"{much}END:VTODO"))
    dav.put("/kari/tasks/harmless.ics", vtodo("harmless", "Harmless").replace("\n", "\r\n"))
    with serve(dav) as url:
        kari = Person(folder=tmp_path)
        kari.configure(account("main", url), calendar("work", "/kari/tasks/"))
        report = kari.sync(code=5)
        again = kari.sync()

    assert {Path(item["summary"]).stem for item in report["skipped"]} == set(TOO_MUCH)
    assert all(len(item["detail"]) < 120 for item in report["skipped"])
    assert [item["uid"] for item in report["pulled"]["created"]] == ["harmless"]
    assert report["seconds"] < len(TOO_MUCH)
    assert again["requests"] == 1


def test_a_screen_full_of_them_obeys_nothing(tmp_path: Path) -> None:
    with serving(tmp_path) as (kari, _):
        said = [kari.run("sync", "-vvv", code=5)]
        said += [kari.run("list", "--all"), kari.run("log"), kari.run("log", "--run", "1"), kari.run("check", code=None)]
        said += [kari.run("doctor", code=None), kari.run("agenda", "--days", "30", code=None)]
        tasks = kari.run("list", "--all", "--json").json["tasks"]
        said += [kari.run("show", str(task["id"])) for task in tasks if OBEYED.search(task["summary"] + task["uid"])]

        for answer in said:
            assert answer.code != 3, answer.err
            assert not OBEYED.search(answer.out + answer.err), OBEYED.findall(answer.out + answer.err)
            assert "Traceback" not in answer.err


def test_a_folder_and_subscriptions_of_them_harm_nobody(tmp_path: Path) -> None:
    folder = tmp_path / "calendars" / "tasks"
    folder.mkdir(parents=True)
    for file in FILES:
        shutil.copy(file, folder)
    parts = [account("disk", str(folder.parent), username=""), calendar("folder", "tasks", account="disk")]
    for file in FILES:
        name = file.stem.replace("_", "-")
        parts += [account(name, str(folder / file.name), username=""), calendar(name, "", account=name)]
    kari = Person(folder=tmp_path / "kari")
    kari.configure(*parts)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    calendars = {part["name"]: part for part in kari.run("sync", "--json", code=None).json["calendars"]}

    in_folder = {Path(item["summary"]).stem for item in calendars.pop("folder")["skipped"]}
    assert in_folder == REFUSED
    failed = {name.replace("-", "_"): part["error"]["message"] for name, part in calendars.items() if part["error"]}
    assert failed.keys() <= REFUSED
    assert all(f"{name}.ics" in message for name, message in failed.items())
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
