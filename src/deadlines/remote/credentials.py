"""Where a password comes from: a command, the environment, or the keyring of the desktop. Never from a file of ours.

Every failure is `CredentialsRefused`, which names whose it is and what to do. What a command prints on stderr is thrown away: it
may hold what it should not.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from typing import Final

from deadlines.core.settings import PasswordSource
from deadlines.errors import CredentialsRefused

SERVICE: Final = "deadlines"
"""The service under which the keyring keeps passwords; the user name there is the account's name."""
SECONDS: Final = 30.0


def password(
    source: PasswordSource,
    *,
    account: str,
    username: str,
    url: str,
    environ: Mapping[str, str],
    whose: str = "",
    seconds: float = SECONDS,
) -> str:
    """The password of an account; empty where there is neither a user name nor a source. A command has `seconds` to answer.

    `account` is its name in the keyring; `whose` what messages call it, where that is not `account NAME`.
    """
    whose = whose or f"account {account}"
    try:
        if source.command:
            return _from_command(source.command, environ, seconds)
        if source.env:
            return _from_environment(source.env, environ)
        if source.keyring:
            return _from_keyring(account)
    except _NoPassword as reason:
        raise CredentialsRefused(url, f"no password for {whose}: {reason}") from None
    if username:
        raise CredentialsRefused(url, f"no password for {whose}: set password_command, password_env or keyring = true")
    return ""


class _NoPassword(Exception):
    """What is wrong, without the account."""


def _from_command(command: tuple[str, ...], environ: Mapping[str, str], seconds: float) -> str:
    program = command[0]
    try:
        done = subprocess.run(
            command,
            check=False,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise _NoPassword(f"password_command {program} did not answer within {seconds:g} s; run it by hand") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "it is no command"
        raise _NoPassword(f"password_command {program} cannot be run ({reason.lower()})") from None
    if done.returncode != 0:
        raise _NoPassword(f"password_command {program} ended with status {done.returncode}; run it by hand to see why")
    try:
        line = done.stdout.decode().partition("\n")[0].rstrip("\r")
    except UnicodeDecodeError:
        raise _NoPassword(f"password_command {program} printed what is not UTF-8") from None
    if not line:
        raise _NoPassword(f"password_command {program} printed nothing on its first line")
    return line


def _from_environment(name: str, environ: Mapping[str, str]) -> str:
    value = environ.get(name, "")
    if not value:
        raise _NoPassword(f"the environment variable {name} is not set; cron does not read your shell's profile")
    return value


def keep(account: str, secret: str) -> None:
    """Put the password of an account into the keyring. `CredentialsRefused` where there is no keyring."""
    import keyring
    import keyring.errors

    try:
        keyring.set_password(SERVICE, account, secret)
    except keyring.errors.KeyringError as error:
        reason = f"the keyring cannot be used ({type(error).__name__}); use password_command where no desktop runs"
        raise CredentialsRefused(account, reason) from None


def _from_keyring(account: str) -> str:
    import keyring
    import keyring.errors

    try:
        value = keyring.get_password(SERVICE, account)
    except keyring.errors.KeyringError as error:
        raise _NoPassword(
            f"the keyring cannot be used ({type(error).__name__}); use password_command where no desktop runs"
        ) from None
    if not value:
        raise _NoPassword(f"the keyring has none; store it with: keyring set {SERVICE} {account}")
    return value
