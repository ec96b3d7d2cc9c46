"""The user's crontab, through the program `crontab`, which knows where it is and tells cron."""

from __future__ import annotations

from collections.abc import Mapping

from deadlines.system.programs import run


class SystemCrontab:
    """The crontab of whoever runs this."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {**environ, "LC_ALL": "C"}

    def read(self) -> str:
        """What `crontab -l` prints; its status is 1 where there is none."""
        status, printed = run(("crontab", "-l"), environ=self._environ, allowed=(0, 1))
        return printed.decode("utf-8", "surrogateescape") if status == 0 else ""

    def write(self, text: str) -> None:
        """Replace it."""
        if text:
            run(("crontab", "-"), given=text.encode("utf-8", "surrogateescape"), environ=self._environ)
        else:
            run(("crontab", "-r"), environ=self._environ, allowed=(0, 1))
