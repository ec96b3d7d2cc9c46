"""Files that others fetch: replaced whole or not at all, and not touched when nothing is different.

A file is told to be the one that was written by how it looks: time of change, size, number and time of status of its inode. A new
version of it is put beside it and takes its place at once; what stays the same is copied there by the kernel where that can be.
What a process that was killed left half-written is deleted by a later one.

A new file is for whoever the umask lets read it, since a web server is to serve it; one that is there keeps its mode. What is
there and is no calendar was not put there by a feed, and stays.
"""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO
from pathlib import Path

from deadlines.errors import PublishingFailed
from deadlines.store.feeds import Splice, Written

_BEGINNING = b"BEGIN:VCALENDAR"
_RANDOM = "[0-9a-f]{64}"
_PART = ".deadlines-"
_ABANDONED = 3600
"""Seconds after which a file that is not finished will never be."""
_MUCH = 2**16
"""Octets for which asking the kernel is worth a call of its own."""
_CHUNK = 2**20
_PLAIN = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class Files:
    """The `Publisher` of a file system."""

    def file(self, path: str, token: str) -> str:
        """`acme.ics` and a token: `acme-TOKEN.ics`."""
        plain = Path(path)
        return str(plain.with_name(f"{plain.stem}-{token}{plain.suffix}")) if token else path

    def inside(self, folder: str, feed: str) -> str:
        """`folder/acme.ics`."""
        return str(Path(folder) / f"{feed}.ics")

    def place(self, file: str) -> str:
        """Without links, and without case where that means nothing."""
        return os.path.normcase(os.path.realpath(file))

    def look(self, file: str) -> str:
        """How a file looks from outside; empty where there is none."""
        try:
            return _look(os.stat(file))  # noqa: PTH116  # of a text, as it comes
        except (OSError, ValueError):
            return ""

    def write(self, file: str, chunks: Iterable[bytes]) -> Written:
        """Have `file` hold the chunks; its folder is made if need be, what is above that must be there."""
        data = b"".join(chunks)
        path = Path(file)
        with _told(path):
            path = Path(os.path.realpath(path))  # a link stays one
            if not path.parent.exists():
                path.parent.mkdir(exist_ok=True)
            if look := _look_of_same(path, data):
                return Written(look, replaced=False)
            return Written(_replace(path, lambda part: part.write(data)), replaced=True)

    def patch(self, file: str, look: str, splices: Sequence[Splice]) -> Written | None:
        """Replace `file` by what the splices make of it, if it looks so."""
        if not look or self.look(file) != look:
            return None
        path = Path(file)
        with _told(path):
            path = Path(os.path.realpath(path))
            with path.open("rb", buffering=0) as old:
                size = os.fstat(old.fileno()).st_size
                if sum(splice.keep + splice.drop for splice in splices) != size:
                    return None
                try:
                    return Written(_replace(path, lambda part: _splice(old, part, splices, look)), replaced=True)
                except _OtherFileError:
                    return None

    def make_folder(self, folder: str) -> None:
        """Make a folder that is not there; what is above it must be."""
        with _told(Path(folder)):
            Path(folder).mkdir(exist_ok=True)

    def revoke(self, plain: str, keep: str) -> tuple[str, ...]:
        """Delete every `acme-TOKEN.ics` beside `acme.ics` but `keep`. Returns what was deleted."""
        path = Path(plain)
        named = re.compile(rf"{re.escape(path.stem)}-{_RANDOM}{re.escape(path.suffix)}")
        with _told(path):
            others = [entry for entry in path.parent.iterdir() if named.fullmatch(entry.name) and str(entry) != keep]
            for other in others:
                other.unlink(missing_ok=True)
        return tuple(map(str, others))

    def delete(self, file: str) -> None:
        """Delete a file of a feed, if it is there."""
        path = Path(file)
        with _told(path):
            if path.is_file() and _is_calendar(path):
                path.unlink()


def _look(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}-{status.st_ctime_ns:x}"


def _look_of_same(path: Path, data: bytes) -> str:
    """How a file that holds the data looks; empty where it holds anything else."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return ""
    if not stat.S_ISREG(status.st_mode):
        raise PublishingFailed(str(path), "it is no file")
    if status.st_size and not _is_calendar(path):
        raise PublishingFailed(str(path), "there is a file that is no calendar, which stays")
    return _look(status) if status.st_size == len(data) and path.read_bytes() == data else ""


def _is_calendar(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) == _BEGINNING


def _replace(path: Path, fill: Callable[[BufferedWriter], object]) -> str:
    """Put a file that `fill` fills in the place of another; its look, empty where somebody was at it by then."""
    part = path.with_name(f"{_PART}{os.urandom(8).hex()}.tmp")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o666), "wb") as file:
            fill(file)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        ours = part.stat()
        _sweep(path.parent, ours.st_mtime - _ABANDONED)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    now = path.stat()  # its new name gave it another time of status
    return _look(now) if (now.st_mtime_ns, now.st_size, now.st_ino) == (ours.st_mtime_ns, ours.st_size, ours.st_ino) else ""


def _sweep(folder: Path, before: float) -> None:
    """Delete what was last written to before then: nobody is at work on it any more."""
    for left in folder.glob(f"{_PART}*.tmp"):
        with suppress(OSError):  # somebody else's, or somebody else was quicker
            if left.stat().st_mtime < before:
                left.unlink()


class _OtherFileError(Exception):
    """What was to be patched is not what it looked like."""


def _splice(old: FileIO, new: BufferedWriter, splices: Sequence[Splice], look: str) -> None:
    at = 0
    for splice in splices:
        _copy(old, new, at, splice.keep)
        new.write(splice.put)
        at += splice.keep + splice.drop
    if _look(os.fstat(old.fileno())) != look:  # only now: it may have been changed in place while it was read
        raise _OtherFileError


def _copy(old: FileIO, new: BufferedWriter, at: int, length: int) -> None:
    end = at + length
    if length >= _MUCH:
        new.flush()
        at = _by_kernel(old, new, at, end)
    old.seek(at)
    while at < end:
        chunk = old.read(min(end - at, _CHUNK))
        if not chunk:
            raise _OtherFileError
        new.write(chunk)
        at += len(chunk)


def _by_kernel(old: FileIO, new: BufferedWriter, at: int, end: int) -> int:
    """How far the kernel copies, which may be nowhere: not every one can, nor in every file system."""
    copy = getattr(os, "copy_file_range", None)
    with suppress(OSError):
        while copy is not None and at < end and (copied := copy(old.fileno(), new.fileno(), end - at, at)):
            at += copied
    return at


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Let the errors of the system leave as ours."""
    try:
        yield
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or str(error)
        if isinstance(error, FileNotFoundError) and not path.parent.is_dir():
            said = f"there is no folder {path.parent}; to make it: mkdir -p {shlex.quote(str(path.parent))}"
        raise PublishingFailed(str(path), said[:1].lower() + said[1:]) from error
