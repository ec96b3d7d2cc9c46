from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.remote.replica import NOW, Replica, changed, resource

from deadlines.errors import (
    CollectionMissing,
    GuardTripped,
    NotCalDAV,
    PreconditionFailed,
    ReadOnlyCollection,
    Rejected,
    RemoteError,
    Unreachable,
)
from deadlines.remote import files
from deadlines.remote.base import Changes, Listed, Mark, Page, Written
from deadlines.remote.vdir import VDir, discover, display_name

ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "tasks"
    path.mkdir()
    return path


@pytest.fixture
def vdir(folder: Path) -> VDir:
    return VDir(folder, now=NOW)


@pytest.fixture
def replica(tmp_path: Path) -> Iterator[Replica]:
    replica = Replica(tmp_path)
    yield replica
    replica.close()


def put(path: Path, text: str) -> None:
    """Write as todoman and vdirsyncer do: a temporary file, put into its place."""
    other = path.with_name(path.name + "abc.tmp")
    other.write_bytes(text.encode())
    other.replace(path)


def listing(changes: Changes) -> tuple[dict[str, str], set[str], Mark]:
    read = list(changes.pages)
    present = {listed.href.rpartition("/")[2]: listed.etag for page in read for listed in page.present}
    return present, {href.rpartition("/")[2] for page in read for href in page.missing}, read[-1].mark


def names(vdir: VDir) -> set[str]:
    return set(listing(vdir.changes(Mark(), full=True))[0])


def raising(code: int) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    return refuse


def test_only_ics_files_of_the_folder_itself_are_resources(folder: Path, vdir: VDir) -> None:
    for name in ("a.ics", "B.ICS", ".hidden.ics", "c.ics.tmp", "displayname", "color", "notes.txt", ".a.tmp"):
        (folder / name).write_text("x")
    (folder / "folder.ics").mkdir()
    (folder / "sub").mkdir()
    (folder / "sub" / "d.ics").write_text("x")

    assert names(vdir) == {"a.ics", "B.ICS"}


def test_it_is_called_what_displayname_says(folder: Path, vdir: VDir) -> None:
    (folder / "displayname").write_bytes("  Ærend\n\xff ".encode() + b"\xff\n")

    assert vdir.capabilities().display_name == "Ærend \xff \N{REPLACEMENT CHARACTER}"
    assert display_name(folder / "nowhere") == ""


def test_nothing_changed_opens_no_file(folder: Path, vdir: VDir, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder / "a.ics", resource("a"))
    mark = listing(vdir.changes(Mark(), full=False))[2]
    monkeypatch.setattr(files, "read", raising(errno.EIO))
    changes = vdir.changes(mark, full=False)

    assert not changes.full
    assert listing(changes) == ({}, set(), mark)


