"""A folder of `.ics` files behind the port of `base`, as vdirsyncer, khal and todoman keep them (the vdir layout).

One file is one resource, its href is its path, its bytes are its text. Files that begin with a dot, end in `.tmp` or in anything
else but `.ics`, and sub-folders, are none of ours. The file `displayname` holds what people call the folder.

*What changed.* Nobody tells, so every reading looks at every file, but opens only those that look different: the ETag is how a
file looks, the ctag a digest of all names and ETags, so that a reading in which nothing changed ends after that look. A file as
young as the present proves nothing, for another write may fall into the same tick of the clock: it gets no ETag, so that its text
is compared, and the reading gets no mark.

*Writing.* The text goes into a hidden file in the same folder, to the disk, and under its name in one step: nobody ever sees half
a file. A new file appears only where its name is free; an update or deletion looks at the file just before. Folders know neither
locks nor conditional writes, so what another program does between that look and our step, a matter of microseconds, is lost. A
UID that lives in another file is not noticed here, but by the reading that follows.
"""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from deadlines.errors import CodecError, PreconditionFailed, Rejected, RemoteError
from deadlines.ical.scan import decode, encode, scan
from deadlines.ical.text import unescape
from deadlines.remote import files
from deadlines.remote.base import Capabilities, Changes, Found, Listed, Mark, Page, Written
from deadlines.remote.files import LARGEST, look_of
from deadlines.remote.hrefs import caseless_name_for, directory

YOUNG: Final = timedelta(seconds=2)
"""The tick of the coarsest file system (FAT)."""
_ROWS_PER_PAGE: Final = 500
_NAME_FILE: Final = "displayname"
_LONGEST_NAME: Final = 1000
_SEPARATORS: Final = frozenset({"/", "\0", os.sep, os.altsep or os.sep})


