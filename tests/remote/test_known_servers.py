from __future__ import annotations

import pytest

from deadlines.errors import InputError, UnknownName
from deadlines.remote import known_servers
from deadlines.remote.known_servers import SignIn, sign_in


def test_the_library_knows_where_nextcloud_has_its_root() -> None:
    assert "/remote.php/dav/" in set(known_servers.roots("kari"))


def test_a_provider_is_known_by_its_name() -> None:
    assert known_servers.url_of("iCloud", "kari@example.org") == "https://caldav.icloud.com/"


def test_a_user_name_goes_where_the_path_has_it() -> None:
    url = known_servers.url_of("gmx", "kari")

    assert url is not None
    assert "/kari/" in url


def test_a_path_with_a_user_name_is_left_out_without_one() -> None:
    assert not any("{" in root for root in known_servers.roots(""))
    assert known_servers.url_of("gmx", "") is None


def test_servers_that_only_people_run_themselves_are_no_providers() -> None:
    assert known_servers.url_of("radicale", "kari") is None
    assert known_servers.url_of("blub", "kari") is None
    assert "icloud" in known_servers.providers()


@pytest.mark.parametrize(
    ("typed", "username", "url", "name"),
    [
        ("https://dav.example.org/", "kari", "https://dav.example.org/", "kari"),
        ("https://dav.example.org", "", "https://dav.example.org", ""),
        ("webcal://example.org/a.ics", "", "webcal://example.org/a.ics", ""),
        ("~/calendars", "", "~/calendars", ""),
        ("file:calendars", "", "file:calendars", ""),
        ("calendar.ics", "", "calendar.ics", ""),
        ("dav.example.org", "kari", "https://dav.example.org/", "kari"),
        ("kari@example.org", "", "https://example.org/", "kari@example.org"),
        ("kari@example.org", "kari", "https://example.org/", "kari"),
        ("kari@localhost", "", "https://localhost/", "kari@localhost"),
        ("kari@iCloud.com", "", "https://caldav.icloud.com/", "kari@iCloud.com"),
        ("kari@gmx.net", "", "https://caldav.gmx.net/begenda/dav/kari@gmx.net/", "kari@gmx.net"),
        ("kari@net", "", "https://net/", "kari@net"),
        ("kari@mx.net", "", "https://mx.net/", "kari@mx.net"),
        ("icloud", "kari", "https://caldav.icloud.com/", "kari"),
    ],
)
def test_where_and_who_from_what_people_type(typed: str, username: str, url: str, name: str) -> None:
    assert sign_in(typed, username) == SignIn(url, name)


@pytest.mark.parametrize(("typed", "error"), [("iclod", UnknownName), ("@example.org", InputError), ("kari@", InputError)])
def test_what_leads_nowhere_is_told_at_once(typed: str, error: type[InputError]) -> None:
    with pytest.raises(error) as raised:
        sign_in(typed, "kari")

    assert raised.value.hint.startswith("give the URL")
