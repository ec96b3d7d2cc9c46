from __future__ import annotations

import gzip
import itertools
import logging
from collections.abc import Mapping

import pytest
from tests.remote.web import Site, Web, moved
from tests.servers.fake import Reply
from tests.servers.http_front import serve

from deadlines.errors import CollectionMissing, CredentialsRefused, NotCalDAV, RemoteError, TryLater, Unreachable
from deadlines.remote import download
from deadlines.remote.auth import Credentials
from deadlines.remote.download import Download, Downloader, shown
from deadlines.remote.http import connector
from deadlines.remote.refusals import read_refusal

KARI = Credentials(username="kari", password="hunter2")
HOME = "https://feeds.example/team.ics"
OK = Reply(status=200, headers={"Content-Type": "text/calendar; charset=utf-8", "ETag": '"1"'}, body=b"BEGIN:VCALENDAR")


def get(web: Web, url: str = HOME, credentials: Credentials | None = None, *, insecure: bool = False) -> Download:
    return Downloader(credentials, web.connect, insecure=insecure, timer=lambda: 0.0).get(url, {}, refuse=read_refusal)


def test_a_file_comes_with_its_headers_and_in_one_request() -> None:
    web = Web({HOME: OK})
    downloader = Downloader(None, web.connect, insecure=False)
    found = downloader.get(HOME, {"If-None-Match": '"0"'}, refuse=read_refusal)

    assert (found.body, found.media_type, found.headers["etag"]) == (b"BEGIN:VCALENDAR", "text/calendar", '"1"')
    assert downloader.requests == 1
    assert web.headers[0]["if-none-match"] == '"0"'


def test_not_modified_has_no_body() -> None:
    assert get(Web({HOME: Reply(status=304)})).body is None


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("https://feeds.example/team.ics?token=a%2Fb&x=1#part", "https://feeds.example/team.ics?token=a%2Fb&x=1"),
        ("https://feeds.example/æ b.ics", "https://feeds.example/%C3%A6%20b.ics"),
        ("https://FEEDS.example:443/a%20b.ics", "https://feeds.example/a%20b.ics"),
    ],
)
def test_a_url_is_asked_for_as_it_is(typed: str, asked: str) -> None:
    assert get(Web({asked: OK}), typed).body


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_also_to_other_hosts(status: int) -> None:
    web = Web(
        {
            HOME: moved("/b.ics", status),
            "https://feeds.example/b.ics": moved("//other.example/c.ics?x=1", status),
            "https://other.example/c.ics?x=1": OK,
        }
    )

    assert get(web).body == OK.body
    assert len(web.asked) == 3


def test_five_redirects_are_enough() -> None:
    chain = {f"https://feeds.example/{number}.ics": moved(f"/{number + 1}.ics") for number in range(9)}
    web = Web({**chain, "https://feeds.example/5.ics": OK})
    assert get(web, "https://feeds.example/0.ics").body

    web = Web({**chain, "https://feeds.example/6.ics": OK})
    with pytest.raises(NotCalDAV, match="redirects more than 5 times"):
        get(web, "https://feeds.example/0.ics")
    assert len(web.asked) == 6


@pytest.mark.parametrize(
    "target",
    [
        "http://feeds.example/plain.ics",
        "HTTP://other.example/x.ics",
        "file:///etc/passwd",
        "ftp://x/y",
        "",
        "https://[bad/x",
        "gopher://x",
    ],
)
def test_nothing_leads_from_https_to_what_is_less(target: str) -> None:
    web = Web({HOME: moved(target)})

    with pytest.raises(NotCalDAV):
        get(web)
    assert web.asked == [HOME]


def test_a_redirect_with_a_password_in_it_is_refused() -> None:
    with pytest.raises(CredentialsRefused) as refused:
        get(Web({HOME: moved("https://kari:hunter2@other.example/x.ics")}))
    assert "hunter2" not in str(refused.value)


