from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from tests.feeds.readers import by_icalendar, by_vobject, check_lines
from tests.usecases.conftest import Later

from deadlines.core.settings import Content, Details, Feed
from deadlines.errors import NotConfigured, PublishingFailed, Refused, UnknownName
from deadlines.store.feeds import Splice, Written
from deadlines.store.publishing import Files
from deadlines.store.sqlite import SqliteStore
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.feed_items import Delta
from deadlines.usecases.feeds import Press, listed, publish, text_of
from deadlines.usecases.tasks import add, edit, finish, remove

Pressed = Callable[..., Press]


@pytest.fixture
def pressed(desk: Desk, tmp_path: Path) -> Pressed:
    """A press for feeds described by keyword: `acme={"client": "acme"}`; `at` is another desk than the usual."""
    numbers = count(1)

    def press(*, at: Desk = desk, **feeds: dict[str, Any]) -> Press:
        described = {
            name: Feed(**{"name": name, "path": str(tmp_path / f"{name}.ics"), **keys})
            for name, keys in (feeds or {"all": {}}).items()
        }
        settings = replace(at.settings, feeds=MappingProxyType(described))
        return Press(desk=replace(at, settings=settings), publisher=Files(), new_secret=lambda: next(numbers).to_bytes(32, "big"))

    return press


@pytest.fixture
def tasks(desk: Desk) -> list[int]:
    """Three tasks: Acme's, Edo's and my own."""
    drafts = (
        Draft(summary="Landing page", client="acme", due="fri 17:00"),
        Draft(summary="Logo", client="edo", due="2026-12-01"),
        Draft(summary="Tax", due="2026-12-10"),
    )
    return [add(desk, draft).tasks[0].id for draft in drafts]


def summaries(file: str) -> list[str]:
    return [summary for _, _, summary, _ in by_icalendar(Path(file).read_bytes())]


def test_a_feed_shows_what_is_there(pressed: Pressed, tasks: list[int]) -> None:
    published = publish(pressed(all={"content": (Content.DEADLINES, Content.TASKS)}))

    (feed,) = published.feeds
    assert (feed.written, feed.items, feed.delta, feed.error) == (True, 6, Delta(added=6), None)
    data = Path(feed.file).read_bytes()
    check_lines(data)
    assert by_icalendar(data) == by_vobject(data)
    assert summaries(feed.file)[: len(tasks)] == ["Landing page (Acme Inc.)", "Logo (Edo KK)", "Tax"]


def test_a_clients_feed_shows_only_the_clients(pressed: Pressed, tasks: list[int]) -> None:
    assert tasks
    (feed,) = publish(pressed(acme={"client": "acme", "content": (Content.DEADLINES, Content.TASKS)})).feeds

    assert summaries(feed.file) == ["Landing page", "Landing page"]


def test_what_did_not_change_is_not_touched(pressed: Pressed, tasks: list[int], later: Later) -> None:
    assert tasks
    (first,) = publish(pressed()).feeds
    status, data = Path(first.file).stat(), Path(first.file).read_bytes()

    for passed in (timedelta(minutes=5), timedelta(days=1)):
        (again,) = publish(pressed(at=later(passed))).feeds

        assert (again.written, again.delta) == (False, Delta())
        assert Path(first.file).stat() == status
        assert Path(first.file).read_bytes() == data


@pytest.mark.parametrize("passed", [timedelta(minutes=5), timedelta(days=1)], ids=["by the journal", "looking at everything"])
def test_only_what_changed_has_another_stamp(pressed: Pressed, tasks: list[int], later: Later, passed: timedelta) -> None:
    (first,) = publish(pressed()).feeds
    before = Path(first.file).read_bytes()
    edit(later(passed), str(tasks[1]), Draft(summary="Signet"))

    (second,) = publish(pressed(at=later(passed))).feeds

    assert (second.written, second.delta) == (True, Delta(changed=1))
    assert summaries(second.file) == ["Landing page (Acme Inc.)", "Signet (Edo KK)", "Tax"]
    old, new = (data.split(b"BEGIN:VEVENT") for data in (before, Path(second.file).read_bytes()))
    assert [one == other for one, other in zip(old, new, strict=True)] == [True, True, False, True]
    assert b"SEQUENCE:1\r\n" in new[2]


def test_what_a_feed_does_not_show_changes_nothing(pressed: Pressed, tasks: list[int], later: Later) -> None:
    publish(pressed(all={"details": Details.REDACTED}))
    edit(later(timedelta(hours=1)), str(tasks[0]), Draft(summary="Secret page", note="of Bob"))

    (feed,) = publish(pressed(at=later(timedelta(hours=1)), all={"details": Details.REDACTED})).feeds

    assert not feed.written
    assert summaries(feed.file) == ["Deadline"] * 3


def test_what_is_removed_or_done_changes(pressed: Pressed, tasks: list[int], desk: Desk) -> None:
    publish(pressed())
    remove(desk, [str(tasks[0])])
    finish(desk, [str(tasks[1])])

    (feed,) = publish(pressed()).feeds

    assert feed.delta == Delta(changed=1, removed=1)
    assert summaries(feed.file) == ["✓ Logo (Edo KK)", "Tax"]


