"""A few web sites in memory, for whatever fetches from several hosts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from tests.servers.fake import FakeDav, Reply

from deadlines.remote.wire import Answer, Limits, Origin, request_head

Page = Callable[[Mapping[str, str]], Reply]
"""Answers a request with these headers, names in lower case."""


@dataclass
class Web:
    """`pages` by URL; a URL that nobody has is 404. `asked` are the URLs in their order, `headers` what came along."""

    pages: dict[str, Page | Reply] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def connect(self, origin: Origin, _limits: Limits) -> _Wire:
        return _Wire(self, origin)

    def get(self, url: str, headers: Mapping[str, str]) -> Reply:
        self.asked.append(url)
        self.headers.append({name.lower(): value for name, value in headers.items()})
        page = self.pages.get(url, Reply(status=404))
        return page if isinstance(page, Reply) else page(self.headers[-1])


class Site(FakeDav):
    """One site of a web, to be served over HTTP."""

    def __init__(self, web: Web, origin: str) -> None:
        super().__init__()
        self._web = web
        self._origin = origin

    def handle(self, _method: str, target: str, headers: Mapping[str, str], _body: bytes) -> Reply:
        return self._web.get(self._origin + target, headers)


class _Wire:
    def __init__(self, web: Web, origin: Origin) -> None:
        self._web = web
        self._origin = origin

    def exchange(self, method: str, target: str, headers: Mapping[str, str], _body: bytes) -> Answer:
        request_head(method, target, headers)
        reply = self._web.get(self._origin.url(target), headers)
        return Answer(reply.status, {name.lower(): value for name, value in reply.headers.items()}, _parts(reply.body))

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is open."""


def _parts(body: bytes) -> Iterator[bytes]:
    yield from (body[start : start + 1024] for start in range(0, len(body), 1024))


def moved(url: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": url})
