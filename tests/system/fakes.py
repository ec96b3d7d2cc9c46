"""Programs that stand in for those of a system, and remember what they were asked."""

from __future__ import annotations

from pathlib import Path

_CRONTAB = """\
#!/bin/sh
# As cron's own: -l prints, - replaces from standard input, -r removes.
case "$1" in
    -l) if [ -e "$CRONTAB_FILE" ]; then cat "$CRONTAB_FILE"; else echo "no crontab for kari" >&2; exit 1; fi ;;
    -) cat > "$CRONTAB_FILE.new"
       if grep -q refuse "$CRONTAB_FILE.new"; then echo "bad minute; errors in crontab file, can't install" >&2; exit 1; fi
       mv "$CRONTAB_FILE.new" "$CRONTAB_FILE" ;;
    -r) if [ -e "$CRONTAB_FILE" ]; then rm "$CRONTAB_FILE"; else echo "no crontab for kari" >&2; exit 1; fi ;;
    *) exit 2 ;;
esac
"""
_RECORDER = """\
#!/bin/sh
# Remembers its words, each ended by a NUL, and its input; fails where it is told to.
{ printf '%s\\0' "$@"; cat; printf '\\036'; } >> "${RECORD:-/dev/null}"
printf '%s' "$DBUS_SESSION_BUS_ADDRESS" > "${RECORD:-/dev/null}.bus"
exit "${RECORDER_STATUS:-0}"
"""


def fake_crontab(folder: Path) -> Path:
    """A folder with a `crontab` that keeps the table in `$CRONTAB_FILE`."""
    return _program(folder, "crontab", _CRONTAB)


def recorder(folder: Path, name: str) -> Path:
    """A folder with a program that writes what it is told to `$RECORD`, and ends with `$RECORDER_STATUS`."""
    return _program(folder, name, _RECORDER)


def recorded(record: Path) -> list[tuple[list[str], str]]:
    """The words and the input of every time."""
    if not record.exists():
        return []
    runs = record.read_bytes().decode("utf-8").split("\036")[:-1]
    return [(words.split("\0"), given) for words, given in (run.rsplit("\0", 1) for run in runs)]


def _program(folder: Path, name: str, text: str) -> Path:
    programs = folder / "programs"
    programs.mkdir(exist_ok=True)
    program = programs / name
    program.write_text(text, encoding="utf-8")
    program.chmod(0o755)
    return programs
