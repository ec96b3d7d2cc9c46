"""ETags that come again (SYNC.md §2.2): SOGo gives a resource that was deleted and created anew the ETag of the old one."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Server
from tests.packaged.replica import Replica, vtodo
from tests.servers.fake import FakeDav
from tests.servers.http_front import serve
from tests.servers.process import RealServer
from tests.servers.quirks import EtagRepeated


def test_what_is_told_as_a_change_with_its_text_is_read_whatever_its_etag(tmp_path: Path) -> None:
    with serve(FakeDav(EtagRepeated())) as url:
        fake = RealServer(name="fake", url=url, home="/kari/")
        server = Server(name="fake", url=url, path=fake.new_calendar(), username="", password="", other=fake)
        kari = Replica(server, tmp_path)
        kari.put("one.ics", vtodo("one", "old"))
        kari.sync()
        kari.delete("one.ics")
        kari.put("one.ics", vtodo("one", "new"))
        kari.sync()
        again, here = kari.sync(), kari.summaries()
        kari.store.close()

    assert here == ["new"]
    assert (again.requests, bool(again.pushed)) == (1, False)
