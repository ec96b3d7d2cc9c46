"""The composition root: the only place that names concrete adapters, each built on first use."""

from __future__ import annotations

import os
from pathlib import Path

APP = "deadlines"


def is_configured(flag: str | None) -> bool:
    """Whether there is a configuration file; `flag` is what `--config` said."""
    import platformdirs  # noqa: PLC0415 # several milliseconds, which only the newcomer's screen pays

    named = flag or os.environ.get("DEADLINES_CONFIG")  # noqa: TID251 # until `config` is here to be asked
    return Path(named).expanduser().exists() if named else (platformdirs.user_config_path(APP) / "config.toml").exists()
