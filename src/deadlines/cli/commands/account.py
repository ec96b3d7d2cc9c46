"""`deadlines account`: the accounts in the configuration file."""

from __future__ import annotations

import click

from deadlines.cli import complete
from deadlines.cli.options import Options, group
from deadlines.cli.output import note, show
from deadlines.cli.shop import workshop


@group("account")
def run() -> None:
    """Add and list accounts, and look at what calendars they have."""


@run.command("add")
@click.argument("name", metavar="NAME")
@click.argument("url", metavar="URL")
@click.option("--username", metavar="TEXT", help="Your name on the server")
@click.option("--password-command", metavar="COMMAND", help='A program that prints the password: "pass show caldav/main"')
@click.option("--password-env", metavar="NAME", help="The environment variable that holds the password")
@click.option("--keyring", is_flag=True, default=None, help="The system's keyring has the password")
@click.option("--insecure", is_flag=True, default=None, help="Allow plain http, and a subscription inside your network")
def add(options: Options, name: str, url: str, password_command: str | None, **typed: str | bool | None) -> None:
    """Add an account: a CalDAV server, a folder of calendars, or one .ics to subscribe to.

    URL may also be a host, your e-mail address there, or the name of a provider such as icloud or posteo.

    For example:
      deadlines account add main https://dav.example.org/ --username kari --password-command "pass show caldav/main"
      deadlines account add files ~/calendars
      deadlines account add holidays webcal://holidays.example/norway.ics
    """
    import shlex  # noqa: PLC0415 # help is spared it

    fields: dict[str, str | bool | tuple[str, ...]] = {key: value for key, value in typed.items() if value is not None}
    if password_command is not None:
        fields["password_command"] = tuple(shlex.split(password_command))
    shop = workshop(options)
    url, username = shop.accounts.sign_in(url, str(typed["username"] or ""))
    shop.config_file.add_account(name, {"url": url, **fields, **({"username": username} if username else {})})
    show(
        options,
        as_json=lambda: {"account": name, "url": url},
        as_text=lambda _: f"added account {name}; `deadlines account discover {name}` shows its calendars\n",
    )


@run.command("list")
def list_(options: Options) -> None:
    """List the accounts and their calendars."""
    from deadlines.cli.table import Column, table  # noqa: PLC0415 # help is spared it

    settings = workshop(options).settings
    calendars = {
        name: [calendar.name for calendar in settings.calendars.values() if calendar.account == name]
        for name in settings.accounts
    }
    rows = [
        (account.name, account.url, account.username, ", ".join(calendars[account.name]))
        for account in settings.accounts.values()
    ]
    columns = (Column("NAME"), Column("URL", flexible=True), Column("USER"), Column("CALENDARS", flexible=True))
    show(
        options,
        as_json=lambda: {
            "accounts": [
                {"name": name, "url": url, "username": user, "calendars": calendars[name]} for name, url, user, _ in rows
            ]
        },
        as_text=lambda screen: table(columns, rows, screen),
    )
    if not rows:
        note(options, "No accounts yet. `deadlines account add NAME URL --username ...` adds one.")


@run.command("discover")
@click.argument("name", metavar="NAME", shell_complete=complete.accounts)
def discover(options: Options, name: str) -> None:
    """Ask which calendars there are, and print what to put in the configuration."""
    from deadlines.cli.table import Column, table  # noqa: PLC0415 # help is spared it

    found = list(workshop(options).accounts.discover(name))
    rows = [(one.display_name, one.path, " ".join(sorted(one.components)), "" if one.writable else "read-only") for one in found]
    columns = (Column("CALENDAR", flexible=True), Column("PATH"), Column("HOLDS", flexible=True, spared=1), Column("MODE"))
    path = f'  path = "{found[0].path}"\n' if found and found[0].path else ""
    example = f'\nTo sync one, put into the configuration:\n\n  [calendars.work]\n  account = "{name}"\n{path}' if found else ""
    show(
        options,
        as_json=lambda: {
            "calendars": [
                {
                    "display_name": one.display_name,
                    "path": one.path,
                    "components": sorted(one.components),
                    "writable": one.writable,
                }
                for one in found
            ]
        },
        as_text=lambda screen: table(columns, rows, screen) + example,
    )
