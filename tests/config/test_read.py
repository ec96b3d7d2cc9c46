import os
import subprocess
import sys
from collections.abc import Container
from datetime import date, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from deadlines.config.read import default_settings, read, read_named, read_text
from deadlines.core.availability import TimeOff, Travel
from deadlines.core.client import AllDayDue, Period, Quota, QuotaUnit
from deadlines.core.settings import LOCAL, Content, Details, Mode, PasswordSource, Policy, Settings
from deadlines.errors import ConfigError, UnknownName

HOLIDAY = date(2026, 5, 17)


def holidays(region: str) -> Container[date]:
    if region.startswith("X"):
        raise UnknownName("region", region, ["NO"])
    return frozenset({HOLIDAY})


def load(text: str) -> Settings:
    return read_text(text, "config.toml", holidays=holidays, local_zone="Pacific/Auckland")


def problems(text: str) -> tuple[str, ...]:
    with pytest.raises(ConfigError) as caught:
        load(text)
    return caught.value.problems


ACCOUNT = '[accounts.main]\nurl = "https://dav.example/"\n'
CALENDAR = ACCOUNT + '[calendars.work]\naccount = "main"\npath = "/w/"\n'
CLIENT = '[clients.acme]\ntimezone = "America/New_York"\n'


def test_defaults_are_the_computers_zone_and_office_hours() -> None:
    settings = default_settings("Pacific/Auckland")

    assert settings == load("")
    assert settings.me.zone.key == "Pacific/Auckland"
    assert {window.weekday for window in settings.me.availability.weekly} == {0, 1, 2, 3, 4}
    assert {(window.start, window.end) for window in settings.me.availability.weekly} == {
        (timedelta(hours=9), timedelta(hours=17))
    }
    assert settings.me.default_calendar == LOCAL
    assert not settings.clients


def test_a_client_works_on_their_own_clock() -> None:
    client = load(CLIENT + 'hours = "Sun-Thu 22:00-06:00"\nholidays = "NO"\n').clients["acme"]

    assert client.availability.zone.key == client.zone.key == "America/New_York"
    assert HOLIDAY in client.availability.closed
    assert (client.name, client.calendar, client.warn_before, client.buffer) == ("acme", "", timedelta(days=3), timedelta())
    assert client.quota is None


def test_exceptions_to_the_hours_are_dated() -> None:
    text = 'time_off = ["2026-12-24..2027-01-02 Christmas"]\ntravel = ["2027-03-01 Asia/Tokyo"]\n'
    settings = load("[me]\n" + text + CLIENT + text)

    for availability in (settings.me.availability, settings.clients["acme"].availability):
        assert availability.time_off == (TimeOff(first=date(2026, 12, 24), last=date(2027, 1, 2), note="Christmas"),)
        assert availability.travel == (Travel(first=date(2027, 3, 1), last=date(2027, 3, 1), zone=ZoneInfo("Asia/Tokyo")),)


def test_a_date_ends_with_my_day_and_with_a_clients_business() -> None:
    settings = load(CLIENT)

    assert settings.me.all_day_due is AllDayDue.END_OF_DAY
    assert settings.clients["acme"].all_day_due is AllDayDue.CLOSE_OF_BUSINESS


def test_a_client_follows_me_where_a_date_falls_due() -> None:
    text = '[me]\nall_day_due = "end-of-day"\n' + CLIENT

    assert load(text).clients["acme"].all_day_due is AllDayDue.END_OF_DAY
    assert load(text + 'all_day_due = "start-of-day"').clients["acme"].all_day_due is AllDayDue.START_OF_DAY


@pytest.mark.parametrize(
    ("text", "quota"),
    [
        (
            'deliverables = 4\nper = "week"\ncarry_over = 2',
            Quota(unit=QuotaUnit.DELIVERABLES, amount=4, per=Period.WEEK, carry_over=2),
        ),
        ('hours = 7.5\nper = "month"', Quota(unit=QuotaUnit.HOURS, amount=7.5, per=Period.MONTH, carry_over=0)),
    ],
)
def test_quota_counts_one_thing(text: str, quota: Quota) -> None:
    assert load(CLIENT + "[clients.acme.quota]\n" + text).clients["acme"].quota == quota


