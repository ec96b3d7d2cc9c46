"""Files that others fetch: replaced whole or not at all, and not touched when nothing is different.

A new file is for whoever the umask lets read it, since a web server is to serve it; one that is there keeps its mode. What is
there and is no calendar was not put there by a feed, and stays.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from deadlines.errors import PublishingFailed

_BEGINNING = b"BEGIN:VCALENDAR"
_RANDOM = "[0-9a-f]{64}"
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
            status = os.stat(file)  # noqa: PTH116  # of a text, as it comes
        except (OSError, ValueError):
            return ""
        return f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}-{status.st_ctime_ns:x}"

    def write(self, file: str, chunks: Iterable[bytes]) -> bool:
        """Have `file` hold the chunks; whether it had to be written for that."""
        data = b"".join(chunks)
        path = Path(file)
        with _told(path):
            path = Path(os.path.realpath(path))  # a link stays one
            if _same(path, data):
                return False
            _replace(path, data)
        return True

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


def _same(path: Path, data: bytes) -> bool:
    try:
        status = path.stat()
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(status.st_mode):
        raise PublishingFailed(str(path), "it is no file")
    if status.st_size and not _is_calendar(path):
        raise PublishingFailed(str(path), "there is a file that is no calendar, which stays")
    return status.st_size == len(data) and path.read_bytes() == data


def _is_calendar(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_BEGINNING)) == _BEGINNING


def _replace(path: Path, data: bytes) -> None:
    part = path.with_name(f".deadlines-{os.urandom(8).hex()}.tmp")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN, 0o666), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """Let the errors of the system leave as ours."""
    try:
        yield
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError) and not path.parent.is_dir()
        said = f"there is no folder {path.parent}" if missing else getattr(error, "strerror", None) or str(error)
        raise PublishingFailed(str(path), said[:1].lower() + said[1:]) from error
