from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deadlines.errors import NotCalDAV
from deadlines.remote.alike import Alike
from deadlines.remote.multistatus import CALDAV, DAV, Multistatus, Row, calendar_text, error_names

NAMES = b'xmlns="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"'


def parse(body: bytes, size: int = 1 << 16) -> list[Row]:
    return list(Multistatus("http://x/", [body[start : start + size] for start in range(0, len(body), size)]))


def around(data: bytes) -> bytes:
    row = b'<response><href>/c/a.ics</href><propstat><prop><getetag>"1"</getetag><C:calendar-data>%b</C:calendar-data></prop>'
    return (b"<multistatus %b>" + row + b"<status>HTTP/1.1 200 OK</status></propstat></response></multistatus>") % (NAMES, data)


@pytest.mark.parametrize("size", [1, 7, 1 << 16])
def test_a_row_has_what_succeeded(size: int) -> None:
    body = (
        b"""<?xml version='1.0' encoding='utf-8'?>
    <multistatus %b><sync-token>t1</sync-token><response><href> /c/a.ics </href>
      <propstat><prop><getetag>"1&amp;2"</getetag><resourcetype><collection/><C:calendar/></resourcetype></prop>
        <status>HTTP/1.1 200 OK</status></propstat>
      <propstat><prop><displayname>no</displayname></prop><status>HTTP/1.1 403 Forbidden</status></propstat>
    </response><response><href>/c/b.ics</href><status>HTTP/1.1 404 Not Found</status></response></multistatus>"""
        % NAMES
    )
    answer = Multistatus("http://x/", [body[start : start + size] for start in range(0, len(body), size)])
    first, second = list(answer)

    assert answer.sync_token == "t1"
    assert (first.href, first.ok, first.failed) == ("/c/a.ics", True, 403)
    assert first.props[DAV + "getetag"] == '"1&2"'
    assert first.nested == {DAV + "resourcetype": [DAV + "collection", CALDAV + "calendar"]}
    assert DAV + "displayname" not in first.props
    assert (second.href, second.status, second.ok) == ("/c/b.ics", 404, False)


def row(href: str = "/c/a.ics", etag: str = '"1"', data: str = "BEGIN:VCALENDAR\n", **markup: str) -> str:
    opened, closed = markup.get("opened", "<response>"), markup.get("closed", "</response>")
    status, space, more = markup.get("status", "HTTP/1.1 200 OK"), markup.get("space", ""), markup.get("more", "")
    return (
        f"{space}{opened}<href>{href}</href>{space}<propstat><prop><getetag>{etag}</getetag>{more}"
        f"<C:calendar-data>{data}</C:calendar-data></prop><status>{status}</status></propstat>{closed}"
    )


PLAIN = [row(f"/c/{number}.ics", f'"{number}"', f"BEGIN:VCALENDAR&#13;\nUID:{number}&#13;\n") for number in range(3)]
TEXTS = (
    "", " ", "x", "&amp;", "&#13;\n", "&amp;#13;", "a\r\nb\rc", "&lt;response&gt;", "&#x26;lt;", "&#0;", "&#xD800;", "&#65534;",
    "&nbsp;", "&", "]]>", ">", "\u00e6", "\U0010fe01", "\x01", "<b/>", "<!-- -->", "<![CDATA[</response>]]>", "<?p i?>",
    "<![CDATA[</response>" + PLAIN[0] + "]]>", "<!--</response>" + PLAIN[1] + "-->", "/c/a.ics", '"1"', "&quot;", "&#60;", "&#9;",
)  # fmt: skip
ROWS = st.one_of(
    st.sampled_from(PLAIN),
    st.sampled_from(PLAIN),
    st.builds(row, etag=st.sampled_from(TEXTS)),
    st.builds(row, data=st.sampled_from(TEXTS)),
    st.builds(row, href=st.sampled_from(TEXTS)),
    st.builds(row, space=st.sampled_from(["\n  ", "\t", "x", "<!--</response>-->", "<!-- </response>" + PLAIN[0] + "-->"])),
    st.builds(row, more=st.sampled_from(["<displayname>x</displayname>", "<getetag>2</getetag>", "<a><b/></a>"])),
    st.builds(row, status=st.sampled_from(["HTTP/1.1 404 Not Found", "HTTP/1.1 204 OK", ""])),
    st.builds(row, opened=st.sampled_from(['<response a=">">', '<response xmlns="DAX:">', "<response >", "<Response>"])),
    st.builds(row, closed=st.sampled_from(["</response >", "</responses>", "</response", ""])),
    st.sampled_from(["<sync-token>t</sync-token>", "&#32;"]),
    st.just("<response><href>/c/b.ics</href><status>HTTP/1.1 404 No</status></response>"),
)  # fmt: skip


@given(st.lists(ROWS, max_size=8), st.integers(1, 400), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_rows_that_look_alike_are_what_expat_reads(rows: list[str], size: int, encoding: str) -> None:
    prolog = f"<?xml version='1.0' encoding='{encoding}'?>"
    text = f"{prolog}<multistatus {NAMES.decode()}>{''.join(rows)}</multistatus>"
    body = text.encode(encoding, "xmlcharrefreplace")
    size = size if encoding == "utf-8" else size + len(prolog)  # what another encoding is stands in the first chunk

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Alike, "of", lambda *_: None)
        expected = outcome(body, size)

    assert outcome(body, size) == expected


