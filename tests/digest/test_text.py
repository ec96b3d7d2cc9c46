from __future__ import annotations

import unicodedata
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.digest.findings import HOSTILE, NOW, composed, example, finding, hostile

from deadlines.core.display import width
from deadlines.core.findings import Code
from deadlines.digest.compose import Delay, Entry, State
from deadlines.digest.page import Block, Item, Page, Part
from deadlines.digest.text import text
from deadlines.digest.write import write
from deadlines.language.language import English

EXPECTED = """\
Deadlines, Tue 24 Nov 2026
1 missed, 1 will be missed, 3 due soon, 2 other matters, 2 problems with your
data, 1 resolved.

This digest is late: it was due Tue 24 Nov 05:00.

No digest came on Sun 22 Nov, Mon 23 Nov.

Your data
---------
* work: calendar not synced (new)
  is due Wed 25 Nov 14:00 Oslo (in 1 d 6 h)
  -> deadlines sync
  [S501-teieh343]
* /kari/tasks/broken.ics: unreadable item
  is due Wed 25 Nov 14:00 Oslo (in 1 d 6 h)
  [S503-lvtbqyhp]

Acme Inc. (New York, now Tue 24 Nov 02:00)
------------------------------------------
Missed
  * Landing page
    is due Fri 20 Nov 16:00 New York = Fri 20 Nov 22:00 Oslo (3 d 10 h overdue)
    -> deadlines done 1
    [D101-ap2nhskw]
Will be missed
  * Logo (new)
"""


def test_a_bad_day_as_text() -> None:
    digest = example(delay=Delay(NOW - timedelta(hours=3), (date(2026, 11, 22), date(2026, 11, 23))))
    written = text(write(digest, English()))

    assert written.startswith(EXPECTED)
    assert written.endswith(
        "Resolved\n--------\n* Invoice: missed\n\n12 open tasks.\nLast synced: work Tue 24 Nov 07:55.\nNever synced: edo.\n"
        "deadlines check shows more; deadlines ack and deadlines snooze silence a matter\nby its identity.\n"
    )


def test_all_is_well() -> None:
    written = text(write(composed([]), English()))

    assert written == (
        "Deadlines, Tue 24 Nov 2026\nAll well.\n\n12 open tasks.\nLast synced: work Tue 24 Nov 07:55.\nNever synced: edo.\n"
    )


def harmless(written: str) -> bool:
    return all(
        character == "\n" or (unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} and character not in "\u202e\u2066")
        for character in written
    )


@pytest.mark.parametrize("evil", HOSTILE)
def test_foreign_text_is_harmless_and_fits(evil: str) -> None:
    written = text(write(hostile(example(), evil), English()))

    assert harmless(written)
    assert max(map(width, written.splitlines())) <= 80


@given(st.text(max_size=200), st.text(max_size=90), st.text(max_size=30))
def test_no_line_is_wider_than_80_columns(long: str, title: str, badge: str) -> None:
    item = Item(long, (long, title), badge, long, badge)
    page = Page("en", title, title, long, (long,), (Block(title, (Part(title, (item,)),), badge),), (long,))
    written = text(page)

    assert harmless(written)
    assert max(map(width, written.splitlines())) <= 80
    assert "".join(long.split()) == "" or written.strip()


def test_of_very_many_the_first_are_told_and_how_many_more() -> None:
    entries = [Entry(finding(Code.MISSED, f"Page {number}"), State.STILL) for number in range(1_234)]
    written = text(write(composed(entries), English()))

    assert written.startswith("Deadlines, Tue 24 Nov 2026\n1234 missed.\n")
    assert written.count("* Page ") == 50
    assert "  * and 1184 more: deadlines check\n" in written
