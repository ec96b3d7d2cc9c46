from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from deadlines.errors import PublishingFailed
from deadlines.store.feeds import Splice
from deadlines.store.publishing import Files

FEED = (b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n")
OTHER = (b"BEGIN:VCALENDAR\r\n", b"X-OTHER:1\r\n", b"END:VCALENDAR\r\n")
TOKEN, OLD = "ab" * 32, "cd" * 32
MUCH = b"BEGIN:VCALENDAR\r\n" + bytes(range(256)) * 1200
"""So much that the kernel is asked to copy it."""
PATCH = (Splice(200_000, 7, b"new"), Splice(len(MUCH) - 200_007))
PATCHED = MUCH[:200_000] + b"new" + MUCH[200_007:]
posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links are those of POSIX")


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "acme.ics")


def test_a_file_is_written_once(file: str) -> None:
    files = Files()

    first = files.write(file, FEED)
    again = files.write(file, FEED)

    assert Path(file).read_bytes() == b"".join(FEED)
    assert (first.replaced, again.replaced) == (True, False)
    assert files.look(file) == first.look == again.look != ""


def test_a_file_is_replaced_and_looks_different_then(file: str) -> None:
    files = Files()
    look = files.write(file, FEED).look

    assert files.write(file, OTHER).replaced

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


def test_what_a_killed_process_left_is_deleted_an_hour_later(file: str, tmp_path: Path) -> None:
    left, fresh = (tmp_path / f".deadlines-{name * 8}.tmp" for name in ("ab", "cd"))
    others = [tmp_path / name for name in (".deadlines.tmp", "deadlines-1.tmp")]
    for part in (left, fresh, *others):
        part.write_bytes(b"BEGIN:VCALENDAR\r\n")
    now = fresh.stat().st_mtime
    for part in (left, *others):
        os.utime(part, (now - 3700, now - 3700))
    (tmp_path / ".deadlines-folder.tmp").mkdir()

    Files().write(file, FEED)

    assert names(tmp_path) == sorted(["acme.ics", fresh.name, ".deadlines-folder.tmp", *(part.name for part in others)])


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


def test_the_last_folder_is_made(tmp_path: Path) -> None:
    file = tmp_path / "public" / "acme.ics"

    assert Files().write(str(file), FEED).replaced

    assert file.read_bytes() == b"".join(FEED)


def test_a_missing_folder_is_named_with_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(PublishingFailed) as failed:
        Files().write(str(tmp_path / "none" / "my calendars" / "acme.ics"), FEED)
    folder = tmp_path / "none" / "my calendars"
    assert failed.value.reason == f"there is no folder {folder}; to make it: mkdir -p '{folder}'"
    assert not folder.parent.exists()
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


@given(
    st.binary(max_size=40), st.lists(st.tuples(st.integers(0, 90_000), st.integers(0, 90_000), st.binary(max_size=9)), max_size=4)
)
@example(b"", [(70_000, 0, b"x"), (0, 0, b""), (70_000, 3, b"")])
def test_a_patch_is_what_its_splices_say(mark: bytes, stretches: list[tuple[int, int, bytes]]) -> None:
    data = (mark + MUCH)[: sum(keep + drop for keep, drop, _ in stretches)]
    data += bytes(sum(keep + drop for keep, drop, _ in stretches) - len(data))
    expected, at = b"", 0
    for keep, drop, put in stretches:
        expected += data[at : at + keep] + put
        at += keep + drop
    with TemporaryDirectory() as folder:
        file = Path(folder) / "acme.ics"
        file.write_bytes(data)

        written = Files().patch(str(file), Files().look(str(file)), [Splice(*one) for one in stretches])

        assert file.read_bytes() == expected
        assert written is not None
        assert (written.look, written.replaced) == (Files().look(str(file)), True)


def refused(*_: object) -> int:
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def nothing(*_: object) -> int:
    return 0


def some(source: int, target: int, count: int, at: int) -> int:
    """Copy a part, as the kernel may; refuse the rest."""
    return os.write(target, os.pread(source, min(count, 70_000), at)) if at < 150_000 else refused()


@pytest.mark.parametrize("copy", [None, refused, nothing, some])
def test_where_the_kernel_copies_nothing_or_a_part_the_rest_is_read(
    file: str, monkeypatch: pytest.MonkeyPatch, copy: Callable[..., int] | None
) -> None:
    if copy is None:
        monkeypatch.delattr(os, "copy_file_range", raising=False)
    else:
        monkeypatch.setattr(os, "copy_file_range", copy, raising=False)
    look = Files().write(file, [MUCH]).look

    assert Files().patch(file, look, PATCH)

    assert Path(file).read_bytes() == PATCHED


@posix
def test_a_patched_file_keeps_its_mode_and_a_link_stays_one(file: str, tmp_path: Path) -> None:
    real = tmp_path / "real.ics"
    real.write_bytes(MUCH)
    real.chmod(0o640)
    Path(file).symlink_to(real)

    assert Files().patch(file, Files().look(file), PATCH)

    assert Path(file).is_symlink()
    assert real.read_bytes() == PATCHED
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


@pytest.mark.parametrize("splices", [(), (Splice(len(MUCH) - 1),), (Splice(len(MUCH), 1),), (Splice(0, 1), Splice(len(MUCH)))])
def test_a_patch_that_does_not_account_for_every_octet_is_not_made(file: str, splices: Sequence[Splice]) -> None:
    look = Files().write(file, [MUCH]).look

    assert Files().patch(file, look, splices) is None

    assert Files().look(file) == look


def test_a_file_that_looks_different_is_not_patched(file: str) -> None:
    look = Files().write(file, [MUCH]).look
    Path(file).unlink()
    assert Files().patch(file, look, PATCH) is None
    assert Files().patch(file, "", PATCH) is None
    Path(file).write_bytes(MUCH)

    assert Files().patch(file, look, PATCH) is None

    assert Path(file).read_bytes() == MUCH
    assert names(Path(file).parent) == ["acme.ics"]


@pytest.mark.parametrize("to", [MUCH.swapcase(), MUCH[:100_000]], ids=["as long", "shorter"])
def test_a_file_that_is_changed_while_it_is_copied_is_not_patched(file: str, monkeypatch: pytest.MonkeyPatch, to: bytes) -> None:
    look = Files().write(file, [MUCH]).look

    def change(*_: object) -> int:
        Path(file).write_bytes(to)
        os.utime(file, ns=(1, 1))  # whatever the clock of the file system says
        return 0

    monkeypatch.setattr(os, "copy_file_range", change, raising=False)
    assert Files().patch(file, look, PATCH) is None

    assert Path(file).read_bytes() == to
    assert names(Path(file).parent) == ["acme.ics"]


def test_a_full_disk_leaves_what_was_to_be_patched(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    look = Files().write(file, [MUCH]).look

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(PublishingFailed, match="no space left on device"):
        Files().patch(file, look, PATCH)

    assert Path(file).read_bytes() == MUCH
    assert names(Path(file).parent) == ["acme.ics"]


def test_what_somebody_makes_of_a_new_file_at_once_is_not_taken_for_it(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    replace = Path.replace

    def meddle(path: Path, target: Path) -> Path:
        done = replace(path, target)
        target.write_bytes(b"".join(FEED).swapcase())
        os.utime(target, ns=(1, 1))
        return done

    monkeypatch.setattr(Path, "replace", meddle)
    written = Files().write(file, FEED)

    assert (written.look, written.replaced) == ("", True)