@pytest.mark.parametrize(
    ("text", "calendar"),
    [
        ("", LOCAL),
        (CALENDAR, "work"),
        (CALENDAR + 'mode = "read-only"', LOCAL),
        (CALENDAR + '[calendars.b]\naccount = "main"\npath = "/b/"', LOCAL),
        (CALENDAR + '[calendars.b]\naccount = "main"\npath = "/b/"\n[me]\ndefault_calendar = "b"', "b"),
        (CALENDAR + '[me]\ndefault_calendar = "local"', LOCAL),
    ],
)
def test_default_calendar_is_the_only_one_that_can_be_written(text: str, calendar: str) -> None:
    assert load(text).me.default_calendar == calendar


def test_a_calendar_and_its_account() -> None:
    settings = load(CALENDAR.replace("[calendars", "keyring = true\n[calendars") + 'conflict = "ask"\nmode = "read-only"')

    assert settings.accounts["main"].password == PasswordSource(keyring=True)
    assert settings.calendars["work"].conflict is Policy.ASK
    assert settings.calendars["work"].mode is Mode.READ_ONLY


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_mail_port_follows_its_security(security: str, port: int) -> None:
    mail = load(f'[me]\nemail = "k@example.org"\n[mail]\nhost = "localhost"\nsecurity = "{security}"').mail

    assert mail is not None
    assert (mail.port, mail.sender, mail.to) == (port, "k@example.org", ("k@example.org",))