def test_the_window_is_of_whole_days(pressed: Pressed, tasks: list[int], later: Later) -> None:
    assert tasks
    keys = {"days_back": 1, "days_ahead": 4}
    ahead = [0, 3, 4, 5, 6]  # the first task is due on Friday in Oslo, four days from now, the second on Tuesday after it

    items = [summaries(publish(pressed(at=later(timedelta(days=days)), all=keys)).feeds[0].file) for days in ahead]

    page, logo = "Landing page (Acme Inc.)", "Logo (Edo KK)"
    assert items == [[page], [page], [page, logo], [page, logo], [logo]]
    keys["days_ahead"] = 3
    assert publish(pressed(all=keys)).feeds[0].items == 0


def test_many_changes_are_as_good_as_none_before(pressed: Pressed, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("deadlines.usecases.feed_items._MOST_CHANGES", 2)
    publish(pressed())
    for number in range(4):
        add(desk, Draft(summary=f"Part {number}", due="2026-12-01"))

    assert publish(pressed()).feeds[0].delta == Delta(added=4)


def test_a_file_that_somebody_changed_or_took_away_is_written_again(pressed: Pressed, tasks: list[int]) -> None:
    assert tasks
    (first,) = publish(pressed()).feeds
    file = Path(first.file)
    data = file.read_bytes()

    file.write_bytes(data[:-40])
    assert publish(pressed()).feeds[0].written
    file.unlink()
    assert publish(pressed()).feeds[0].written

    assert file.read_bytes() == data


def test_a_failed_write_is_made_up_for(pressed: Pressed, tasks: list[int], tmp_path: Path) -> None:
    assert tasks
    path = tmp_path / "public" / "calendars" / "all.ics"
    (failed,) = publish(pressed(all={"path": str(path)})).feeds
    assert isinstance(failed.error, PublishingFailed)

    path.parent.parent.mkdir()

    (feed,) = publish(pressed(all={"path": str(path)})).feeds
    assert (feed.written, feed.delta) == (True, Delta())
    assert len(summaries(str(path))) == 3


def test_one_that_fails_stops_no_other(pressed: Pressed, tasks: list[int]) -> None:
    assert tasks
    bad, good = publish(pressed(bad={"path": "/nowhere/below/bad.ics"}, good={})).feeds

    assert str(bad.error) == "/nowhere/below/bad.ics: there is no folder /nowhere/below; to make it: mkdir -p /nowhere/below"
    assert good.written


def test_a_second_feed_for_one_file_is_refused(pressed: Pressed, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)

    one, two = publish(pressed(one={"path": str(tmp_path / "a.ics")}, two={"path": str(tmp_path / "link" / "a.ics")})).feeds

    assert one.error is None
    assert str(two.error) == f"{tmp_path / 'link' / 'a.ics'}: feed one is written to this file"


def test_a_secret_name_stays_until_it_is_rotated(pressed: Pressed, tasks: list[int], tmp_path: Path) -> None:
    assert tasks
    secret = {"secret_name": True}
    (first,) = publish(pressed(all=secret)).feeds
    assert Path(first.file).name == f"all-{2:064x}.ics"  # 1 is the key of the UIDs
    assert publish(pressed(all=secret)).feeds[0].file == first.file

    (rotated,) = publish(pressed(all=secret), rotate=True).feeds

    assert rotated.file != first.file
    assert rotated.revoked == (first.file,)
    assert sorted(path.name for path in tmp_path.glob("*.ics")) == [Path(rotated.file).name]
    assert [one.file for one in listed(pressed(all=secret))] == [rotated.file]


def test_a_name_that_becomes_secret_takes_the_plain_one_away(pressed: Pressed, tmp_path: Path) -> None:
    (plain,) = publish(pressed()).feeds
    (secret,) = publish(pressed(all={"secret_name": True})).feeds
    assert secret.revoked == (plain.file,)

    (again,) = publish(pressed()).feeds

    assert again.revoked == (secret.file,)
    assert [path.name for path in tmp_path.glob("*.ics")] == ["all.ics"]


def test_only_secret_names_can_be_rotated(pressed: Pressed) -> None:
    feeds: dict[str, dict[str, Any]] = {"plain": {}, "secret": {"secret_name": True}}

    with pytest.raises(Refused, match="feed plain has no secret name"):
        publish(pressed(**feeds), ("plain",), rotate=True)
    assert [feed.error for feed in publish(pressed(**feeds), rotate=True).feeds] == [None, None]


def test_a_folder_is_written_whole(pressed: Pressed, tasks: list[int], tmp_path: Path) -> None:
    assert tasks
    folder = tmp_path / "www"
    feeds: dict[str, dict[str, Any]] = {"all": {"path": "/nowhere/x"}, "acme": {"client": "acme", "secret_name": True}}

    names = [Path(feed.file).name for feed in publish(pressed(**feeds), folder=str(folder)).feeds]

    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert names[0] == "all.ics"
    again = publish(pressed(**feeds), folder=str(folder), rotate=True).feeds
    assert [len(feed.revoked) for feed in again] == [0, 1]
    assert len(list(folder.iterdir())) == 2


def test_the_text_is_that_of_the_file(pressed: Pressed, tasks: list[int]) -> None:
    assert tasks
    (feed,) = publish(pressed()).feeds

    assert b"".join(text_of(pressed(), "all")) == Path(feed.file).read_bytes()


def test_a_feed_that_is_configured_no_more_is_forgotten(pressed: Pressed) -> None:
    (old,) = publish(pressed(old={})).feeds

    assert [(state.name, state.file) for state in publish(pressed(new={})).abandoned] == [("old", old.file)]
    assert publish(pressed(new={})).abandoned == ()
    assert Path(old.file).exists()


def test_names_are_known_or_refused(pressed: Pressed) -> None:
    with pytest.raises(UnknownName) as refused:
        publish(pressed(acme={}), ("acne",))
    assert refused.value.nearest == ("acme",)


def test_without_feeds_there_is_nothing_to_write(desk: Desk) -> None:
    press = Press(desk=desk, publisher=Files(), new_secret=lambda: bytes(32))

    with pytest.raises(NotConfigured, match="no feed is configured"):
        publish(press)
    assert listed(press) == []


class CrashBefore(Files):
    """The power fails when a file is to be written."""

    def write(self, file: str, chunks: Iterable[bytes]) -> Written:
        raise KeyboardInterrupt(file, chunks)

    def patch(self, file: str, look: str, splices: Sequence[Splice]) -> Written | None:
        raise KeyboardInterrupt(file, look, splices)


class CrashAfter(Files):
    """The power fails when a file is in its place, and the database does not know yet."""

    def write(self, file: str, chunks: Iterable[bytes]) -> Written:
        raise KeyboardInterrupt(super().write(file, chunks))

    def patch(self, file: str, look: str, splices: Sequence[Splice]) -> Written | None:
        raise KeyboardInterrupt(super().patch(file, look, splices))


@pytest.mark.parametrize("crash", [CrashBefore, CrashAfter])
@pytest.mark.parametrize("passed", [timedelta(0), timedelta(days=1)], ids=["patched", "written whole"])
def test_after_a_crash_the_file_is_made_right(
    pressed: Pressed, tasks: list[int], later: Later, crash: type[Files], passed: timedelta
) -> None:
    publish(pressed())
    edit(later(passed), str(tasks[0]), Draft(summary="Page"))
    with pytest.raises(KeyboardInterrupt):
        publish(replace(pressed(at=later(passed)), publisher=crash()))
    edit(later(passed), str(tasks[1]), Draft(summary="Signet"))

    (feed,) = publish(pressed(at=later(passed))).feeds

    assert feed.written
    assert summaries(feed.file) == ["Page (Acme Inc.)", "Signet (Edo KK)", "Tax"]
    assert Path(feed.file).read_bytes() == b"".join(text_of(pressed(at=later(passed)), "all"))


@pytest.mark.parametrize(("crash", "written"), [(CrashBefore, True), (CrashAfter, False)])
def test_after_a_crash_without_a_further_change_the_file_is_compared(
    pressed: Pressed, tasks: list[int], desk: Desk, crash: type[Files], written: bool
) -> None:
    publish(pressed())
    edit(desk, str(tasks[0]), Draft(summary="Page"))
    with pytest.raises(KeyboardInterrupt):
        publish(replace(pressed(), publisher=crash()))

    (feed,) = publish(pressed()).feeds

    assert feed.written is written
    assert summaries(feed.file)[0] == "Page (Acme Inc.)"
    assert not publish(pressed()).feeds[0].written


def test_a_database_from_a_backup_mends_a_newer_file(pressed: Pressed, tasks: list[int], desk: Desk, tmp_path: Path) -> None:
    """The file is of a time of which the database knows nothing; its next change must not be patched into that."""
    publish(pressed())
    desk.store.backup(tmp_path / "backup.db")
    edit(desk, str(tasks[0]), Draft(summary="Forgotten"))
    publish(pressed())
    with closing(SqliteStore(tmp_path / "backup.db")) as old:
        then = replace(desk, store=old)
        edit(then, str(tasks[1]), Draft(summary="Signet"))

        (feed,) = publish(pressed(at=then)).feeds

    assert summaries(feed.file) == ["Landing page (Acme Inc.)", "Signet (Edo KK)", "Tax"]


def test_after_writing_elsewhere_the_file_is_written_too(pressed: Pressed, tasks: list[int], desk: Desk, tmp_path: Path) -> None:
    publish(pressed())
    edit(desk, str(tasks[0]), Draft(summary="Page"))
    publish(pressed(), folder=str(tmp_path / "www"))

    (feed,) = publish(pressed()).feeds

    assert feed.written
    assert summaries(feed.file)[0] == "Page (Acme Inc.)"