def _in_place_with_its_time(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes().replace(b"Ship", b"Shop"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _longer_with_its_time(path: Path) -> None:
    before = path.stat()
    path.write_bytes(path.read_bytes() + b"\r\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def _replaced_with_its_time(path: Path) -> None:
    before = path.stat()
    put(path, path.read_text().replace("Ship", "Shop"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    "change",
    [
        _in_place_with_its_time,
        _longer_with_its_time,
        _replaced_with_its_time,
        Path.touch,
        Path.unlink,
        lambda p: p.rename(p.with_name("b.ics")),
    ],
)
def test_every_change_is_seen(folder: Path, vdir: VDir, change: Callable[[Path], object]) -> None:
    put(folder / "a.ics", resource("a", "SUMMARY:Ship it"))
    before, _, mark = listing(vdir.changes(Mark(), full=False))
    change(folder / "a.ics")
    after, _, newer = listing(vdir.changes(mark, full=False))

    assert after != before
    assert newer != mark


def test_a_file_as_young_as_the_present_is_not_believed(folder: Path) -> None:
    put(folder / "a.ics", resource("a"))
    young = VDir(folder, now=datetime.fromtimestamp((folder / "a.ics").stat().st_mtime, UTC) + timedelta(seconds=1))

    assert listing(young.changes(Mark(), full=False)) == ({"a.ics": ""}, set(), Mark())
    (found,) = young.fetch([young.path + "a.ics"])
    assert isinstance(found, Listed)
    assert found.etag == ""


def test_links_to_nowhere_and_files_too_large_are_missing_not_gone(folder: Path, vdir: VDir) -> None:
    (folder / "link.ics").symlink_to(folder / "nowhere")
    with (folder / "large.ics").open("wb") as file:
        file.truncate(files.LARGEST + 1)

    assert listing(vdir.changes(Mark(), full=False))[:2] == ({}, {"link.ics", "large.ics"})
    assert list(vdir.fetch([vdir.path + "large.ics"])) == []


@pytest.mark.skipif(ROOT, reason="everything is readable to root")
def test_unreadable_files_are_missing_not_gone(folder: Path, vdir: VDir) -> None:
    (folder / "a.ics").touch(mode=0)

    assert listing(vdir.changes(Mark(), full=False))[:2] == ({}, {"a.ics"})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in this system's folders")
def test_a_pipe_makes_nobody_wait(folder: Path, vdir: VDir) -> None:
    os.mkfifo(folder / "a.ics")

    assert names(vdir) == set()
    assert list(vdir.fetch([vdir.path + "a.ics"])) == [vdir.path + "a.ics"]


def test_a_file_that_never_rests_is_left_out(folder: Path, vdir: VDir, monkeypatch: pytest.MonkeyPatch) -> None:
    put(folder / "a.ics", resource("a"))
    looks = iter(range(100))
    monkeypatch.setattr(files, "look_of", lambda _: str(next(looks)))

    assert list(vdir.fetch([vdir.path + "a.ics"])) == []
    with pytest.raises(Unreachable):
        files.read(folder / "a.ics")


def test_bytes_that_are_not_utf_8_stay_as_they_are(folder: Path, vdir: VDir) -> None:
    data = resource("a", "SUMMARY:Bl\udce5b\udce6r").encode("utf-8", "surrogateescape")
    (folder / "a.ics").write_bytes(data)
    (found,) = vdir.fetch([vdir.path + "a.ics"])
    assert isinstance(found, Listed)
    assert found.text is not None
    vdir.update(found, found.text.replace("DTSTAMP:2026", "DTSTAMP:2027"))

    assert (folder / "a.ics").read_bytes() == data.replace(b"DTSTAMP:2026", b"DTSTAMP:2027")


@pytest.mark.parametrize("name", ["../a.ics", "sub/a.ics", ".a.ics", "a.txt", "a\0.ics", "..", ""])
def test_no_href_leads_out_of_the_folder(vdir: VDir, folder: Path, name: str) -> None:
    for write in (lambda: vdir.create(vdir.path + name, resource("a")), lambda: vdir.delete(Listed(href=vdir.path + name))):
        with pytest.raises(Rejected):
            write()
    with pytest.raises(Rejected):
        vdir.create("/etc/a.ics", resource("a"))
    assert list(folder.parent.iterdir()) == [folder]


def test_uids_that_differ_in_case_alone_get_names_that_differ_in_more(vdir: VDir) -> None:
    hrefs = {vdir.href_for(uid).lower() for uid in ("abc", "ABC", "Abc")}

    assert len(hrefs) == 3
    assert vdir.href_for("abc") == vdir.path + "abc.ics"


def test_an_update_keeps_permissions_and_leaves_nothing_behind(folder: Path, vdir: VDir) -> None:
    put(folder / "a.ics", resource("a"))
    (folder / "a.ics").chmod(0o640)
    etag = listing(vdir.changes(Mark(), full=False))[0]["a.ics"]
    written = vdir.update(Listed(href=vdir.path + "a.ics", etag=etag), resource("a", "SUMMARY:New"))

    assert (folder / "a.ics").stat().st_mode & 0o777 == 0o640
    assert listing(vdir.changes(Mark(), full=False))[0] == {"a.ics": written.etag}
    assert os.listdir(folder) == ["a.ics"]  # noqa: PTH208 - hidden ones count


def test_what_says_the_same_may_be_updated_though_it_looks_different(folder: Path, vdir: VDir) -> None:
    put(folder / "a.ics", resource("a"))
    os.utime(folder / "a.ics", (1, 1))
    vdir.update(Listed(href=vdir.path + "a.ics", etag="old", text=resource("a")), resource("a", "SUMMARY:New"))

    with pytest.raises(PreconditionFailed):
        vdir.delete(Listed(href=vdir.path + "a.ics", etag="old", text=resource("a")))
    assert "New" in (folder / "a.ics").read_text()


def test_a_disk_without_hard_links_does_too(folder: Path, vdir: VDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "link", raising(errno.EPERM))
    vdir.create(vdir.path + "a.ics", resource("a", "SUMMARY:First"))

    with pytest.raises(PreconditionFailed):
        vdir.create(vdir.path + "a.ics", resource("a", "SUMMARY:Second"))
    assert "First" in (folder / "a.ics").read_text()
    assert os.listdir(folder) == ["a.ics"]  # noqa: PTH208 - hidden ones count


@pytest.mark.parametrize(
    ("code", "error"),
    [
        (errno.EACCES, ReadOnlyCollection),
        (errno.EROFS, ReadOnlyCollection),
        (errno.ENOSPC, Rejected),
        (errno.EDQUOT, Rejected),
        (errno.EIO, Unreachable),
        (errno.ENOENT, PreconditionFailed),
    ],
)
def test_what_the_system_refuses_is_told_as_what_it_means(
    folder: Path, vdir: VDir, monkeypatch: pytest.MonkeyPatch, code: int, error: type[RemoteError]
) -> None:
    put(folder / "a.ics", resource("a"))
    monkeypatch.setattr(os, "fsync", raising(code))

    with pytest.raises(error) as told:
        vdir.create(vdir.path + "b.ics", resource("b"))
    assert type(told.value) is error
    with pytest.raises(error):
        vdir.update(Listed(href=vdir.path + "a.ics", text=resource("a")), resource("a", "SUMMARY:New"))
    assert os.listdir(folder) == ["a.ics"]  # noqa: PTH208 - hidden ones count


@pytest.mark.skipif(ROOT, reason="root may write everywhere")
def test_a_folder_that_may_only_be_read_says_so(folder: Path, vdir: VDir) -> None:
    folder.chmod(0o500)
    try:
        assert not vdir.capabilities().writable
        with pytest.raises(ReadOnlyCollection):
            vdir.create(vdir.path + "a.ics", resource("a"))
    finally:
        folder.chmod(0o700)


def test_a_folder_that_is_gone_is_missing_whatever_is_asked(folder: Path, vdir: VDir) -> None:
    folder.rmdir()
    href = vdir.path + "a.ics"
    asked: tuple[Callable[[], object], ...] = (
        vdir.capabilities,
        lambda: vdir.changes(Mark(), full=False),
        lambda: list(vdir.fetch([href])),
        lambda: vdir.create(href, resource("a")),
        lambda: vdir.update(Listed(href=href), resource("a")),
        lambda: vdir.delete(Listed(href=href)),
        lambda: vdir.find("a"),
        lambda: discover(folder),
    )

    for ask in asked:
        with pytest.raises(CollectionMissing):
            ask()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NotCalDAV):
        VDir(tmp_path / "file", now=NOW).capabilities()


def test_text_too_large_is_refused(vdir: VDir) -> None:
    with pytest.raises(Rejected, match="larger"):
        vdir.create(vdir.path + "a.ics", resource("a", *["SUMMARY:" + "å" * 900_000] * 6))


def test_the_folders_of_a_folder_are_found(tmp_path: Path) -> None:
    for name in ("work", "errands", ".git"):
        (tmp_path / name).mkdir()
    (tmp_path / "errands" / "displayname").write_text("Ærend\n", encoding="utf-8")

    assert [(one.path, one.display_name) for one in discover(tmp_path)] == [("errands", "Ærend"), ("work", "work")]
    assert [one.path for one in discover(tmp_path / "work")] == ["."]
    (tmp_path / "a.ics").touch()
    assert [one.path for one in discover(tmp_path)] == [".", "errands", "work"]


def test_pages_are_of_bearable_size(folder: Path, vdir: VDir) -> None:
    for number in range(501):
        (folder / f"{number}.ics").touch()
    pages: list[Page] = list(vdir.changes(Mark(), full=False).pages)

    assert [len(page.present) for page in pages] == [500, 1, 0]


# Through the engine


def test_both_sides_write_and_agree(folder: Path, vdir: VDir, replica: Replica) -> None:
    replica.add("mine", "Mine")
    put(folder / "theirs.ics", resource("theirs", "SUMMARY:Theirs"))

    assert changed(replica.sync(vdir)) == {"pulled created": ["theirs"], "pushed created": ["mine"]}
    assert (folder / "mine.ics").read_bytes().decode() == replica.text("mine")
    assert changed(replica.sync(vdir)) == {}


def test_edits_of_both_sides_are_merged(folder: Path, vdir: VDir, replica: Replica) -> None:
    put(folder / "a.ics", resource("a", "SUMMARY:Ship", "PRIORITY:5"))
    replica.sync(vdir)
    replica.edit("a", summary="Ship it")
    put(folder / "a.ics", resource("a", "SUMMARY:Ship", "PRIORITY:1"))
    replica.sync(vdir)

    for text in (replica.text("a"), (folder / "a.ics").read_text()):
        assert "SUMMARY:Ship it" in text
        assert "PRIORITY:1" in text
    assert changed(replica.sync(vdir)) == {}


def test_deletions_travel_both_ways_and_edits_beat_them(folder: Path, vdir: VDir, replica: Replica) -> None:
    for uid in ("a", "b", "c"):
        put(folder / f"{uid}.ics", resource(uid, "SUMMARY:x"))
    replica.sync(vdir)
    replica.remove("a")
    (folder / "b.ics").unlink()
    replica.edit("c", summary="kept")
    (folder / "c.ics").unlink()
    report = replica.sync(vdir)

    assert changed(report) == {"pulled deleted": ["b"], "pushed created": ["c"], "pushed deleted": ["a"]}
    assert names(vdir) == {"c.ics"}
    assert changed(replica.sync(vdir)) == {}


def test_a_file_that_was_renamed_is_the_same_task(folder: Path, vdir: VDir, replica: Replica) -> None:
    put(folder / "a.ics", resource("a", "SUMMARY:x"))
    replica.sync(vdir)
    (folder / "a.ics").rename(folder / "b.ics")
    report = replica.sync(vdir)
    replica.edit("a", summary="y")
    replica.sync(vdir)

    assert changed(report) == {}
    assert names(vdir) == {"b.ics"}
    assert "SUMMARY:y" in (folder / "b.ics").read_text()


def test_somebody_faster_is_merged_not_overwritten(folder: Path, replica: Replica) -> None:
    """Another program writes between our reading and our writing."""
    put(folder / "a.ics", resource("a", "SUMMARY:Ship", "PRIORITY:5"))

    class Raced(VDir):
        races = 1

        def update(self, listed: Listed, text: str) -> Written:
            if self.races:
                self.races -= 1
                put(folder / "a.ics", resource("a", "SUMMARY:Ship", "PRIORITY:1"))
            return super().update(listed, text)

    replica.sync(Raced(folder, now=NOW))
    replica.edit("a", summary="Ship it")
    report = replica.sync(Raced(folder, now=NOW))

    assert report.error is None
    assert "SUMMARY:Ship it" in (folder / "a.ics").read_text()
    assert "PRIORITY:1" in (folder / "a.ics").read_text()


def test_one_broken_file_stops_no_other_and_stays_as_it_is(folder: Path, vdir: VDir, replica: Replica) -> None:
    put(folder / "a.ics", resource("a", "SUMMARY:x"))
    put(folder / "broken.ics", "BEGIN:VCALENDAR\r\n")
    report = replica.sync(vdir)

    assert changed(report) == {"pulled created": ["a"]}
    assert [item.summary for item in report.skipped] == [vdir.path + "broken.ics"]
    assert (folder / "broken.ics").read_bytes() == b"BEGIN:VCALENDAR\r\n"


@pytest.mark.parametrize("how", ["emptied", "gone"])
def test_a_folder_that_lost_its_files_stops_before_deleting(folder: Path, vdir: VDir, replica: Replica, how: str) -> None:
    for number in range(12):
        put(folder / f"{number}.ics", resource(f"{number}", "SUMMARY:x"))
    replica.sync(vdir)
    for path in folder.iterdir():
        path.unlink()
    if how == "gone":
        folder.rmdir()
    report = replica.sync(vdir)

    assert isinstance(report.error, GuardTripped)
    assert replica.text("0")


def test_young_files_are_read_once_more_and_then_rest(folder: Path, replica: Replica) -> None:
    put(folder / "a.ics", resource("a", "SUMMARY:Ship"))
    young = VDir(folder, now=datetime.fromtimestamp((folder / "a.ics").stat().st_mtime, UTC))
    replica.sync(young)
    _in_place_with_its_time(folder / "a.ics")
    assert changed(replica.sync(young)) == {"pulled updated": ["a"]}
    old = VDir(folder, now=NOW)
    replica.sync(old)
    before = old.requests

    assert changed(replica.sync(old)) == {}
    assert old.requests == before + 1
