from deadlines.remote import known_servers


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
