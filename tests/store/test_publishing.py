from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from deadlines.errors import PublishingFailed
from deadlines.store.publishing import Files

FEED = (b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n")
OTHER = (b"BEGIN:VCALENDAR\r\n", b"X-OTHER:1\r\n", b"END:VCALENDAR\r\n")
TOKEN, OLD = "ab" * 32, "cd" * 32
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are those of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "acme.ics")


def test_a_file_is_written_once(file: str) -> None:
    files = Files()

    assert files.write(file, FEED)
    look = files.look(file)
    assert not files.write(file, FEED)

    assert Path(file).read_bytes() == b"".join(FEED)
    assert files.look(file) == look != ""


def test_a_file_is_replaced_and_looks_different_then(file: str) -> None:
    files = Files()
    files.write(file, FEED)
    look = files.look(file)

    assert files.write(file, OTHER)

    assert Path(file).read_bytes() == b"".join(OTHER)
    assert files.look(file) != look
    assert names(Path(file).parent) == ["acme.ics"]


@posix
def test_a_file_keeps_its_mode_and_a_link_stays_one(file: str, tmp_path: Path) -> None:
    real = tmp_path / "real.ics"
    real.write_bytes(b"".join(FEED))
    real.chmod(0o640)
    Path(file).symlink_to(real)

    Files().write(file, OTHER)

    assert Path(file).is_symlink()
    assert real.read_bytes() == b"".join(OTHER)
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@posix
def test_a_new_file_is_for_whom_the_umask_lets(file: str) -> None:
    before = os.umask(0o027)
    try:
        Files().write(file, FEED)
    finally:
        os.umask(before)

    assert stat.S_IMODE(Path(file).stat().st_mode) == 0o640


def test_a_full_disk_leaves_what_was_there(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    Files().write(file, FEED)

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PublishingFailed, match="no space left on device"):
        Files().write(file, OTHER)

    assert Path(file).read_bytes() == b"".join(FEED)
    assert names(Path(file).parent) == ["acme.ics"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_device_is_not_written_to() -> None:
    with pytest.raises(PublishingFailed, match="it is no file"):
        Files().write("/dev/full", FEED)


def test_what_is_no_calendar_stays(file: str) -> None:
    Path(file).write_text("my notes", encoding="utf-8")

    with pytest.raises(PublishingFailed, match="there is a file that is no calendar, which stays"):
        Files().write(file, FEED)
    Files().delete(file)

    assert Path(file).read_text(encoding="utf-8") == "my notes"


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(PublishingFailed, match=f"there is no folder {tmp_path / 'none'}"):
        Files().write(str(tmp_path / "none" / "acme.ics"), FEED)
    with pytest.raises(PublishingFailed, match="there is no folder"):
        Files().make_folder(str(tmp_path / "none" / "below"))


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "public").write_bytes(b"")

    with pytest.raises(PublishingFailed, match=r"public/acme\.ics: not a directory"):
        Files().write(str(tmp_path / "public" / "acme.ics"), FEED)
    with pytest.raises(PublishingFailed, match="public: file exists"):
        Files().make_folder(str(tmp_path / "public"))


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable_is_named(file: str) -> None:
    Path(file).parent.chmod(0o500)
    try:
        with pytest.raises(PublishingFailed, match="permission denied"):
            Files().write(file, FEED)
    finally:
        Path(file).parent.chmod(0o700)


def test_a_token_goes_before_the_suffix() -> None:
    assert Files().file("/srv/acme.ics", TOKEN) == str(Path(f"/srv/acme-{TOKEN}.ics"))
    assert Files().file("/srv/acme.ics", "") == "/srv/acme.ics"
    assert Files().inside("/srv", "acme") == str(Path("/srv/acme.ics"))


def test_names_with_other_tokens_are_taken_away(tmp_path: Path, file: str) -> None:
    files = Files()
    others = ("acme.ics", f"acme-{TOKEN}.ical", f"other-{OLD}.ics", "acme-notes.ics", f"acme-{OLD}x.ics")
    for name in (f"acme-{TOKEN}.ics", f"acme-{OLD}.ics", *others):
        (tmp_path / name).write_bytes(b"".join(FEED))

    assert files.revoke(file, files.file(file, TOKEN)) == (str(tmp_path / f"acme-{OLD}.ics"),)

    assert names(tmp_path) == sorted([f"acme-{TOKEN}.ics", *others])


@posix
def test_two_names_of_one_file_are_one_place(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    assert Files().place(str(tmp_path / "link" / "acme.ics")) == Files().place(str(tmp_path / "acme.ics"))
