"""What the last run without anybody there said, so that the next one does not say it again."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from deadlines.store.database import guarded


class Told:
    """The lines of the last run, in a private file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def lines(self) -> frozenset[str]:
        """What was said; nothing where nobody knows."""
        try:
            return frozenset(self._path.read_text(encoding="utf-8", errors="replace").splitlines())
        except OSError:
            return frozenset()

    def remember(self, lines: Sequence[str]) -> None:
        """Remember what holds now. `StoreError` where that fails."""
        data = "".join(f"{line}\n" for line in lines).encode("utf-8", "replace")
        with guarded(self._path), os.fdopen(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