def test_a_feed_is_written_below_the_home_folder() -> None:
    feed = load('[feeds.all]\npath = "~/all.ics"').feeds["all"]

    assert feed.path == str(Path.home() / "all.ics")
    assert (feed.client, feed.content, feed.details) == ("", (Content.DEADLINES,), Details.FULL)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            '[me]\ntimezone = "America/NewYork"',
            "line 2: me.timezone: unknown zone 'America/NewYork'; did you mean 'America/New_York'",
        ),
        ('[me]\ntimezone = "IST"', "line 2: me.timezone: zone 'IST' is ambiguous: Asia/Kolkata or Europe/Dublin"),
        ("[me]\ntimezone = 1", 'line 2: me.timezone: expected a time zone such as "Europe/Oslo", found 1'),
        ('[me]\nhours = "Mon-Fri"', "line 2: me.hours: "),
        ('[me]\nhours = ""', "line 2: me.hours: expected working hours such as \"Mon-Fri 09:00-17:00\", found ''"),
        ('[me]\nholidays = "XX"', "line 2: me.holidays: unknown region 'XX'; did you mean 'NO'?"),
        ('[me]\nholidays = "norway"', 'line 2: me.holidays: expected a country or country-subdivision such as "NO" or "US-NY"'),
        ('[me]\nhours = "9-25"', "line 2: me.hours: working hours '9-25': no day stands before it; for example \"Mon-Fri"),
        ('[me]\ntime_off = "2026-12-24"', 'line 2: me.time_off: expected a list such as ["2026-12-24..2027-01-02 Christmas"]'),
        ('[me]\ntime_off = ["24.12."]', "line 2: me.time_off: time off '24.12.': '24.12.' is no date of the form 2026-12-24"),
        (
            '[me]\ntime_off = ["2027-01-02..2026-12-24"]',
            "line 2: me.time_off: time off '2027-01-02..2026-12-24': it ends before it starts, on 2026-12-24",
        ),
        (
            '[me]\ntime_off = ["2026-12-24..2027-12-02", "2027-03-29 Easter"]',
            "line 2: me.time_off: '2027-03-29 Easter' overlaps '2026-12-24..2027-12-02'; join them, or correct the dates of one",
        ),
        ('[me]\ntravel = ["2027-03-01"]', "line 2: me.travel: travel '2027-03-01': it needs a zone, or other hours, after the"),
        ('[me]\ntravel = ["2027-03-01 Toyko"]', "line 2: me.travel: unknown zone 'Toyko'; did you mean 'Asia/Tokyo'"),
        (
            CLIENT + 'travel = ["2027-03-01..2027-03-12 Tokyo",\n"2027-03-12 Berlin"]',
            "line 3: clients.acme.travel: '2027-03-12 Europe/Berlin' overlaps '2027-03-01..2027-03-12 Asia/Tokyo'; end the one",
        ),
        ("[me]\nvacation = []", "line 2: me.vacation: unknown key; did you mean 'time_off'?"),
        ('[me]\nemail = "kari"', "line 2: me.email: expected an address such as \"kari@example.org\", found 'kari'"),
        ('[me]\nemail = "a@b.example, c@d.example"', "line 2: me.email: expected an address"),
        ('[me]\nname = "K\\u001b[31m"', "line 2: me.name: 'K�[31m' holds a character that cannot be printed"),
        ('[me]\ntz = "UTC"', "line 2: me.tz: unknown key; did you mean 'timezone'?"),
        ("[me]\nEmail = 1", "line 2: me.Email: unknown key; did you mean 'email'?"),
        ("[me]\nqqqq = 1", "line 2: me.qqqq: unknown key; known: name, email, language"),
        (
            '[me]\ndefault_calendar = "wrok"\n' + CALENDAR,
            "line 2: me.default_calendar: there is no calendar 'wrok'; did you mean 'work'?",
        ),
        ('me = "Kari"', "line 1: me: expected a table with keys such as name, found 'Kari'"),
        ('timezone = "UTC"', "line 1: timezone: a key stands under [me] or [clients.NAME]"),
        ("x = 1", "line 1: x: a key stands under a section such as [me]"),
        ("[client.acme]", "line 1: client: unknown section; did you mean 'clients'?"),
        ("[clients]\nname = 1", "line 2: clients.name: expected a table with keys such as name, found 1"),
        ("clients = []", "line 1: clients: expected tables such as [clients.NAME], found an empty list"),
        ("[[clients]]", "line 1: clients: expected tables such as [clients.NAME], found a list"),
        ("[clients.acme]", 'line 1: clients.acme: timezone is missing: a time zone such as "Europe/Oslo"'),
        ('[clients.Acme]\ntimezone = "UTC"', "line 1: clients.Acme: a name is made of lower-case letters, digits, - and _"),
        ('[clients.me]\ntimezone = "UTC"', "line 1: clients.me: the name 'me' is taken by the program"),
        ('[clients."a\\u001b\\nb"]\ntimezone = "UTC"', 'line 1: clients."a\\x1b\\nb": a name is made of'),
        (CLIENT + 'emails = "*@acme.example"', 'line 3: clients.acme.emails: expected a list such as ["*@acme.example"], found'),
        (CLIENT + 'emails = ["acme"]', "line 3: clients.acme.emails: expected an address or a pattern such as"),
        (CLIENT + 'calendar = "hom"', "line 3: clients.acme.calendar: there is no calendar 'hom'; known: local"),
        (CLIENT + 'all_day_due = "noon"', 'line 3: clients.acme.all_day_due: expected "close-of-business" or "end-of-day" or'),
        (CLIENT + 'warn_before = "soon"', "line 3: clients.acme.warn_before: duration 'soon'"),
        (CLIENT + 'buffer = "900d"', "line 3: clients.acme.buffer: '900d' is not between 0 and 366 days"),
        (CLIENT + "quota = { per = 'week' }", "line 3: clients.acme.quota: a quota needs deliverables = 4 or hours = 20"),
        (CLIENT + "quota = { hours = 1 }", 'line 3: clients.acme.quota: per is missing: "week" or "month"'),
        (
            CLIENT + "quota = { hours = 1, deliverables = 2, per = 'week' }",
            "line 3: clients.acme.quota.hours: a quota is of deliverables or of hours",
        ),
        (
            CLIENT + "quota.per = 'week'\nquota.deliverables = true",
            "line 4: clients.acme.quota.deliverables: expected a whole number from 1 to 10000",
        ),
        (
            CLIENT + "quota.per = 'week'\nquota.hours = nan",
            "line 4: clients.acme.quota.hours: expected a number from 0 to 10000, found nan",
        ),
        ("[accounts.a]", "line 1: accounts.a: url is missing"),
        ('[accounts.a]\nurl = "dav.example"', 'line 2: accounts.a.url: expected an address such as "https://dav.example.org/"'),
        ('[accounts.a]\nurl = "http://dav.example/"', "line 2: accounts.a.url: plain http shows the password to everybody"),
        (ACCOUNT + 'password_env = "A"\nkeyring = true', "line 4: accounts.main.keyring: one source of the password is enough"),
        (
            ACCOUNT + 'password_command = "pass show x"',
            "line 3: accounts.main.password_command: expected a program and its arguments",
        ),
        (
            CALENDAR.replace('"main"', '"mian"'),
            "line 4: calendars.work.account: there is no account 'mian'; did you mean 'main'?",
        ),
        (CALENDAR.replace('path = "/w/"', ""), 'line 3: calendars.work: say where it is: path = "/kari/tasks/" or display_name'),
        (CALENDAR.replace("/w/", "w"), "line 5: calendars.work.path: expected a path on the server such as"),
        (
            CALENDAR.replace("calendars.work", "calendars.local"),
            "line 3: calendars.local: the name 'local' is taken by the program",
        ),
        (CALENDAR + 'mode = "2-way"', 'line 6: calendars.work.mode: expected "two-way" or "read-only", found \'2-way\''),
        (
            CALENDAR + '[calendars.b]\naccount = "main"\npath = "/w"',
            "line 6: calendars.b: this is the same collection as calendars.work",
        ),
        (
            "[mail]\nport = 70000\nfrom = 'a@b'\nhost='h'",
            "line 2: mail.port: expected a whole number from 1 to 65535, found 70000",
        ),
        (
            "[mail]\nport = 587.0\nfrom = 'a@b'\nhost='h'",
            "line 2: mail.port: expected a whole number from 1 to 65535, found 587.0",
        ),
        (
            "[mail]\nhost = 'smtp.example'\nfrom = 'a@b'\nsecurity = 'none'",
            "line 4: mail.security: mail leaves this computer encrypted",
        ),
        ("[mail]\nhost = 'smtp.example'", "line 1: mail: from is missing, and me.email too"),
        ("[feeds.a]\npath = 'a.ics'", "line 2: feeds.a.path: expected a file such as"),
        (
            "[feeds.a]\npath = '/a'\nclient = 'acne'\n" + CLIENT,
            "line 3: feeds.a.client: there is no client 'acne'; did you mean 'acme'?",
        ),
        ("[feeds.a]\npath = '/a'\n[feeds.b]\npath = '/x/../a'", "line 4: feeds.b.path: feeds.a is written to the same file"),
        ("[feeds.a]\npath = '/a'\ncontent = ['all']", 'line 3: feeds.a.content: expected "deadlines" or "tasks" or'),
        (
            "[feeds.a]\npath = '/a'\ndays_back = 1979-05-27",
            "line 3: feeds.a.days_back: expected a whole number from 0 to 3660, found a date",
        ),
        ("[me]\nname = Kari", "line 2: not valid TOML: invalid value (column 8); a text needs quotes around it"),
        ("[me]\n[me]", "line 2: not valid TOML: cannot declare ('me',) twice (column "),
        ('x = "', "line 1: not valid TOML: "),
        ("a = " + "[" * 20_000, "not valid TOML: nested too deeply"),
        ("a = " + "9" * 5_000, "not valid TOML: a number is too long"),
        ("#" * 500_001, "the file is larger than half a megabyte"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_remedy(text: str, message: str) -> None:
    found = problems(text)

    assert len(found) == 1
    assert found[0].startswith(message)


TEN = """\
# ten mistakes
[me]
timezone = "Europe/Olso"
hours = "nine to five"
emial = "kari@example.org"

[clients.acme]
calendar = "hoem"
warn_before = 3

[accounts.main]
url = "ftp://dav.example/"
password = "hunter2"

[calendars.work]
account = "mian"
path = "/kari/work/"

[feed.acme]
path = "/a.ics"
"""


def test_ten_mistakes_are_ten_lines_in_the_order_of_the_file() -> None:
    found = problems(TEN)

    assert len(found) == 10
    assert [int(problem.split(":")[0].removeprefix("line ")) for problem in found] == [3, 4, 5, 7, 8, 9, 12, 13, 16, 19]


def test_a_file_of_another_kind_is_refused_soon() -> None:
    assert len(problems("[me]\n" + "".join(f"key{n} = 1\n" for n in range(30_000)))) == 100
    assert len(problems("".join(f"[clients.c{n}]\ncalendar='x{n}'\n" for n in range(10_000)))) <= 101


def test_a_calendar_without_its_place_is_told_also_when_its_account_is_wrong() -> None:
    found = problems('[calendars.work]\naccount = "mian"')

    assert [problem.split(":")[1] for problem in found] == [" calendars.work", " calendars.work.account"]


def test_a_good_file_pays_for_no_mistakes() -> None:
    script = (
        "import sys; from deadlines.config.read import read_text; from deadlines.config import locations;"
        "locations.config_path({'HOME': '/h'}, None);"
        "read_text('[clients.a]\\ntimezone = \"UTC\"', 'c', holidays=set, local_zone='UTC');"
        "print(*{'deadlines.config.outline', 'tomlkit', 'platformdirs', 'tempfile', 'json', 'holidays'} & sys.modules.keys())"
    )
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert ran.stdout.strip() == ""


SECRET = "hunter2"


@pytest.mark.parametrize(
    "text",
    [
        f'[accounts.a]\nurl = "https://dav.example/"\npassword = "{SECRET}"',
        f'[accounts.a]\nurl = "https://dav.example/"\nPassword = "{SECRET}"',
        f'[accounts.a]\nurl = "https://dav.example/"\npasswrod = "{SECRET}"',
        f'[accounts.a]\nurl = "https://kari:{SECRET}@dav.example/"',
        f'[accounts.a]\nurl = "kari:{SECRET}@dav.example"',
        f'[accounts.a]\nurl = "https://kari:{SECRET}/x@dav.example"',
        f'[accounts.a]\nurl = "https://dav.example/"\nkeyring = "{SECRET}"',
        f'[accounts.a]\nurl = "https://dav.example/"\npassword_env = "{SECRET} x"',
        f'[accounts.a]\nurl = "https://dav.example/"\npassword_command = "{SECRET}"',
        f'[mail]\nhost = "localhost"\nfrom = "a@b"\npassword = "{SECRET}"',
        f'password = "{SECRET}"',
        f'[deep.er.still]\npassword = "{SECRET}"',
        f'[accounts.a]\nurl = "https://dav.example/"\npassword = {SECRET}',
    ],
)
def test_a_password_is_refused_and_never_repeated(text: str) -> None:
    assert all(SECRET not in problem for problem in problems(text))


def test_a_password_in_the_file_comes_with_the_ways_out() -> None:
    (found,) = problems(ACCOUNT + 'password = "x"')

    assert found.startswith("line 3: accounts.main.password: a password does not belong into this file; use password_command")


@pytest.mark.parametrize("url", ["http://localhost:5232/", "http://127.0.0.1/", "http://[::1]:80/x", "https://dav.example"])
def test_plain_http_is_fine_on_this_computer(url: str) -> None:
    assert load(f'[accounts.a]\nurl = "{url}"').accounts["a"].url == url


@pytest.mark.parametrize("url", ["http://127.evil.example/", "http://localhost.evil.example/", "http://dav.example/"])
def test_plain_http_elsewhere_has_to_be_asked_for(url: str) -> None:
    assert "plain http" in problems(f'[accounts.a]\nurl = "{url}"')[0]
    assert load(f'[accounts.a]\nurl = "{url}"\ninsecure = true').accounts["a"].insecure


def test_sections_keep_the_order_of_the_file() -> None:
    text = "".join(f'[clients.{key}]\ntimezone = "UTC"\n' for key in ("zulu", "alpha", "mike"))

    assert list(load(text).clients) == ["zulu", "alpha", "mike"]


def test_a_missing_file_means_the_defaults_unless_it_was_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"

    assert read(path, holidays=holidays, local_zone="UTC") == default_settings("UTC")
    with pytest.raises(ConfigError, match="there is no such file"):
        read_named(path, holidays=holidays, local_zone="UTC")


def test_a_file_is_read_as_utf_8_whatever_the_locale(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes('\N{ZERO WIDTH NO-BREAK SPACE}[me]\r\nname = "Kåri 日本"\r\n'.encode())

    assert read(path, holidays=holidays, local_zone="UTC").me.name == "Kåri 日本"
    assert read_named(path, holidays=holidays, local_zone="UTC").me.name == "Kåri 日本"


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"[me]\nname = 'K\xe5ri'\n")

    with pytest.raises(ConfigError, match="line 2: this is not UTF-8"):
        read(latin, holidays=holidays, local_zone="UTC")
    with pytest.raises(ConfigError, match="this is a folder, not a file"):
        read(tmp_path, holidays=holidays, local_zone="UTC")
    with pytest.raises(ConfigError, match="cannot be read: not a directory"):
        read(latin / "config.toml", holidays=holidays, local_zone="UTC")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="everything is readable to root")
