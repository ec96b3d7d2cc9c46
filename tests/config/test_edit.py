import os
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deadlines.config import edit
from deadlines.config.edit import ConfigFile, Fields
from deadlines.config.file import replace_file
from deadlines.config.read import read
from deadlines.errors import ConfigError, InputError, Refused, UnknownName

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"

FILE = """\
# My configuration

# -- clients --

[clients.acme]  # the first one
name = "Acme Inc."   # as on the contract
timezone = "America/New_York"
# buffer = "4h"

[clients.acme.quota]
deliverables = 4
per = "week"

# beta pays late
[clients.beta]
timezone = "Asia/Tokyo"
# beta's end

# -- the rest --
[accounts.main]
url = "https://dav.example/"

[feeds.b]
path = "/b.ics"
client = "beta"
"""


def config(path: Path) -> ConfigFile:
    return ConfigFile(path=path, holidays=lambda _region: frozenset(), local_zone="UTC")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_bytes(FILE.encode())
    return path


def text(path: Path) -> str:
    return path.read_bytes().decode()


def test_a_new_client_stands_after_the_last_one(path: Path) -> None:
    config(path).add_client(
        "gamma", {"name": 'G "1"', "timezone": "Europe/Oslo", "emails": ("*@g.example",), "quota.hours": 7.5, "quota.per": "week"}
    )

    assert text(path) == FILE.replace(
        "# beta's end\n",
        "# beta's end\n\n[clients.gamma]\n"
        'name = "G \\"1\\""\ntimezone = "Europe/Oslo"\nemails = ["*@g.example"]\n\n'
        '[clients.gamma.quota]\nhours = 7.5\nper = "week"\n',
    )


def test_a_trial_raises_what_the_change_would_and_writes_nothing(path: Path) -> None:
    before = text(path)
    account = {"url": "https://two.example/", "username": "kari"}
    settings = config(path).as_if({("me",): {"email": "kari@example.net"}, ("accounts", "two"): account})
    with pytest.raises(InputError, match=r"me\.email: expected an address"):
        config(path).as_if({("me",): {"email": "kari"}})

    assert (settings.me.email, settings.accounts["two"].username) == ("kari@example.net", "kari")
    assert text(path) == before


def test_a_changed_value_changes_nothing_else_of_its_line(path: Path) -> None:
    config(path).edit_client("acme", {"name": "Acme Ltd."})

    assert text(path) == FILE.replace("Acme Inc.", "Acme Ltd.")


def test_a_new_key_stands_after_the_last_of_its_table(path: Path) -> None:
    config(path).edit_client("acme", {"hours": "Mon-Thu 08:00-16:00", "quota.carry_over": 1})

    assert text(path) == FILE.replace('York"\n', 'York"\nhours = "Mon-Thu 08:00-16:00"\n').replace(
        '= "week"\n', '= "week"\ncarry_over = 1\n'
    )


def test_a_key_that_is_taken_out_takes_its_line_along(path: Path) -> None:
    config(path).edit_client("acme", {"name": None, "buffer": None})

    assert text(path) == FILE.replace('name = "Acme Inc."   # as on the contract\n', "")


def test_a_removed_client_takes_its_quota_and_its_own_comments_along(path: Path) -> None:
    config(path).remove_client("acme")

    start, end = FILE.index("[clients.acme]"), FILE.index("# beta pays late")
    assert text(path) == FILE[:start] + FILE[end:]


def test_adding_and_removing_leaves_no_trace(path: Path) -> None:
    config(path).add_client("gamma", {"timezone": "UTC", "quota.hours": 1, "quota.per": "week"})
    config(path).remove_client("gamma")

    assert text(path) == FILE


def test_a_client_with_a_feed_stays(path: Path) -> None:
    with pytest.raises(Refused, match="client beta has a feed: b"):
        config(path).remove_client("beta")

    assert text(path) == FILE


