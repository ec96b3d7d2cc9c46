import pytest

from deadlines.core.settings import Account, AccountKind


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://dav.example/", AccountKind.CALDAV),
        ("https://dav.example/kari/tasks.ics/", AccountKind.CALDAV),
        ("http://dav.example/x?file=a.ics", AccountKind.CALDAV),
        ("https://feeds.example/team.ics", AccountKind.SUBSCRIPTION),
        ("https://feeds.example/team.ICS?token=1#x", AccountKind.SUBSCRIPTION),
        ("webcal://feeds.example/team", AccountKind.SUBSCRIPTION),
        ("WEBCALS://feeds.example/team", AccountKind.SUBSCRIPTION),
        ("file:///home/kari/team.ics", AccountKind.SUBSCRIPTION),
        ("file:///home/kari/team.ics/", AccountKind.FOLDER),
        ("file:///home/kari/calendars", AccountKind.FOLDER),
    ],
)
def test_the_url_of_an_account_says_what_is_behind_it(url: str, kind: AccountKind) -> None:
    assert Account(name="a", url=url).kind is kind
