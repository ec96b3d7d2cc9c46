"""Replaces a file as a whole, or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from deadlines.errors import ConfigError

_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


def replace_file(path: Path, text: str) -> None:
    """Write `text` in UTF-8 so that a crash leaves the old or the new file; `ConfigError` where that is not possible.

    A link stays a link, and permissions stay as they are; a new file is readable by its owner only, and so is its folder.
    """
    try:
        _replace(Path(os.path.realpath(path)), text.encode("utf-8"))
    except OSError as error:
        raise ConfigError(str(path), [f"cannot be written: {(error.strerror or 'unknown reason').lower()}"]) from error


def _replace(target: Path, data: bytes) -> None:
    target.parent.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else _PRIVATE
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".new")
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor, not a path
            file.write(data)
            file.flush()
            os.fsync(descriptor)
        Path(temporary).chmod(mode)
        Path(temporary).replace(target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
