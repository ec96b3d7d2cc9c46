"""What one command works with.

A command asks for a `Workshop` and takes from it what it needs; what it does not ask for is neither built nor imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache, cached_property
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from deadlines import clock
from deadlines.config import locations
from deadlines.errors import NotConfigured, ProgramFailed, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from contextlib import AbstractContextManager
    from datetime import date, datetime

    from deadlines.config.edit import ConfigFile
    from deadlines.core.settings import Settings
    from deadlines.mail.base import Mailer
    from deadlines.remote.embedded import EmbeddedServer
    from deadlines.store.base import Store
    from deadlines.store.told import Told
    from deadlines.system.base import Notifier
    from deadlines.usecases.cron import Kind, Machine, Scheduler
    from deadlines.usecases.desk import Desk
    from deadlines.usecases.doctor import Surroundings
    from deadlines.usecases.feeds import Press
    from deadlines.wiring.accounts import Accounts

DATABASE = "deadlines.sqlite3"
CRON_PATH = "/usr/local/bin:/usr/bin:/bin"
"""What cron sets PATH to, or nearly so."""
SYNC_PATIENCE = 10.0
"""Seconds that a second sync waits for the first before it says "try later"."""


def is_configured(flag: str | None) -> bool:
    """Whether there is a configuration file; `flag` is what `--config` said."""
    return locations.config_path(locations.environ(), flag).exists()


def present() -> datetime:
    """The present, for what is not a command of ours."""
    return clock.now()


def embedded_server(folder: Path) -> AbstractContextManager[EmbeddedServer]:
    """A CalDAV server on loopback, for the demo."""
    from deadlines.remote.embedded import embedded_server as run  # noqa: PLC0415 # built on first use

    return run(folder)


@cache
def _choose_zone_data() -> str:
    """Once per process: the choice does not change, and costs a handful of file openings."""
    return clock.use_newest_zone_data()


def _nobody(_line: str) -> None:
    """Nobody is told."""


class Workshop:
    """One command's adapters. `command` is what was typed, for the journal; `config` what `--config` said.

    `tell` is called with a line for people when something moved that nobody touched.
    """

    def __init__(self, command: str, *, config: str | None, tell: Callable[[str], None] = _nobody) -> None:
        self._command = command
        self._flag = config
        self._tell = tell
        self.timer = monotonic
        self.zone_data = _choose_zone_data()
        """Which time zone database is used. It is chosen before anything here can open a zone."""

    @cached_property
    def now(self) -> datetime:
        """The present, once per command."""
        return clock.now()

    @cached_property
    def config_path(self) -> Path:
        """The configuration file, whether it exists or not."""
        return locations.config_path(locations.environ(), self._flag)

    @property
    def is_configured(self) -> bool:
        """Whether there is a configuration file."""
        return self.config_path.exists()

    @cached_property
    def data_dir(self) -> Path:
        """Where the database, locks and caches are."""
        return locations.data_dir(locations.environ())

    @property
    def database(self) -> Path:
        """The database file."""
        return self.data_dir / DATABASE

    @cached_property
    def local_zone(self) -> str:
        """The IANA name of this machine's zone."""
        return clock.local_zone_name()

    @cached_property
    def settings(self) -> Settings:
        """The configuration, or the defaults where there is no file. `ConfigError` with every problem."""
        from deadlines.config.read import read, read_named  # noqa: PLC0415 # built on first use

        reader = read if self._flag is None else read_named
        return reader(self.config_path, holidays=self.holidays, local_zone=self.local_zone)

    @cached_property
    def config_file(self) -> ConfigFile:
        """The configuration file, to be edited."""
        from deadlines.config.edit import ConfigFile  # noqa: PLC0415 # built on first use

        return ConfigFile(path=self.config_path, holidays=self.holidays, local_zone=self.local_zone)

    def holidays(self, region: str) -> Container[date]:
        """The public holidays of a region; `InputError` where there is no such region."""
        from deadlines.store.holidays import RegionHolidays  # noqa: PLC0415 # built on first use

        holidays = RegionHolidays(region, self.data_dir / "holidays")
        holidays.validate()
        return holidays

    @contextmanager
    def store(self) -> Iterator[Store]:
        """The database, open."""
        from deadlines.store.sqlite import SqliteStore  # noqa: PLC0415 # built on first use

        store = SqliteStore(self.database)
        try:
            yield store
        finally:
            store.close()

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """What a use case works with. What was derived under another configuration or zone database is derived anew first."""
        from deadlines.usecases.desk import Desk  # noqa: PLC0415 # built on first use
        from deadlines.usecases.index import Indexer  # noqa: PLC0415 # built on first use

        settings = self.settings
        index = Indexer(settings)
        with self.store() as store:
            if said := self._refresh(store):
                self._tell(said)
            yield Desk(
                store=store,
                settings=settings,
                index=index,
                now=self.now,
                new_uid=clock.new_uid,
                command=self._command,
                config=str(self.config_path),
            )

    def sync_lock(self) -> AbstractContextManager[object]:
        """Held while a sync runs: the second one waits for some seconds, then raises `StoreBusy`."""
        from deadlines.store.lock import SyncLock  # noqa: PLC0415 # built on first use

        return SyncLock(self.data_dir).acquire(now=self.now, wait_seconds=SYNC_PATIENCE)

    @contextmanager
    def press(self, desk: Desk) -> Iterator[Press]:
        """What writing feeds needs, one such run at a time: the second one waits for some seconds, then raises `StoreBusy`."""
        from deadlines.store.lock import SyncLock  # noqa: PLC0415 # built on first use
        from deadlines.store.publishing import Files  # noqa: PLC0415 # built on first use
        from deadlines.usecases.feeds import Press  # noqa: PLC0415 # built on first use

        with SyncLock(self.data_dir, "publication").acquire(now=self.now, wait_seconds=SYNC_PATIENCE):
            yield Press(desk=desk, publisher=Files(), new_secret=clock.new_secret)

    def digest_lock(self) -> AbstractContextManager[object]:
        """Held while digests are delivered, as `sync_lock` is."""
        from deadlines.store.lock import SyncLock  # noqa: PLC0415 # built on first use

        return SyncLock(self.data_dir, "digest").acquire(now=self.now, wait_seconds=SYNC_PATIENCE)

    def cron_lock(self) -> AbstractContextManager[object]:
        """Held while a run from cron is at work: a second one does not wait for it, but raises `StoreBusy`."""
        from deadlines.store.lock import SyncLock  # noqa: PLC0415 # built on first use

        return SyncLock(self.data_dir, "cron").acquire(now=self.now)

    @property
    def told(self) -> Told:
        """What the last run from cron said."""
        from deadlines.store.told import Told  # noqa: PLC0415 # built on first use

        return Told(self.data_dir / "cron.told")

    def notifiers(self) -> list[Notifier]:
        """Every way in which the user wants to be told at once."""
        from deadlines.system.notify import CommandNotifier, DesktopNotifier  # noqa: PLC0415 # built on first use

        wanted, environ = self.settings.notify, locations.environ()
        found: list[Notifier] = [CommandNotifier(wanted.command, environ)] if wanted.command else []
        return [*found, DesktopNotifier(environ)] if wanted.desktop else found

    def scheduler(self) -> Scheduler:
        """The crontab and the systemd units of whoever runs this."""
        from deadlines.system.crontab import SystemCrontab  # noqa: PLC0415 # built on first use
        from deadlines.system.systemd import SystemdUnits  # noqa: PLC0415 # built on first use
        from deadlines.usecases.cron import Scheduler  # noqa: PLC0415 # built on first use

        environ = locations.environ()
        return Scheduler(crontab=SystemCrontab(environ), units=SystemdUnits(locations.unit_dir(environ), environ))

    def machine(self) -> Machine:
        """This program and what it needs in its environment, for whoever starts it later.

        Folders are named where they are not those that it would find by itself, and programs that the configuration names
        where they are now.
        """
        from deadlines.usecases.cron import Machine  # noqa: PLC0415 # built on first use

        environ, bare = locations.environ(), {"HOME": str(Path.home())}
        needed = {"PATH": self._cron_path()}
        if self.config_path.absolute() != locations.config_path(bare, None):
            needed["DEADLINES_CONFIG"] = str(self.config_path.absolute())
        if self.data_dir.absolute() != locations.data_dir(bare):
            needed["DEADLINES_DATA"] = str(self.data_dir.absolute())
        if environ.get("TZ"):
            needed["TZ"] = environ["TZ"]
        return Machine(program=_program(), environ=needed)

    def has_crontab(self) -> bool:
        """Whether there is a cron that users may use."""
        import shutil  # noqa: PLC0415 # built on first use

        return shutil.which("crontab") is not None

    def _cron_path(self) -> str:
        """The usual folders and those of the programs that the configuration names, which a login shell would have found."""
        import shutil  # noqa: PLC0415 # built on first use

        settings = self.settings
        sources = [account.password for account in settings.accounts.values()]
        sources += [settings.mail.password] if settings.mail else []
        named = [source.command[0] for source in sources if source.command] + list(settings.notify.command[:1])
        named += ["notify-send"] if settings.notify.desktop else []
        found = [str(Path(where).absolute().parent) for name in named if (where := shutil.which(name))]
        return ":".join(dict.fromkeys((*found, *CRON_PATH.split(":"))))

    def restore(self, source: Path) -> Path | None:
        """Replace the database by a backup. Returns where the present one was put, if there was one."""
        from deadlines.store.copies import restore  # noqa: PLC0415 # built on first use

        with self.sync_lock():
            return restore(source, self.database)

    @cached_property
    def accounts(self) -> Accounts:
        """What is behind the accounts."""
        from deadlines.wiring.accounts import Accounts  # noqa: PLC0415 # built on first use

        return Accounts(lambda: self.settings, now=self.now)

    @cached_property
    def mailer(self) -> Mailer:
        """What sends mail as `[mail]` says; `NotConfigured` without it. The password is asked for at each sending."""
        mail = self.settings.mail
        if mail is None:
            hint = 'add [mail] with host = "smtp.example.org" to the configuration'
            raise NotConfigured(f"there is no [mail] in {self.config_path}, so nothing can be sent", hint=hint)
        from deadlines.mail.smtp import SmtpMailer, url_of  # noqa: PLC0415 # built on first use
        from deadlines.remote.credentials import password  # noqa: PLC0415 # built on first use

        def secret() -> str:
            return password(
                mail.password,
                account=f"smtp:{mail.host}",
                username=mail.username,
                url=url_of(mail),
                environ=locations.environ(),
                whose="[mail]",
            )

        return SmtpMailer(mail, secret)

    def surroundings(self) -> Surroundings:
        """Everywhere that `doctor` looks."""
        import shutil  # noqa: PLC0415 # built on first use

        from deadlines.usecases.doctor import Surroundings  # noqa: PLC0415 # built on first use

        existing = next(folder for folder in (self.data_dir, *self.data_dir.parents) if folder.exists())
        return Surroundings(
            config_path=str(self.config_path),
            is_configured=self.is_configured,
            settings=lambda: self.settings,
            zone_data=self.zone_data,
            database=str(self.database),
            store=self.store,
            refresh=self._refresh,
            probe=self.accounts.capabilities,
            free=shutil.disk_usage(existing).free,
            jobs=self._jobs,
            is_program=lambda program: shutil.which(program) is not None,
            environ=locations.environ(),
            now=self.now,
        )

    def _jobs(self) -> dict[Kind, str]:
        """What is installed to start us; where there is no cron, or nobody may look, nothing is."""
        from deadlines.usecases.cron import Kind, installed  # noqa: PLC0415 # built on first use

        scheduler, found = self.scheduler(), dict[Kind, str]()
        for kind in Kind:
            with suppress(ProgramFailed, Refused):
                if text := installed(scheduler, kind):
                    found[kind] = text
        return found

    def _refresh(self, store: Store) -> str:
        from deadlines.usecases.index import Indexer  # noqa: PLC0415 # built on first use
        from deadlines.usecases.refresh import news, refresh  # noqa: PLC0415 # built on first use

        return news(refresh(store, Indexer(self.settings), self.zone_data), self.settings, now=self.now)


def _program() -> tuple[str, ...]:
    """The words that start this program whatever PATH is: its script, else this interpreter with the package."""
    import shutil  # noqa: PLC0415 # built on first use
    import sys  # noqa: PLC0415 # built on first use

    script = shutil.which(sys.argv[0]) or ""
    if Path(script).stem == "deadlines":
        return (str(Path(script).absolute()),)
    return (str(Path(sys.executable).absolute()), "-m", "deadlines")