def test_a_forbidden_file_says_so(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch(mode=0)

    with pytest.raises(ConfigError, match="permission denied"):
        read(path, holidays=holidays, local_zone="UTC")


HEADERS = ["[me]", "[clients.a]", "[accounts.a]", "[calendars.a]", "[feeds.a]", "[mail]", "[clients.a.quota]", "[[me]]", "[x.y]"]
WORDS = [
    "clients",
    "name",
    "timezone",
    "hours",
    "url",
    "path",
    "emails",
    "port",
    "from",
    "quota",
    "password",
    "content",
    "insecure",
]
MARKS = [
    " = ",
    ".",
    ",",
    "{",
    "}",
    "[",
    "]",
    '"',
    "'",
    '"""',
    "'''",
    "\n",
    "\r\n",
    " ",
    "#",
    "\\",
    "\x00",
    "\ud800",
    "é",
    "\ufeff",
]
SCRAPS = [
    "1",
    "1e400",
    "nan",
    "true",
    '"UTC"',
    '"Mon 9-17"',
    '""',
    '"/a"',
    '"https://a.example/"',
    '"a"',
    "1979-05-27",
    '"\\u0000"',
]
PIECES = st.sampled_from([*HEADERS, *WORDS, *MARKS, *SCRAPS])


def outcome(text: str) -> tuple[str, ...]:
    """The problems of a text, none where it is fine; whatever else is raised goes through."""
    try:
        load(text)
    except ConfigError as error:
        return error.problems or ("an error without a problem\x00",)
    return ()


@settings(deadline=None)
@given(st.lists(PIECES, max_size=30).map("".join))
@example("a." * 500 + "b = 1")
@example("[me]\nname = '''" + "x" * 100_000 + "'''")
def test_no_text_raises_anything_but_config_error(text: str) -> None:
    assert all(problem.isprintable() for problem in outcome(text))


KEYS = st.sampled_from(
    ["name", "timezone", "hours", "url", "path", "emails", "port", "quota", "password", "per", "keyring", "zzz"]
)
LEAVES = st.one_of(
    st.integers(), st.booleans(), st.floats(), st.text(max_size=5), st.just("UTC"), st.lists(st.text(max_size=3), max_size=2)
)
SECTIONS = st.sampled_from(["me", "clients.a", "clients.a.quota", "accounts.a", "calendars.a", "mail", "feeds.a", "'\\'.b"])


def toml(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\U{ord(char):08x}" for char in value) + '"'
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            return str(value)


@settings(deadline=None)
@given(st.dictionaries(SECTIONS, st.dictionaries(KEYS, LEAVES, max_size=4), max_size=4))
def test_no_value_raises_anything_but_config_error(tables: dict[str, dict[str, object]]) -> None:
    text = "".join(
        f"[{name}]\n" + "".join(f"{key} = {toml(value)}\n" for key, value in table.items()) for name, table in tables.items()
    )

    assert all(problem.isprintable() for problem in outcome(text))


FILES = '[accounts.files]\nurl = "~/calendars"\n[calendars.tasks]\naccount = "files"\n'
TEAM = '[accounts.team]\nurl = "https://feeds.example/team.ics"\n[calendars.team]\naccount = "team"\n'


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("~/calendars", f"{Path.home().as_uri()}/calendars"),
        ("~/a b?c.ics", f"{Path.home().as_uri()}/a%20b%3Fc.ics"),
        ("/srv/calendars/", "file:///srv/calendars/"),
        ("file:///srv/a%20b", "file:///srv/a%20b"),
        ("file:///srv/a b", "file:///srv/a%20b"),
        ("file://localhost/srv/cal.ics", "file:///srv/cal.ics"),
        ("webcal://feeds.example/team", "webcal://feeds.example/team"),
        ("http://feeds.example/team.ics", "http://feeds.example/team.ics"),
    ],
)
def test_an_account_may_be_a_folder_or_a_subscription(typed: str, url: str) -> None:
    assert load(f'[accounts.a]\nurl = "{typed}"').accounts["a"].url == url


