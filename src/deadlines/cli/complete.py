"""What a shell is offered where a task, a client, a calendar or an account is to be named.

Somebody waits for each of these with a finger on the key: nothing is derived, created or asked over the network, and a
configuration or database that cannot be used offers nothing rather than an error in the middle of a line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from deadlines.cli.options import options_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from deadlines.wiring import Workshop

_MOST = 100
_OPEN = ("needs-action", "in-process")
_CLOSED = ("completed", "cancelled")
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]
_Offer = Callable[["Workshop"], Iterable[tuple[str, str]]]


def _completer(offer: _Offer) -> Completer:
    def complete(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415 # only when a shell asks

        from deadlines.core.display import clean  # noqa: PLC0415 # only when a shell asks
        from deadlines.errors import DeadlinesError  # noqa: PLC0415 # only when a shell asks
        from deadlines.wiring import Workshop  # noqa: PLC0415 # only when a shell asks

        with suppress(DeadlinesError, OSError):
            named = offer(Workshop("", config=options_of(context).config))
            return [CompletionItem(name, help=clean(told)) for name, told in named if name.startswith(incomplete)]
        return []

    return complete


def _tasks(shop: Workshop, statuses: tuple[str, ...]) -> Iterable[tuple[str, str]]:
    from deadlines.store.base import Query  # noqa: PLC0415 # only when a shell asks

    if not shop.database.exists():
        return []
    with shop.store() as store:
        return [(str(row.id), row.index.summary) for row in store.rows(Query(statuses=statuses, limit=_MOST))]


def _calendars(shop: Workshop) -> Iterable[tuple[str, str]]:
    calendars = shop.settings.calendars.values()
    return [("local", "on this computer only"), *((calendar.name, f"account {calendar.account}") for calendar in calendars)]


def _findings(shop: Workshop) -> Iterable[tuple[str, str]]:
    if not shop.database.exists():
        return []
    with shop.store() as store:
        return [(seen.finding, seen.summary) for seen in store.findings.beginning("")[:_MOST]]


open_tasks = _completer(lambda shop: _tasks(shop, _OPEN))
closed_tasks = _completer(lambda shop: _tasks(shop, _CLOSED))
clients = _completer(lambda shop: [(client.key, client.name) for client in shop.settings.clients.values()])
calendars = _completer(_calendars)
accounts = _completer(lambda shop: [(account.name, account.url) for account in shop.settings.accounts.values()])
findings = _completer(_findings)
feeds = _completer(lambda shop: [(feed.name, feed.path) for feed in shop.settings.feeds.values()])
