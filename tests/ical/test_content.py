from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import CodecError
from deadlines.ical.content import content
from deadlines.ical.scan import decode

DATA = Path(__file__).parents[1] / "data"
BASE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VTODO\r\nUID:u\r\nSUMMARY;LANGUAGE=de;X-A=1:Grüße\\, Kari\r\n"
    "CATEGORIES:a,b\r\nRRULE:FREQ=WEEKLY;COUNT=3\r\nRELATED-TO:p\r\nDUE;TZID=Europe/Oslo:20261127T100000\r\nSTATUS:NEEDS-ACTION\r\n"
    "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:PT0S\r\nEND:VALARM\r\n"
    "END:VTODO\r\nEND:VCALENDAR\r\n"
)
ZONE = "BEGIN:VTIMEZONE\r\nTZID:Europe/Oslo\r\nEND:VTIMEZONE\r\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\r\n", "\n"),
        ("UID:u\r\n", "DTSTAMP:20260101T000000Z\r\nLAST-MODIFIED:x\r\nCREATED:y\r\nSEQUENCE:9\r\nUID:u\r\n"),
        ("BEGIN:VTODO", ZONE + "PRODID:other\r\nCALSCALE:GREGORIAN\r\nBEGIN:VTODO"),
        ("SUMMARY;LANGUAGE=de;X-A=1:Grüße", 'Summary;x-a="1";language=de:Gr\r\n üße'),
        ("UID:u\r\n", "UID:u\r\nCLASS:PUBLIC\r\nPRIORITY:0\r\n"),
        ("CATEGORIES:a,b", "CATEGORIES:b\r\nX-B:1\r\nCATEGORIES:a,a".replace("X-B:1\r\n", "")),
        ("FREQ=WEEKLY;COUNT=3", "COUNT=3;INTERVAL=1;FREQ=weekly;"),
        ("RELATED-TO:p", "RELATED-TO;RELTYPE=parent:p"),
        ("DUE;TZID", "DUE;VALUE=DATE-TIME;TZID"),
        ("TRIGGER:-PT15M", "TRIGGER;RELATED=START;VALUE=DURATION:-PT15M"),
        ("STATUS:NEEDS-ACTION", "STATUS:needs-action"),
        ("ACTION:DISPLAY\r\nTRIGGER:-PT15M", "TRIGGER:-PT15M\r\nACTION:DISPLAY"),
        (
            "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\nBEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:PT0S\r\nEND:VALARM",
            "BEGIN:VALARM\r\nACTION:AUDIO\r\nTRIGGER:PT0S\r\nEND:VALARM\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT15M\r\nEND:VALARM",
        ),
    ],
)
def test_what_servers_rewrite_is_no_change(old: str, new: str) -> None:
    assert old in BASE
    assert content(BASE) == content(BASE.replace(old, new))
    assert hash(content(BASE)) == hash(content(BASE.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Kari", "kari"),
        ("LANGUAGE=de", "LANGUAGE=en"),
        ("CATEGORIES:a,b", "CATEGORIES:a\\,b"),
        ("COUNT=3", "COUNT=2"),
        ("TZID=Europe/Oslo:", "TZID=Europe/Paris:"),
        ("100000", "100001"),
        ("-PT15M", "-PT10M"),
        ("STATUS:NEEDS-ACTION\r\n", ""),
        ("UID:u\r\n", "UID:u\r\nX-NEW:1\r\n"),
        ("UID:u\r\n", "UID:u\r\nCLASS:PRIVATE\r\n"),
        ("UID:u\r\n", "UID:u\r\nno colon\r\n"),
    ],
)
def test_what_people_change_is_a_change(old: str, new: str) -> None:
    assert content(BASE) != content(BASE.replace(old, new))


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.ics") if path.name != "missing_end.ics"))
def test_order_of_lines_does_not_count(name: str) -> None:
    text = decode((DATA / name).read_bytes())
    lines = text.splitlines() if text.isascii() else text.split("\n")

    assert content(text) == content("\n".join(line.rstrip("\r") for line in lines))


@given(st.text(st.sampled_from('ABEGIN:;="\\,\n 1é\ud800'), max_size=80))
def test_nothing_but_codec_error_escapes(middle: str) -> None:
    for name in ("X-A", "CATEGORIES", "RRULE", "RELATED-TO;RELTYPE", "DUE"):
        try:
            found = content(f"BEGIN:VCALENDAR\n{name}{middle}\nEND:VCALENDAR")
        except CodecError:
            continue
        assert found[0] == "VCALENDAR"