def test_accounts_calendars_and_me_find_their_places(path: Path) -> None:
    file = config(path)
    file.set({("me",): {"name": "Kåri"}})
    file.add_account("second", {"url": "https://two.example/", "password_command": ("pass", "two"), "keyring": False})
    file.set({("calendars", "work"): {"account": "second", "path": "/w/"}})

    me = '[me]\nname = "Kåri"\n\n'
    second = '[accounts.second]\nurl = "https://two.example/"\npassword_command = ["pass", "two"]\nkeyring = false\n\n'
    work = '\n[calendars.work]\naccount = "second"\npath = "/w/"\n'
    assert text(path) == FILE.replace("[clients.acme] ", me + "[clients.acme] ").replace("[feeds", second + "[feeds") + work


def test_several_tables_are_set_in_one_go(path: Path, tmp_path: Path) -> None:
    """And give what they give one after the other."""
    tables = {
        ("me",): {"name": "Kåri"},
        ("accounts", "second"): {"url": "https://two.example/", "username": "kari"},
        ("calendars", "work"): {"account": "second", "path": "/w/"},
        ("calendars", "play"): {"account": "second", "path": "/p/"},
    }
    (one_by_one := tmp_path / "other.toml").write_bytes(path.read_bytes())
    for table, fields in tables.items():
        config(one_by_one).set({table: fields})
    config(path).set(tables)

    assert text(path) == text(one_by_one)


def test_a_missing_file_is_made_for_the_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    config(path).set({("me",): {"timezone": "Asia/Kolkata"}})

    assert text(path).startswith("# The configuration of deadlines.")
    assert read(path, holidays=lambda _region: frozenset(), local_zone="UTC").me.zone.key == "Asia/Kolkata"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_links_and_permissions_stay(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    path.chmod(0o640)
    config(link).edit_client("acme", {"name": "New"})

    assert link.is_symlink()
    assert 'name = "New"' in text(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(found.name for found in tmp_path.iterdir()) == ["config.toml", "link.toml"]


def test_windows_line_ends_and_mark_stay(path: Path) -> None:
    before = "\ufeff" + FILE.replace("\n", "\r\n")
    path.write_bytes(before.encode())
    config(path).add_client("gamma", {"timezone": "UTC"})

    assert text(path).replace('\r\n[clients.gamma]\r\ntimezone = "UTC"\r\n', "") == before


def test_a_last_line_without_its_end_gets_one(path: Path) -> None:
    path.write_bytes(b'[clients.a]\ntimezone = "UTC"')
    config(path).edit_client("a", {"name": "A"})

    assert text(path) == '[clients.a]\ntimezone = "UTC"\nname = "A"\n'


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda file: file.add_client("acme", {"timezone": "UTC"}), Refused, "there is a client 'acme' already"),
        (lambda file: file.edit_client("acne", {"name": "x"}), UnknownName, "unknown client: acne"),
        (lambda file: file.remove_client("acne"), UnknownName, "unknown client: acne"),
        (lambda file: file.add_client("New", {"timezone": "UTC"}), InputError, r"^clients\.New: a name is made of"),
        (lambda file: file.add_client("new", {}), InputError, r"^clients\.new: timezone is missing"),
        (
            lambda file: file.add_client("new", {"timezone": "Europe/Olso"}),
            InputError,
            "unknown zone 'Europe/Olso'; did you mean",
        ),
        (lambda file: file.add_client("a]\n[x", {"timezone": "UTC"}), InputError, "a name is made of"),
        (lambda file: file.edit_client("acme", {"name": "a\nb"}), InputError, "cannot be printed"),
        (lambda file: file.edit_client("acme", {"name": "\udcff"}), InputError, "cannot be printed"),
        (lambda file: file.edit_client("acme", {"quota.hours": float("nan")}), Refused, "cannot change"),
        (
            lambda file: file.set({("me",): {"name": "Kåri"}, ("calendars", "work"): {"account": "mian", "path": "/"}}),
            InputError,
            "there is no account 'mian'",
        ),
        (lambda file: file.add_account("two", {"url": "https://a:b@c/"}), InputError, "does not belong into the url"),
    ],
)
def test_what_would_be_wrong_is_refused_and_nothing_written(
    path: Path, change: Callable[[ConfigFile], None], error: type[InputError], message: str
) -> None:
    with pytest.raises(error, match=message):
        change(config(path))

    assert text(path) == FILE
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_is_wrong_already_is_told_with_its_lines(path: Path) -> None:
    path.write_bytes((FILE + "[mee]\n").encode())

    with pytest.raises(ConfigError, match="line 26: mee: unknown section"):
        config(path).edit_client("acme", {"name": "x"})


