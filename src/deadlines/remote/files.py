"""Files that other programs write too: how one looks, what it holds at one moment, how one is put into its place whole.

Errors of the system leave the context managers as the `RemoteError` family; everything else raises `OSError`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import unquote_to_bytes, urlsplit

from deadlines.errors import (
    CollectionMissing,
    NotCalDAV,
    PreconditionFailed,
    ReadOnlyCollection,
    Rejected,
    RemoteError,
    Unreachable,
)

LARGEST: Final = 10_000_000
"""Bytes of one file."""

_ATTEMPTS: Final = 3
_REFUSED: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.ENAMETOOLONG})
_NO_LINKS: Final = frozenset({errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP, errno.EMLINK, errno.EXDEV})
_PLAIN: Final = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READING: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _PLAIN  # a pipe must not make us wait
_WRITING: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN


def local_path(url: str) -> Path:
    """The file or folder of a `file:` URL."""
    path = os.fsdecode(unquote_to_bytes(urlsplit(url).path))
    return Path(path[1:] if re.match(r"/[A-Za-z]:", path) and os.name == "nt" else path)


def look_of(status: os.stat_result) -> str:
    """How a file looks from outside. Replaced, or written in place with its time put back, it looks different."""
    return f"{status.st_mtime_ns:x}-{status.st_size:x}-{status.st_ino:x}-{status.st_ctime_ns:x}"


def read(path: Path) -> tuple[os.stat_result, bytes]:
    """What a file holds at one moment, and its status then.

    `IsADirectoryError` for what is no file, `Rejected` for one that is too large, `Unreachable` for one that never rests.
    """
    for _ in range(_ATTEMPTS):
        with os.fdopen(os.open(path, _READING), "rb") as file:
            before = os.fstat(file.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise IsADirectoryError(errno.EISDIR, "this is not a file")
            data = file.read(LARGEST + 1)
            if len(data) > LARGEST:
                raise Rejected(path.as_uri(), f"it is larger than {LARGEST} bytes")
            if look_of(os.fstat(file.fileno())) == look_of(before):
                return before, data
    raise Unreachable(path.as_uri(), "somebody writes it all the time")


@contextmanager
def hidden(folder: Path, data: bytes, *, mode: int) -> Iterator[Path]:
    """A hidden file in `folder` that holds `data`, on the disk; taken away at the end unless it has another name by then."""
    path = folder / f".deadlines-{os.urandom(8).hex()}.tmp"
    try:
        with os.fdopen(os.open(path, _WRITING, mode), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


def put_new(source: Path, target: Path) -> None:
    """Give `source` the name `target`; `FileExistsError` where it is taken."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        os.close(os.open(target, _WRITING))  # the name is ours: only now may anything be put there
        source.replace(target)
    source.unlink(missing_ok=True)  # a second name changes how the file looks


def names_to_disk(folder: Path) -> None:
    """Have the names in a folder survive a power cut, where the system lets a folder be synced."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def looking(url: str) -> Iterator[None]:
    """What failed while looking for the folder or file at `url`, as what it means."""
    try:
        yield
    except FileNotFoundError as error:
        raise CollectionMissing(url, "there is no such folder or file") from error
    except (NotADirectoryError, IsADirectoryError) as error:
        raise NotCalDAV(url, "this is a file, not a folder, or the other way round") from error
    except PermissionError as error:
        raise NotCalDAV(url, "we may not read it") from error
    except OSError as error:
        raise Unreachable(url, _reason(error)) from error


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """What failed while writing the file at `path`, as what it means; `PreconditionFailed` where it is there, or is not."""
    try:
        yield
    except OSError as error:
        raise _refusal(path, error) from error


def _refusal(path: Path, error: OSError) -> RemoteError:
    if isinstance(error, FileNotFoundError) and not path.parent.is_dir():
        return CollectionMissing(path.parent.as_uri(), "there is no such folder")
    if isinstance(error, FileNotFoundError | FileExistsError):
        said = "it is gone" if isinstance(error, FileNotFoundError) else "there is such a file already"
        return PreconditionFailed(path.as_uri(), said)
    if error.errno in _REFUSED:
        return ReadOnlyCollection(path.parent.as_uri(), f"we may not write here ({_reason(error)})")
    if error.errno in _FULL:
        return Rejected(path.as_uri(), _reason(error))
    return Unreachable(path.as_uri(), _reason(error))


def _reason(error: OSError) -> str:
    said = error.strerror or type(error).__name__
    return said[:1].lower() + said[1:]