def outcome(body: bytes, size: int) -> tuple[list[Row], str] | str:
    answer = Multistatus("http://x/", [body[start : start + size] for start in range(0, len(body), size)])
    try:
        return list(answer), answer.sync_token
    except NotCalDAV as error:
        return str(error)


def test_rows_alike_are_read_without_expat() -> None:
    body = f"<multistatus {NAMES.decode()}>{''.join(PLAIN)}</multistatus>".encode()
    reader = Multistatus("http://x/", [body])
    asked: list[bytes] = []
    with pytest.MonkeyPatch.context() as patch:
        whole = Alike.next

        def counted(self: Alike, data: bytes, at: int) -> tuple[tuple[str, ...], int] | None:
            found = whole(self, data, at)
            if found is not None:
                asked.append(data[at : found[1]])
            return found

        patch.setattr(Alike, "next", counted)
        rows = list(reader)

    assert [one.href for one in rows] == ["/c/0.ics", "/c/1.ics", "/c/2.ics"]
    assert asked == [one.encode() for one in PLAIN[1:]]


def test_rows_of_which_each_is_another_are_not_compared_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """To compare with a row costs more than to let expat read the next one."""
    rows = [row(f"/c/{number}.ics", opened=f'<response id="{number}">') for number in range(500)]
    made: list[bytes] = []
    monkeypatch.setattr(Alike, "of", lambda raw, _: made.append(raw))

    found = parse(f"<multistatus {NAMES.decode()}>{''.join(rows)}</multistatus>".encode())

    assert [one.href for one in found] == [f"/c/{number}.ics" for number in range(500)]
    assert len(made) <= 50


def test_an_empty_multistatus_is_an_empty_answer() -> None:
    assert parse(b'<multistatus xmlns="DAV:"/>') == []


BOMB = b'<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><multistatus xmlns="DAV:">&b;</multistatus>'
EXTERNAL = b'<!DOCTYPE m SYSTEM "http://127.0.0.1:1/x.dtd"><multistatus xmlns="DAV:"/>'
DEEP = b'<multistatus xmlns="DAV:">' + b"<a>" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  ",
        b"<html><body>Log in</body></html>",
        b"OK",
        around(b"x")[:-20],
        around(b"x")[:60],
        BOMB,
        EXTERNAL,
        DEEP,
        b'<multistatus xmlns="urn:other"/>',
        b'<error xmlns="DAV:"/>',
        b'<?xml version="1.0" encoding="x-no"?><multistatus/>',
    ],
)
def test_what_is_no_multistatus_is_refused(body: bytes) -> None:
    with pytest.raises(NotCalDAV):
        parse(body)


@pytest.mark.parametrize("size", [1, 3, 1 << 16])
@pytest.mark.parametrize(
    ("sent", "text"),
    [
        (b"SUMMARY:Bl\xc3\xa5b\xc3\xa6r&#13;\n", "SUMMARY:Blåbær\r\n"),
        (b"A:1\nB:2\n", "A:1\r\nB:2\r\n"),
        (b"A:1\r\nB:2\r\n", "A:1\r\nB:2\r\n"),
        (b"SUMMARY:\xff\xe5 \x08\x1b[31m&#13;\n", "SUMMARY:\udcff\udce5 \x08\x1b[31m\r\n"),
        (b"\xed\xa0\x80\xf0\x9f\x98", "\udced\udca0\udc80\udcf0\udc9f\udc98"),
        ("A:\U0010fe41 \U0001f600".encode(), "A:\U0010fe41 \U0001f600"),
        (b"<![CDATA[A:<b> & c]]>", "A:<b> & c"),
    ],
)
def test_calendar_data_is_the_bytes_that_were_stored(sent: bytes, text: str, size: int) -> None:
    (row,) = parse(around(sent), size)

    assert calendar_text(row) == text


def test_another_encoding_is_read_as_declared() -> None:
    body = b'<?xml version="1.0" encoding="iso-8859-1"?>' + around("Blåbær".encode("latin-1"))
    (row,) = parse(body)

    assert calendar_text(row) == "Blåbær"


@given(st.binary(max_size=200).filter(lambda data: not set(b"<&\r\n") & set(data) and b"]]>" not in data), st.integers(1, 40))
def test_any_bytes_come_through(data: bytes, size: int) -> None:
    (row,) = parse(around(b"X" + data), size)

    assert (calendar_text(row) or "").encode("utf-8", "surrogateescape") == b"X" + data


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b'<error xmlns="DAV:"><need-privileges><resource/></need-privileges></error>', {"DAV: need-privileges"}),
        (b"<error %b><C:no-uid-conflict><href>/a</href></C:no-uid-conflict></error>" % NAMES, {CALDAV + "no-uid-conflict"}),
        (
            b"<error %b><C:valid-calendar-data/><responsedescription>No</responsedescription></error>" % NAMES,
            {CALDAV + "valid-calendar-data"},
        ),
        (b"Precondition failed", set()),
        (b"", set()),
    ],
)
def test_an_error_body_names_its_conditions(body: bytes, names: set[str]) -> None:
    assert error_names(body) == names
