import sys
from pathlib import Path

import pytest

from deadlines.config.locations import config_path, data_dir, environ
from deadlines.errors import ConfigError

linux = pytest.mark.skipif(sys.platform in {"win32", "darwin"}, reason="platformdirs decides there")


def test_flag_beats_variable_beats_folder() -> None:
    home = {"HOME": "/home/kari", "DEADLINES_CONFIG": "/elsewhere/c.toml"}

    assert config_path(home, "/flag.toml") == Path("/flag.toml")
    assert config_path(home, None) == Path("/elsewhere/c.toml")


@linux
@pytest.mark.parametrize(
    ("variables", "config", "data"),
    [
        ({}, "/home/kari/.config/deadlines/config.toml", "/home/kari/.local/share/deadlines"),
        ({"XDG_CONFIG_HOME": "/c", "XDG_DATA_HOME": "/d"}, "/c/deadlines/config.toml", "/d/deadlines"),
        (
            {"XDG_CONFIG_HOME": "relative", "XDG_DATA_HOME": ""},
            "/home/kari/.config/deadlines/config.toml",
            "/home/kari/.local/share/deadlines",
        ),
        ({"DEADLINES_DATA": "/data"}, "/home/kari/.config/deadlines/config.toml", "/data"),
    ],
)
def test_folders_follow_xdg(variables: dict[str, str], config: str, data: str) -> None:
    found = {"HOME": "/home/kari", **variables}

    assert (config_path(found, None), data_dir(found)) == (Path(config), Path(data))


@linux
def test_our_rule_is_that_of_platformdirs(monkeypatch: pytest.MonkeyPatch) -> None:
    import platformdirs

    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "DEADLINES_CONFIG", "DEADLINES_DATA"):
        monkeypatch.delenv(name, raising=False)

    assert config_path(environ(), None).parent == platformdirs.user_config_path("deadlines", appauthor=False)
    assert data_dir(environ()) == platformdirs.user_data_path("deadlines", appauthor=False)


@linux
def test_no_home_at_all_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.path.expanduser", lambda path: path)

    with pytest.raises(ConfigError, match="HOME is not set"):
        data_dir({})


def test_tilde_means_the_home_folder() -> None:
    assert config_path({}, "~/c.toml") == Path.home() / "c.toml"
