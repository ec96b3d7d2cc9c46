"""What a home told stands in for the first question of a run, and which way is gone to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.servers.fake import Behaviour, FakeDav, Reply, Request
from tests.servers.quirks import TokensSpeltTwoWays
from tests.sync.rig import NOW, PATH, LockedDav, Replica, task, uids

from deadlines.errors import CredentialsRefused, Unreachable
from deadlines.remote.base import Collection, Mark, Page
from deadlines.remote.caldav import CalDavCollection
from deadlines.remote.http import Client
from deadlines.store.homes import HomeCosts, Took
from deadlines.sync.foreknowledge import AGAIN, Home, pays

UNKNOWN = HomeCosts("http://127.0.0.1:1/kari/")
SOON = NOW + timedelta(minutes=15)
_SECONDS = st.floats(0, 100)


def measured(together: float, told: float, alone: float) -> HomeCosts:
    return UNKNOWN._replace(together=Took(together, NOW), told=told, alone=Took(alone, NOW))


# Which way?


@pytest.mark.parametrize(
    ("together", "told", "alone", "calendars", "expected"),
    [
        (0.06, 1.0, 0.05, 8, True),  # a long line
        (0.39, 1.0, 0.05, 8, True),
        (2.0, 1.0, 0.05, 8, False),  # a server that looks at much more than we sync
        (0.06, 0.125, 0.05, 8, False),  # seven of eight changed
        (0.06, 0.25, 0.05, 8, True),
        (0.06, 1.0, 0.05, 2, True),
        (0.2, 1.0, 0.05, 2, False),  # few are wanted
        (0.0, 0.0, 0.05, 8, False),  # it tells nothing
    ],
)
def test_one_request_for_all_pays_where_it_takes_less_than_those_it_spares(
    together: float, told: float, alone: float, calendars: int, expected: bool
) -> None:
    assert pays(measured(together, told, alone), calendars, now=SOON) is expected


def test_what_is_not_known_is_measured_the_new_way_first() -> None:
    tried = UNKNOWN._replace(together=Took(0.06, NOW), told=1.0)

    assert [pays(costs, 8, now=SOON) for costs in (UNKNOWN, tried)] == [True, False]


def test_the_way_that_was_not_gone_for_a_day_is_gone_once() -> None:
    late = NOW + AGAIN + timedelta(seconds=1)
    dear, cheap = measured(9.0, 1.0, 0.05), measured(0.06, 1.0, 0.05)

    assert pays(dear._replace(alone=Took(0.05, late)), 8, now=late)
    assert not pays(cheap._replace(together=Took(0.06, late)), 8, now=late)
    assert [pays(costs, 8, now=NOW + AGAIN) for costs in (dear, cheap)] == [False, True]


@given(together=_SECONDS, told=st.floats(0, 1), alone=_SECONDS, calendars=st.integers(2, 50))
def test_it_pays_the_more_the_more_it_spares(together: float, told: float, alone: float, calendars: int) -> None:
    if pays(measured(together, told, alone), calendars, now=SOON):
        assert pays(measured(together / 2, told, alone), calendars, now=SOON)
        assert pays(measured(together, (1 + told) / 2, alone), calendars, now=SOON)
        assert pays(measured(together, told, 2 * alone), calendars + 1, now=SOON)


# What is measured?


class Several:
    """Calendars of one home; a request takes as many seconds as `takes` says of its method."""

    def __init__(self, *paths: str, takes: Mapping[str, float]) -> None:
        self.dav = FakeDav()
        self._takes = takes
        for path in paths:
            self.dav.calendars[path] = self.dav.new_calendar()
        self.marks = {self.collection(path).url: Mark(sync_token=self.dav.token(path)) for path in paths}

    def collection(self, path: str) -> CalDavCollection:
        return CalDavCollection(Client(self.dav.url, connect=self.dav.connect, pause=lambda _: None), path)

    def home(self, costs: HomeCosts = UNKNOWN) -> Home:
        return Home(costs, self.marks, timer=lambda: sum(self._takes[r.method] for r in self.dav.requests), now=NOW)

    def ask(self, home: Home) -> None:
        """What a run asks first of each."""
        for url, mark in self.marks.items():
            list(home.foreknown(self.collection(url.removeprefix("http://127.0.0.1:1"))).changes(mark, full=False).pages)

    @property
    def asked(self) -> list[str]:
        found = [f"{request.method} {request.path}" for request in self.dav.requests]
        self.dav.requests.clear()
        return found


@pytest.fixture
def several() -> Several:
    return Several("/kari/a/", "/kari/b/", "/kari/c/", "/kari/d/", takes={"PROPFIND": 3.0, "REPORT": 2.0})


def test_one_request_tells_of_all(several: Several) -> None:
    home = several.home()
    several.ask(home)

    assert home.costs == UNKNOWN._replace(together=Took(3.0, NOW), told=1.0)
    assert several.asked == ["PROPFIND /kari/"]


def test_asked_one_by_one_those_with_nothing_to_tell_say_how_long_that_takes(several: Several) -> None:
    several.dav.put("/kari/b/x.ics", task("x"))
    before = UNKNOWN._replace(together=Took(3.0, NOW), told=1.0)
    home = several.home(before)
    several.ask(home)

    assert home.costs == before._replace(alone=Took(2.0, NOW))
    assert several.asked == ["REPORT /kari/a/", "REPORT /kari/b/", "REPORT /kari/c/", "REPORT /kari/d/"]


def test_what_changed_is_asked_by_itself_and_counts_as_not_spared(several: Several) -> None:
    several.dav.put("/kari/b/x.ics", task("x"))
    home = several.home()
    several.ask(home)

    assert home.costs == UNKNOWN._replace(together=Took(3.0, NOW), told=0.75)
    assert several.asked == ["PROPFIND /kari/", "REPORT /kari/b/"]


def test_a_home_that_spells_tokens_otherwise_spares_nothing(several: Several) -> None:
    several.dav.behaviours.append(TokensSpeltTwoWays())
    home = several.home()
    several.ask(home)

    assert home.costs == UNKNOWN._replace(together=Took(3.0, NOW), told=0.0, alone=Took(2.0, NOW))
    assert not pays(home.costs, 4, now=SOON)


def test_a_refused_password_is_an_error_and_makes_the_next_run_ask_the_calendars(several: Several) -> None:
    several.dav.password = "other"
    home = several.home()
    with pytest.raises(CredentialsRefused):
        several.ask(home)

    assert (home.costs.told, home.is_measured) == (0.0, True)
    assert not pays(home.costs, 4, now=SOON)


def test_a_server_that_nobody_reaches_tells_nothing_of_the_way(several: Several) -> None:
    class Unreached(CalDavCollection):
        def unchanged(self, marks: Mapping[str, Mark]) -> frozenset[str]:
            raise Unreachable(self.url, f"no route to {len(marks)}")

    home = several.home()
    url, mark = next(iter(several.marks.items()))
    collection = Unreached(Client(several.dav.url, connect=several.dav.connect), url.removeprefix("http://127.0.0.1:1"))
    with pytest.raises(Unreachable):
        home.foreknown(collection).changes(mark, full=False)

    assert not home.is_measured


# The stand-in


def test_it_answers_the_first_question_alone(several: Several) -> None:
    url, mark = next(iter(several.marks.items()))
    collection = several.home().foreknown(several.collection("/kari/a/"))
    first, second = (list(collection.changes(mark, full=False).pages) for _ in range(2))

    assert first == second == [Page(mark=mark)]
    assert (several.asked, collection.url) == (["PROPFIND /kari/", "REPORT /kari/a/"], url)


@pytest.mark.parametrize(("mark", "full"), [(Mark(), False), (Mark(), True), (Mark(sync_token="x"), True)])
def test_what_is_more_than_what_changed_is_never_asked_of_the_home(several: Several, mark: Mark, full: bool) -> None:
    collection = several.home().foreknown(several.collection("/kari/a/"))
    changes = collection.changes(mark, full=full)

    assert changes.full
    assert "PROPFIND /kari/" not in several.asked
    token = several.marks[collection.url]
    list(collection.changes(token, full=False).pages)
    assert several.asked == ["REPORT /kari/a/"]


def test_another_mark_than_the_one_it_was_asked_about_is_asked_itself(several: Several) -> None:
    collection = several.home().foreknown(several.collection("/kari/a/"))
    several.dav.put("/kari/a/x.ics", task("x"))
    later = Mark(sync_token=several.dav.token("/kari/a/"))
    list(collection.changes(later, full=False).pages)

    assert several.asked == ["PROPFIND /kari/", "REPORT /kari/a/"]


def test_a_collection_of_which_nothing_is_asked_stays_as_it_is(several: Several) -> None:
    other = several.collection("/kari/tasks/")

    assert several.home().foreknown(other) is other


def test_all_else_is_the_real_ones(several: Several) -> None:
    real = several.collection("/kari/a/")
    collection: Collection = several.home().foreknown(real)
    href = collection.href_for("u")
    written = collection.create(href, task("u"))
    (listed,) = collection.fetch([href])
    assert not isinstance(listed, str)
    collection.update(listed, task("u", "Edited"))
    found = collection.find("u")

    assert (written.href, listed.href) == (href, href)
    assert found is not None
    assert collection.capabilities() == real.capabilities()
    assert collection.unchanged(several.marks) == several.marks.keys() - {real.url}
    collection.delete(found)
    assert several.dav.texts("/kari/a/") == {}
    assert collection.clone().url == real.url
    assert collection.requests == real.requests > 0
    collection.close()


# Through a whole sync


@pytest.fixture
def at_home(dav: LockedDav) -> Replica:
    """Synced, with one task on both sides; from now on it asks the home first."""
    dav.put(f"{PATH}u.ics", task("u"))
    replica = Replica(dav, at_home=True)
    replica.sync()
    dav.requests.clear()
    return replica


def asked(dav: FakeDav) -> list[str]:
    return [f"{request.method} {request.path}" for request in dav.requests]


def test_a_sync_in_which_nothing_changed_is_the_request_to_the_home(dav: LockedDav, at_home: Replica) -> None:
    before = at_home.store.state("work")
    report = at_home.sync()

    assert (asked(dav), report.requests, report.ok) == (["PROPFIND /kari/"], 1, True)
    assert at_home.store.state("work") == before._replace(run=before.run + 1)


def test_an_edit_here_is_pushed_though_nothing_changed_there(dav: LockedDav, at_home: Replica) -> None:
    at_home.edit("u", summary="Mine")
    report = at_home.sync()

    assert uids(report.pushed.updated) == ["u"]
    assert "SUMMARY:Mine" in dav.texts()["u.ics"]
    assert asked(dav)[:2] == ["PROPFIND /kari/", f"PUT {PATH}u.ics"]


class AfterHome(Behaviour):
    """Something happens just after the home answered; once."""

    def __init__(self, act: Callable[[], object]) -> None:
        self._act: Callable[[], object] | None = act

    def after(self, _dav: FakeDav, request: Request, reply: Reply) -> Reply:
        if request.path == "/kari/" and self._act is not None:
            act, self._act = self._act, None
            act()
        return reply


@pytest.mark.parametrize("edited_here", [False, True])
def test_what_changes_after_the_home_answered_is_found_at_the_latest_next_time(
    dav: LockedDav, at_home: Replica, edited_here: bool
) -> None:
    if edited_here:
        at_home.edit("u", priority=1)

    late = task("u", "Theirs", stamp="20261123T100000Z")
    dav.behaviours.append(AfterHome(lambda: dav.put(f"{PATH}u.ics", late)))
    at_home.sync()
    at_home.sync()

    assert at_home.task("u").summary == "Theirs"
    assert at_home.task("u").priority == int(edited_here)
    assert "SUMMARY:Theirs" in dav.texts()["u.ics"]
