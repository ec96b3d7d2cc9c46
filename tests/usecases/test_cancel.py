from __future__ import annotations

import pytest
from tests.mail.fake import URL, FakeMailer
from tests.usecases.conftest import text
from tests.usecases.test_meet import ANN, CALL, ask, events, mailer, meet, reading, settings
from tests.usecases.test_meetings import event, put

from deadlines.errors import MailLater, MailUncertain, Refused
from deadlines.usecases.cancel import take_away
from deadlines.usecases.desk import Desk
from deadlines.usecases.draft import Draft
from deadlines.usecases.history import undo
from deadlines.usecases.tasks import add

__all__ = ["mailer", "settings"]


def test_what_i_invited_nobody_to_goes_without_a_word(desk: Desk) -> None:
    meet(desk, CALL)
    add(desk, Draft(summary="Landing page"))

    done = take_away(desk, ["1", "2"])
    assert [view.meeting.summary for view in done.changed.meetings] == ["Call"]
    assert [task.summary for task in done.changed.tasks] == ["Landing page"]
    assert (done.told, done.untold) == ((), ())
    assert events(desk) == 0


def test_those_invited_are_named_where_they_are_not_told(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)

    done = take_away(desk, ["1"])
    assert (done.told, done.untold) == ((), (ANN,))
    assert len(mailer.received) == 1


def test_those_invited_are_told(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)
    done = take_away(desk, ["1"], mailer)

    assert (done.told, done.untold, done.doubt) == ((ANN,), (), "")
    assert events(desk) == 0
    message = mailer.received[1].message
    assert message["Subject"] == "Cancelled: Call, Tue 24 Nov 10:00-10:45 New York"
    plain, calendar = message.iter_parts()
    assert plain.get_content().startswith("Kari Nordmann has cancelled this meeting.")
    assert calendar["content-type"].params["method"] == "CANCEL"
    assert "SEQUENCE:1" in calendar.get_content()


def test_they_are_told_in_their_language(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)
    take_away(reading(desk, acme="nb"), ["1"], mailer)

    message = mailer.received[1].message
    assert message["Subject"] == "Avlyst: Call, tir. 24. nov. 10:00-10:45 New York"
    plain, _ = message.iter_parts()
    assert plain.get_content().startswith("Kari Nordmann har avlyst dette møtet.")


def test_where_they_cannot_be_told_the_meeting_is_still_there(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)
    before = text(desk, 1)
    mailer.trouble = MailLater(URL, "not now")

    with pytest.raises(MailLater):
        take_away(desk, ["1"], mailer)
    assert text(desk, 1) == before
    assert [change.note for change in desk.store.changes(run=2)] == [
        f"telling {ANN} that it does not take place",
        "the cancellation could not be sent",
    ]


def test_what_was_told_already_is_gone_when_the_next_cannot_be(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)
    ask(desk, mailer, CALL._replace(summary="Second", to=("bob@acme.example",)))
    mailer.refuses["bob@acme.example"] = "450 later"

    with pytest.raises(MailLater):
        take_away(desk, ["1", "2"], mailer)
    assert [row.index.summary for row in (*desk.store.find("1"), *desk.store.find("2"))] == ["Second"]


def test_when_nobody_knows_whether_they_were_told_that_is_said(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)
    mailer.trouble = MailUncertain(URL, "no answer")

    assert "nobody knows whether the cancellation was sent" in take_away(desk, ["1"], mailer).doubt
    assert events(desk) == 0


def test_to_tell_where_nobody_was_invited_is_refused(desk: Desk, mailer: FakeMailer) -> None:
    meet(desk, CALL)
    put(desk, event("DTSTART:20261201T100000Z", "ORGANIZER:mailto:ann@acme.example", "ATTENDEE:mailto:kari@example.org"))

    with pytest.raises(Refused, match="you have invited nobody"):
        take_away(desk, ["1", "2"], mailer)
    assert events(desk) == 2


def test_who_takes_an_invitation_back_hears_that_nobody_is_told(desk: Desk, mailer: FakeMailer) -> None:
    ask(desk, mailer)
    take_away(desk, ["1"], mailer)

    assert undo(desk, None).mailed == (("Call", f"telling {ANN} that it does not take place"),)
    assert undo(desk, 1).mailed == (("Call", f"invited {ANN}"),)
    assert len(mailer.received) == 2