def test_the_password_goes_to_its_own_origin_and_nowhere_else() -> None:
    """Not even where it is asked for, nor to another port of the same host."""
    challenge = Reply(status=401, headers={"WWW-Authenticate": 'Basic realm="x"'})
    for other in ("https://other.example/x.ics", "https://feeds.example:8443/x.ics"):
        web = Web({HOME: moved(other), other: challenge})
        with pytest.raises(CredentialsRefused):
            get(web, credentials=KARI)
        assert "authorization" in web.headers[0]
        assert "authorization" not in web.headers[1]


def test_the_password_comes_back_with_the_origin() -> None:
    web = Web(
        {
            HOME: moved("https://other.example/x.ics"),
            "https://other.example/x.ics": moved("https://feeds.example/y.ics"),
            "https://feeds.example/y.ics": OK,
        }
    )
    get(web, credentials=KARI)

    assert ["authorization" in headers for headers in web.headers] == [True, False, True]


def test_plain_http_is_for_feeds_without_a_password() -> None:
    url = "http://feeds.example/team.ics"
    assert get(Web({url: OK}), url).body
    with pytest.raises(CredentialsRefused):
        get(Web({url: OK}), url, KARI)
    assert get(Web({url: OK}), url, KARI, insecure=True).body


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(status=404), CollectionMissing),
        (Reply(status=410), CollectionMissing),
        (Reply(status=401), CredentialsRefused),
        (Reply(status=403), CredentialsRefused),
        (Reply(status=418), NotCalDAV),
        (Reply(status=206), NotCalDAV),
        (Reply(status=429, headers={"Retry-After": "120"}), TryLater),
        (Reply(status=503), TryLater),
        (Reply(status=500), Unreachable),
    ],
)
def test_every_other_status_is_told_as_what_it_means(reply: Reply, error: type[RemoteError]) -> None:
    web = Web({HOME: reply})

    with pytest.raises(error) as told:
        get(web)
    assert type(told.value) is error
    assert len(web.asked) == 1


@pytest.mark.parametrize("packed", [False, True])
def test_more_than_ten_megabytes_are_refused_also_after_inflating(packed: bool) -> None:
    body = bytes(download.LARGEST + 1)
    headers = {"Content-Encoding": "gzip"} if packed else {}
    web = Web({HOME: Reply(status=200, headers=headers, body=gzip.compress(body) if packed else body)})

    with pytest.raises(NotCalDAV, match="larger than 10000000 bytes"):
        get(web)
    body = body[1:]
    web.pages[HOME] = Reply(status=200, headers=headers, body=gzip.compress(body) if packed else body)
    assert get(web).body == body


def test_fifteen_seconds_are_for_all_of_it() -> None:
    """Each look at the clock finds it four seconds later."""
    clock = itertools.count(0, 4)
    web = Web(
        {HOME: moved("/a.ics"), "https://feeds.example/a.ics": moved("/b.ics"), "https://feeds.example/b.ics": moved("/c.ics")}
    )

    with pytest.raises(Unreachable, match="no answer within 15 s"):
        Downloader(None, web.connect, insecure=False, timer=lambda: float(next(clock))).get(HOME, {}, refuse=read_refusal)
    assert len(web.asked) == 3


def test_a_body_that_drips_is_given_up() -> None:
    clock = itertools.count(0, 4)
    web = Web({HOME: Reply(status=200, body=bytes(10_000))})

    with pytest.raises(Unreachable, match="takes more than 15 s"):
        Downloader(None, web.connect, insecure=False, timer=lambda: float(next(clock))).get(HOME, {}, refuse=read_refusal)


def test_a_server_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "SECONDS", 0.3)
    web = Web({"x/a.ics": Reply(status=200, body=bytes(1000), drip=0.02)})
    with serve(Site(web, "x")) as url, pytest.raises(Unreachable):
        Downloader(None, connector(), insecure=True).get(url + "a.ics", {}, refuse=read_refusal)


def test_queries_are_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)

    def page(_headers: Mapping[str, str]) -> Reply:
        return Reply(status=500)

    with pytest.raises(Unreachable) as told:
        get(Web({HOME + "?token=s3cret": page}), HOME + "?token=s3cret")
    assert "s3cret" not in f"{told.value} {caplog.text}"
    assert shown(HOME + "?token=s3cret#x") == HOME
