"""What is behind the accounts: CalDAV servers, folders and subscriptions, each reached on first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from deadlines.config import locations
from deadlines.core.settings import Account, AccountKind, Calendar, Settings
from deadlines.errors import AmbiguousInput, CollectionMissing, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from deadlines.remote.auth import Credentials
    from deadlines.remote.base import Capabilities, Collection, Found
    from deadlines.remote.http import Client
    from deadlines.remote.known_servers import SignIn
    from deadlines.remote.subscription import Subscription
    from deadlines.remote.vdir import VDir
    from deadlines.store.base import Store


class Accounts:
    """The accounts of one configuration, for one command. `settings` is asked when a name has to be known."""

    def __init__(self, settings: Callable[[], Settings], *, now: datetime) -> None:
        self._settings = settings
        self._now = now
        self._clients: dict[Account, Client] = {}

    def discover(self, name: str) -> Iterable[Found]:
        """The calendars of an account."""
        return self.calendars_of(self._account(name))

    def calendars_of(self, account: Account, secret: str | None = None) -> Iterable[Found]:
        """The calendars of an account, which need not be configured yet; `secret` is its password where it is nowhere yet."""
        match account.kind:
            case AccountKind.FOLDER:
                from deadlines.remote import vdir  # noqa: PLC0415 # built on first use

                return vdir.discover(_folder(account))
            case AccountKind.SUBSCRIPTION:
                return self._subscription(account).discover()
            case AccountKind.CALDAV:
                from deadlines.remote.discovery import discover  # noqa: PLC0415 # built on first use

                client = self._client(account, secret)
                try:
                    return list(discover(client, account.url, account.username))
                finally:
                    client.close()
            case _:
                assert_never(account.kind)

    def sign_in(self, place: str, username: str) -> SignIn:
        """Where an account is and who signs in there, from what a person types; `InputError` where that leads nowhere."""
        from deadlines.remote.known_servers import sign_in  # noqa: PLC0415 # built on first use

        return sign_in(place, username)

    def keep_password(self, account: str, secret: str) -> None:
        """Put a password into the system's keyring."""
        from deadlines.remote.credentials import keep  # noqa: PLC0415 # built on first use

        keep(account, secret)

    def connect(self, store: Store, calendar: Calendar) -> Collection:
        """The collection of a calendar; one that is known by its display name is looked for once."""
        account = self._account(calendar.account)
        match account.kind:
            case AccountKind.FOLDER:
                return self._vdir(account, calendar)
            case AccountKind.SUBSCRIPTION:
                return self._subscription(account)
            case AccountKind.CALDAV:
                from deadlines.remote.caldav import CalDavCollection  # noqa: PLC0415 # built on first use

                client = self._client(account)
                return CalDavCollection(client, calendar.path or self._path(store, calendar, client))
            case _:
                assert_never(account.kind)

    def capabilities(self, store: Store, calendar: Calendar) -> Capabilities:
        """What the collection of a calendar is and can."""
        collection = self.connect(store, calendar)
        try:
            return collection.capabilities()
        finally:
            collection.close()

    def _path(self, store: Store, calendar: Calendar, client: Client) -> str:
        """Where a calendar known by its display name is: as the last sync remembers, else as discovery finds.

        After a failure it is looked for again: it may have been made anew elsewhere.
        """
        known = store.state(calendar.name)
        same = known.display_name == calendar.display_name and known.url.startswith(client.url("/"))
        if same and not known.problem:
            return known.url.removeprefix(client.url("/").rstrip("/"))
        return self._discovered(calendar, client.url("/"))

    def _discovered(self, calendar: Calendar, url: str) -> str:
        found = list(self.discover(calendar.account))
        paths = [one.path for one in found if one.display_name == calendar.display_name]
        if len(paths) > 1:
            raise AmbiguousInput("calendar", calendar.display_name, [f'path = "{path}"' for path in paths])
        if not paths:
            others = ", ".join(one.display_name for one in found)
            but = f", but {others}" if others else ""
            raise CollectionMissing(url, f"account {calendar.account} has no calendar {calendar.display_name}{but}")
        return paths[0]

    def _vdir(self, account: Account, calendar: Calendar) -> VDir:
        """A folder in that of the account. Its path may be said whole, too."""
        from deadlines.remote.vdir import VDir  # noqa: PLC0415 # built on first use

        folder = _folder(account)
        inside = calendar.path or self._discovered(calendar, account.url)
        whole = Path(inside)
        return VDir(whole if whole.is_relative_to(folder) else folder / inside.strip("/"), now=self._now)

    def _subscription(self, account: Account) -> Subscription:
        from deadlines.remote import addresses, http, wire  # noqa: PLC0415 # built on first use
        from deadlines.remote.download import Downloader  # noqa: PLC0415 # built on first use
        from deadlines.remote.files import local_path  # noqa: PLC0415 # built on first use
        from deadlines.remote.subscription import Local, Remote, Subscription  # noqa: PLC0415 # built on first use

        if account.url.lower().startswith("file:"):
            return Subscription(Local(local_path(account.url)), now=self._now)
        dial = wire.dial if account.insecure else addresses.public_dial()
        downloader = Downloader(self._credentials(account), http.connector(dial), insecure=account.insecure)
        return Subscription(Remote(account.url, downloader), now=self._now)

    def _account(self, name: str) -> Account:
        from deadlines.usecases.names import nearest  # noqa: PLC0415 # built on first use

        accounts = self._settings().accounts
        if name not in accounts:
            near = nearest(name, accounts)
            hint = "`deadlines account list` shows them, `deadlines account add` makes one"
            raise UnknownName("account", name, near, hint="" if near else hint)
        return accounts[name]

    def _client(self, account: Account, secret: str | None = None) -> Client:
        """One client for an account: it learns how to sign in once, and asks for the password once."""
        from deadlines.remote.http import Client  # noqa: PLC0415 # built on first use

        if secret is not None or account not in self._clients:
            self._clients[account] = Client(account.url, self._credentials(account, secret), insecure=account.insecure)
        return self._clients[account]

    def _credentials(self, account: Account, secret: str | None = None) -> Credentials | None:
        from deadlines.remote.auth import Credentials  # noqa: PLC0415 # built on first use
        from deadlines.remote.credentials import password  # noqa: PLC0415 # built on first use

        if secret is None:
            secret = password(
                account.password, account=account.name, username=account.username, url=account.url, environ=locations.environ()
            )
        return Credentials(username=account.username, password=secret) if account.username else None


def _folder(account: Account) -> Path:
    from deadlines.remote.files import local_path  # noqa: PLC0415 # built on first use

    return local_path(account.url)
