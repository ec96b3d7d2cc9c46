"""Where the configuration and the data are, and the only place that reads the environment.

Linux and the BSDs follow the XDG Base Directory rule, which is short enough to keep here: every command needs both folders, and
importing `platformdirs` costs several milliseconds. macOS and Windows have rules of their own, which `platformdirs` knows.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deadlines.errors import ConfigError

APP = "deadlines"


def environ() -> Mapping[str, str]:
    """The environment of this process."""
    return os.environ  # noqa: TID251 - this is the one reader that the rule speaks of


def config_path(environ: Mapping[str, str], flag: str | None) -> Path:
    """The configuration file: `flag` (what `--config` said), else `$DEADLINES_CONFIG`, else the user's configuration folder."""
    named = flag or environ.get("DEADLINES_CONFIG")
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111 - Path.expanduser raises where there is no home folder
    return _user_folder(environ, "XDG_CONFIG_HOME", ".config", "user_config_path") / "config.toml"


def data_dir(environ: Mapping[str, str]) -> Path:
    """The folder of the database, locks and state: `$DEADLINES_DATA`, else the user's data folder. It may not exist yet."""
    named = environ.get("DEADLINES_DATA")
    if named:
        return Path(os.path.expanduser(named))  # noqa: PTH111 - Path.expanduser raises where there is no home folder
    return _user_folder(environ, "XDG_DATA_HOME", ".local/share", "user_data_path")


def unit_dir(environ: Mapping[str, str]) -> Path:
    """The folder of the user's systemd units (systemd.unit(5))."""
    return _user_folder({**environ}, "XDG_CONFIG_HOME", ".config", "user_config_path").with_name("systemd") / "user"


def _user_folder(environ: Mapping[str, str], variable: str, below_home: str, elsewhere: str) -> Path:
    if sys.platform in {"win32", "darwin"}:
        import platformdirs  # noqa: PLC0415 - see the module's docstring

        folder: Path = getattr(platformdirs, elsewhere)(APP, appauthor=False)
        return folder
    root = environ.get(variable, "")
    if os.path.isabs(root):  # noqa: PTH117 - a relative one is to be ignored (XDG Base Directory), not resolved
        return Path(root) / APP
    home = environ.get("HOME") or os.path.expanduser("~")  # noqa: PTH111 - as above
    if not os.path.isabs(home):  # noqa: PTH117 - as above
        raise ConfigError("environment", [f"HOME is not set; set it, or {variable}"])
    return Path(home) / below_home / APP
