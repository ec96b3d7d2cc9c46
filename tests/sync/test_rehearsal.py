"""A rehearsed server reads as the real one does, and pretends to be written to."""

from __future__ import annotations

import pytest
from tests.sync.rig import PATH, LockedDav, Replica, task

from deadlines.remote.base import Listed, Mark
from deadlines.sync.rehearsal import Rehearsal


@pytest.fixture
def rehearsal(dav: LockedDav, replica: Replica) -> Rehearsal:
    dav.put(f"{PATH}u.ics", task("u"))
    return Rehearsal(replica.collection())


def test_it_says_what_the_real_one_says(dav: LockedDav, rehearsal: Rehearsal) -> None:
    assert rehearsal.capabilities().sync_token
    assert rehearsal.href_for("u") == f"{PATH}u.ics"
    found = rehearsal.find("u")
    assert found is not None
    assert found.href == f"{PATH}u.ics"
    assert rehearsal.clone() is rehearsal
    stands = Mark(sync_token=dav.token(PATH))
    assert rehearsal.unchanged({rehearsal.url: stands}) == {rehearsal.url}
    assert rehearsal.requests == 3
    rehearsal.close()


def test_it_reads_once_and_finds_what_was_written(dav: LockedDav, rehearsal: Rehearsal) -> None:
    mark = Mark()
    for page in rehearsal.changes(mark, full=False).pages:
        mark = page.mark
    rehearsal.create(f"{PATH}v.ics", task("v"))
    rehearsal.update(Listed(href=f"{PATH}u.ics"), task("u", "Edited"))
    rehearsal.delete(Listed(href=f"{PATH}u.ics"))

    assert [page.present for page in rehearsal.changes(mark, full=False).pages] == [()]
    fetched = {found.href: found.text for found in rehearsal.fetch([f"{PATH}u.ics", f"{PATH}v.ics"]) if isinstance(found, Listed)}
    assert fetched == {f"{PATH}u.ics": task("u", "Edited"), f"{PATH}v.ics": task("v")}
    assert list(rehearsal.fetch([f"{PATH}none.ics"])) == [f"{PATH}none.ics"]
    assert dav.texts() == {"u.ics": task("u")}
    assert not dav.writes()