class VDir:
    """The folder at `path`. Holds nothing open, so several threads may use it."""

    def __init__(self, path: Path, *, now: datetime) -> None:
        """`now` tells which files are too young to be trusted; aware, in UTC."""
        self._folder = path.absolute()
        self._young = (now - YOUNG).timestamp() * 1e9
        self._lock = threading.Lock()
        self._requests = 0
        self.path: Final = directory(self._folder.as_posix())
        self.url: str = directory(self._folder.as_uri())

    def __repr__(self) -> str:
        return f"VDir({self.path!r})"

    @property
    def requests(self) -> int:
        """How often it was looked into or written to."""
        return self._requests

    def clone(self) -> VDir:
        """Itself: there is no connection that threads would share."""
        return self

    def close(self) -> None:
        """Nothing is open."""

    # What is it?

    def capabilities(self) -> Capabilities:
        """Its name, and whether we may write."""
        self._look()
        writable = _is_writable(self._folder)
        return Capabilities(
            display_name=display_name(self._folder), ctag=True, writable=writable, server="a folder of .ics files"
        )

    # What changed?

    def changes(self, mark: Mark, *, full: bool) -> Changes:
        """A look at every file, but no text: the caller fetches what is news to it."""
        found = {entry.name: self._seen(entry) for entry in self._look()}
        looks = "\n".join(f"{name}\t{seen.etag}" for name, seen in found.items())
        digest = hashlib.sha256(looks.encode("utf-8", "surrogateescape")).hexdigest()
        new = Mark(ctag=digest) if all(seen.etag for seen in found.values()) else Mark()
        if not full and mark != Mark() and new == mark:
            return Changes(full=False, pages=iter([Page(mark=mark)]))
        return Changes(full=True, pages=self._pages(list(found.items()), new))

    def _look(self) -> list[os.DirEntry[str]]:
        """The files by name."""
        self._count()
        with files.looking(self.url):
            return sorted(_entries(self._folder), key=lambda entry: entry.name)

    def _seen(self, entry: os.DirEntry[str]) -> _Seen:
        try:
            status = os.stat(entry)  # noqa: PTH116 - `entry.stat` knows no inode on Windows
        except OSError:  # gone since, or a link that leads nowhere
            return _Seen(readable=False, etag="-")
        return _Seen(readable=status.st_size <= LARGEST and os.access(entry, os.R_OK), etag=self._etag(status))

    def _etag(self, status: os.stat_result) -> str:
        """Empty for a file so young that it may look the same after another write."""
        return "" if max(status.st_mtime_ns, status.st_ctime_ns) >= self._young else look_of(status)

    def _pages(self, found: Sequence[tuple[str, _Seen]], mark: Mark) -> Iterator[Page]:
        for start in range(0, len(found), _ROWS_PER_PAGE):
            part = found[start : start + _ROWS_PER_PAGE]
            yield Page(
                present=tuple(Listed(href=self.path + name, etag=seen.etag) for name, seen in part if seen.readable),
                missing=tuple(self.path + name for name, seen in part if not seen.readable),
            )
        yield Page(mark=mark)

    def unchanged(self, marks: Mapping[str, Mark]) -> frozenset[str]:  # noqa: ARG002 - as the port has it
        """A folder has nobody to ask for others."""
        return frozenset()

    # What does it say?

    def fetch(self, hrefs: Sequence[str]) -> Iterator[Listed | str]:
        """The files with their text; those that cannot be read are left out."""
        self._count()
        for href in hrefs:
            try:
                status, data = files.read(self._file(href))
            except (FileNotFoundError, IsADirectoryError):
                with files.looking(self.url):  # where the folder itself is gone, nothing is known of the file
                    os.scandir(self._folder).close()
                yield href
            except (OSError, RemoteError):
                continue
            else:
                yield Listed(href=href, etag=self._etag(status), text=decode(data))

    # Writing

    def create(self, href: str, text: str) -> Written:
        """A new file, under a name that must be free."""
        path, data = self._file(href), self._data(href, text)
        self._count()
        with files.writing(path), files.hidden(self._folder, data, mode=0o666) as hidden:
            files.put_new(hidden, path)
            return self._written(href, path)

    def update(self, listed: Listed, text: str) -> Written:
        """The file replaced, if it is the version `listed`: it looks the same, or says the same. Its permissions stay."""
        path, data = self._file(listed.href), self._data(listed.href, text)
        self._count()
        with files.writing(path):
            mode = stat.S_IMODE(path.stat().st_mode)
            with files.hidden(self._folder, data, mode=mode) as hidden:
                hidden.chmod(mode)
                self._compare(listed, path)
                hidden.replace(path)
            return self._written(listed.href, path)

    def delete(self, listed: Listed) -> None:
        """The file taken away, if it is the version `listed`."""
        path = self._file(listed.href)
        self._count()
        with files.writing(path):
            try:
                self._compare(listed, path)
                path.unlink()
            except FileNotFoundError:
                if not self._folder.is_dir():
                    raise
            files.names_to_disk(self._folder)

    def _compare(self, listed: Listed, path: Path) -> None:
        look = look_of(path.stat())
        if listed.etag == look:
            return
        if listed.text is None or decode(files.read(path)[1]) != listed.text:
            raise PreconditionFailed(path.as_uri(), "it is not as it was")

    def _data(self, href: str, text: str) -> bytes:
        """The bytes to be written; other programs are spared what is no calendar."""
        try:
            scan(text)
            data = encode(text)
        except CodecError as error:
            raise Rejected(Path(href).as_uri(), f"this is no calendar: {error}") from error
        if len(data) > LARGEST:
            raise Rejected(Path(href).as_uri(), f"it is larger than {LARGEST} bytes")
        return data

    def _written(self, href: str, path: Path) -> Written:
        files.names_to_disk(self._folder)
        return Written(href=href, etag=look_of(path.stat()))

    # Names

    def href_for(self, uid: str) -> str:
        """In the folder, and different for UIDs that differ in case alone: disks may be blind to it."""
        return self.path + caseless_name_for(uid)

    def find(self, uid: str) -> Listed | None:
        """Where a UID lives: in the file named for it, else in the first one that has it."""
        hrefs = [self.href_for(uid), *(self.path + entry.name for entry in self._look())]
        found = (listed for listed in self.fetch(hrefs) if isinstance(listed, Listed))
        return next((listed for listed in found if uid in _uids(listed.text or "")), None)

    def _file(self, href: str) -> Path:
        """The file of an href; `Rejected` for one that would lead out of the folder or to a file that is none of ours."""
        name = href.removeprefix(self.path)
        if not href.startswith(self.path) or not _is_item(name) or not _SEPARATORS.isdisjoint(name):
            raise Rejected(self.url, "there can be no such file in this folder")
        return self._folder / name

    def _count(self) -> None:
        with self._lock:
            self._requests += 1


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a file looks from outside."""

    readable: bool
    etag: str


def discover(folder: Path) -> list[Found]:
    """The folders directly in `folder`, by name; `.` is itself, where it has `.ics` files of its own or no folder in it."""
    with files.looking(folder.as_uri()):
        inside = sorted(path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        has_files = next(_entries(folder), None) is not None
    return [_found(folder / path, path) for path in [*(["."] if has_files or not inside else []), *inside]]


def display_name(folder: Path) -> str:
    """What the file `displayname` says, in one line; empty where there is none."""
    try:
        with (folder / _NAME_FILE).open(encoding="utf-8", errors="replace") as file:
            return " ".join(file.read(_LONGEST_NAME).split())
    except OSError:
        return ""


def _found(folder: Path, path: str) -> Found:
    name = display_name(folder) or folder.name
    return Found(path=path, display_name=name, components=frozenset(), writable=_is_writable(folder))


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    """The files that are resources, in no order."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if _is_item(entry.name) and (entry.is_file() or (entry.is_symlink() and not entry.is_dir())):
                yield entry


def _is_item(name: str) -> bool:
    return name.lower().endswith(".ics") and not name.startswith(".")


def _uids(text: str) -> set[str]:
    try:
        parts = scan(text).children
    except CodecError:
        return set()
    return {unescape(prop[2]).strip() for part in parts if (prop := part.first("UID")) is not None}