@pytest.mark.parametrize(
    "odd",
    [
        'clients = { a = { timezone = "UTC" } }\n',
        '[clients]\na = { timezone = "UTC" } # c\n',
        '[clients.a]\ntimezone = "UTC"\nquota = { deliverables = 1, per = "week" }\n',
    ],
)
def test_what_stands_in_one_line_is_changed_but_not_extended(path: Path, odd: str) -> None:
    path.write_bytes(odd.encode())
    file = config(path)
    file.edit_client("a", {"timezone": "Asia/Tokyo"})
    changed = odd.replace("UTC", "Asia/Tokyo")

    assert text(path) == changed
    with pytest.raises(Refused, match="cannot change"):
        file.edit_client("a", {"name": "A", "quota.carry_over": 1})
    assert text(path) == changed


def test_dotted_keys_are_understood(path: Path) -> None:
    path.write_bytes(b'clients.a.timezone = "UTC"\nclients.b.timezone = "UTC" # b\nclients.a.name = "A"\n\n[me]\nname = "K"\n')
    file = config(path)
    file.edit_client("a", {"name": "Alpha"})
    file.remove_client("b")

    assert text(path) == 'clients.a.timezone = "UTC"\nclients.a.name = "Alpha"\n\n[me]\nname = "K"\n'


def test_a_change_at_the_same_time_is_not_overwritten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    versions = iter([FILE, FILE + "# somebody else\n"])
    monkeypatch.setattr(edit, "text_of", lambda _path: next(versions))

    with pytest.raises(Refused, match="changed at the same time"):
        config(path).edit_client("acme", {"name": "x"})
    assert text(path) == FILE


def test_a_failing_disk_leaves_the_old_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(ConfigError, match="cannot be written: no space left on device"):
        replace_file(path, "new")
    assert text(path) == FILE
    assert list(path.parent.iterdir()) == [path]


def test_an_edit_that_changes_nothing_does_not_write(path: Path) -> None:
    before = path.stat().st_ino
    config(path).edit_client("acme", {"name": "Acme Inc."})

    assert path.stat().st_ino == before


CLIENTS = st.sampled_from(["acme", "beta", "gamma", "delta"])
FIELDS: st.SearchStrategy[dict[str, str | None]] = st.dictionaries(
    st.sampled_from(["name", "hours", "buffer", "holidays"]), st.sampled_from(["Mon 9-17", "4h", "NO", None]), max_size=3
)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from(["add", "edit", "remove"]), CLIENTS, FIELDS), max_size=6))
def test_comments_outside_of_removed_clients_survive_any_edits(
    tmp_path_factory: pytest.TempPathFactory, edits: list[tuple[str, str, Fields]]
) -> None:
    path = tmp_path_factory.mktemp("edits") / "config.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    file = config(path)
    for verb, key, fields in edits:
        try:
            match verb:
                case "add":
                    file.add_client(key, {"timezone": "UTC", **fields})
                case "edit":
                    file.edit_client(key, fields)
                case _:
                    file.remove_client(key)
        except InputError:
            continue

    def others(text: str) -> list[str]:
        """Everything that is about no client, in its order."""
        sections = text.split("\n[")
        return [section.rstrip("\n") for section in sections if not section.startswith("clients.")]

    assert others(text(path)) == others(EXAMPLE.read_text(encoding="utf-8"))
    assert set(tomllib.loads(text(path))) >= {"me", "accounts", "calendars", "mail", "feeds"}
