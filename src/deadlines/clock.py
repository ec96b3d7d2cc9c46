"""The only reader of the clock, of the machine's zone and of randomness."""

from __future__ import annotations

import os
import sys
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

from deadlines.core.zone_names import open_zone
from deadlines.errors import InputError

NOW_VARIABLE = "DEADLINES_NOW"
_VERSION_LINE = 40


def now() -> datetime:
    """The present, aware in UTC; `$DEADLINES_NOW` (RFC 3339) stands in for the clock. Raises `InputError` naming it."""
    given = os.environ.get(NOW_VARIABLE, "")  # noqa: TID251 - the variable that stands in for the clock belongs here
    if not given:
        return datetime.now(UTC)  # noqa: TID251 - this is where the clock is read
    try:
        instant = datetime.fromisoformat(given).astimezone(UTC) if _has_offset(given) else None
    except (ValueError, OverflowError):
        instant = None
    if instant is None:
        raise InputError(
            f"{NOW_VARIABLE} is not an instant as in RFC 3339: {given!r}",
            hint=f"for example {NOW_VARIABLE}=2026-11-23T12:00:00Z, or unset it",
        )
    return instant


def new_uid() -> str:
    """A UID nobody has used: a random UUID, as RFC 7986 §5.3 asks, without the cost of importing `uuid`."""
    random = bytearray(os.urandom(16))
    random[6] = random[6] & 0x0F | 0x40  # version 4 (RFC 9562 §5.4)
    random[8] = random[8] & 0x3F | 0x80
    digits = random.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def new_secret() -> bytes:
    """256 random bits."""
    return os.urandom(32)


def local_zone_name(etc: Path = Path("/etc")) -> str:
    """The IANA name of the machine's zone: `$TZ`, else `etc/timezone`, else where `etc/localtime` points, else UTC."""
    candidates = (
        os.environ.get("TZ", ""),  # noqa: TID251 - the machine's zone is read here and nowhere else
        _first_line(etc / "timezone"),
        os.path.realpath(etc / "localtime"),
    )
    names = (_zone_of(candidate) for candidate in candidates)
    return next((name for name in names if name and open_zone(name)), "UTC")


def use_newest_zone_data() -> str:
    """Make `zoneinfo` read the newer of the system's database and the `tzdata` package; say which, as in `2026b (package)`.

    Python would take the system's, however old. Call it before any zone is opened: those that are open keep
    what they have read. Costs a handful of file openings.
    """
    system = max((_version(Path(folder)) for folder in zoneinfo.TZPATH), default="")
    folder = _package_folder()
    package = _version(folder) if folder else ""
    if folder is None or package < system:
        return f"{system or 'unknown'} (system)"
    zoneinfo.reset_tzpath((str(folder),))
    return f"{package} (package)"


def _has_offset(text: str) -> bool:
    return datetime.fromisoformat(text).utcoffset() is not None


def _zone_of(text: str) -> str:
    # TZ may be ":Europe/Oslo" or a path; only what follows the database's folder is a name.
    return text.removeprefix(":").rpartition("zoneinfo/")[2].removeprefix("posix/").strip()


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.readline(_VERSION_LINE).strip()
    except OSError:
        return ""


def _version(folder: Path) -> str:
    """`2026b`, from the database's source (`# version 2026b`) or from BSD's and macOS's `+VERSION`; empty if it does not tell."""
    return _first_line(folder / "tzdata.zi").removeprefix("# version ") or _first_line(folder / "+VERSION")


def _package_folder() -> Path | None:
    # Looking along the path is cheaper than importing tzdata.
    candidates = (Path(entry, "tzdata", "zoneinfo") for entry in sys.path if entry)
    return next((folder for folder in candidates if (folder / "tzdata.zi").is_file()), None)