@pytest.mark.parametrize("path", ["tasks", "/tasks/", ".", "work/tasks"])
def test_a_calendar_is_a_folder_in_the_folder(path: str) -> None:
    settings = load(FILES + f'path = "{path}"')

    assert settings.calendars["tasks"].path == path
    assert settings.calendars["tasks"].mode is Mode.TWO_WAY
    assert settings.me.default_calendar == "tasks"


@pytest.mark.parametrize("mode", ["", 'mode = "read-only"'])
def test_a_subscription_is_read_only_whatever_is_said(mode: str) -> None:
    settings = load(TEAM + mode)

    assert settings.calendars["team"].mode is Mode.READ_ONLY
    assert settings.me.default_calendar == LOCAL


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            TEAM + 'mode = "two-way"',
            'line 5: calendars.team.mode: a subscription can only be read: use "read-only", or leave it out',
        ),
        (TEAM + '[calendars.again]\naccount = "team"', "line 5: calendars.again: this is the same collection as calendars.team"),
        (FILES, "line 3: calendars.tasks: say where it is"),
        (FILES + 'path = "../tasks"', "line 5: calendars.tasks.path: expected a path"),
        (
            FILES + 'path = "tasks"\n[calendars.again]\naccount = "files"\npath = "/tasks/"',
            "line 6: calendars.again: this is the same",
        ),
        ('[accounts.a]\nurl = "file://server/share"', "line 2: accounts.a.url: expected an address"),
        ('[accounts.a]\nurl = "//server/share"', "line 2: accounts.a.url: expected an address"),
        ('[accounts.a]\nurl = "calendars/work"', "line 2: accounts.a.url: expected an address"),
        ('[accounts.a]\nurl = "webcal://kari:pw@feeds.example/x"', "line 2: accounts.a.url: a user name or password"),
        ('[accounts.a]\nurl = "http://feeds.example/x.ics"\nusername = "kari"', "line 2: accounts.a.url: plain http shows"),
    ],
)
def test_what_cannot_be_a_folder_or_a_subscription(text: str, problem: str) -> None:
    assert problems(text)[0].startswith(problem)


def test_a_digest_comes_when_it_is_said() -> None:
    rules = load('[digest]\nat = "8:30"\nworking_days_only = true').digest

    assert (rules.at, rules.working_days_only, rules.heartbeat) == (time(8, 30), True, False)
    assert load("").digest.at is None


def test_readers_have_languages() -> None:
    settings = load('[me]\nlanguage = "nb"\n' + CLIENT)

    assert (settings.me.language, settings.clients["acme"].language) == ("nb", "en")
    assert problems('[me]\nlanguage = "norsk"') == ("line 2: me.language: there is no language 'norsk'; known: en, nb",)
    assert problems('[digest]\nat = "24:00"') == ("line 2: digest.at: expected a time of day such as \"08:00\", found '24:00'",)
