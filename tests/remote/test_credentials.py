from __future__ import annotations

import sys

import pytest

from deadlines.core.settings import PasswordSource
from deadlines.errors import CredentialsRefused
from deadlines.remote.credentials import password


def ask(source: PasswordSource, *, username: str = "kari", environ: dict[str, str] | None = None, seconds: float = 20) -> str:
    url = "https://dav.example.org/"
    return password(source, account="main", username=username, url=url, environ=environ or {}, seconds=seconds)


def python(code: str) -> PasswordSource:
    return PasswordSource(command=(sys.executable, "-I", "-S", "-c", code))


def test_a_command_gives_its_first_line() -> None:
    assert ask(python("print('s3cret word'); print('login: kari')")) == "s3cret word"


def test_a_command_sees_the_environment_it_is_given() -> None:
    assert ask(python("import os; print(os.environ['X'])"), environ={"X": "from X"}) == "from X"


def test_a_variable_gives_its_value() -> None:
    assert ask(PasswordSource(env="DAV_PASSWORD"), environ={"DAV_PASSWORD": "s3cret"}) == "s3cret"


def test_neither_user_nor_source_is_no_password() -> None:
    assert not ask(PasswordSource(), username="")


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (PasswordSource(), "password_command"),
        (PasswordSource(env="DAV_PASSWORD"), "DAV_PASSWORD is not set"),
        (PasswordSource(command=("no-such-program-here",)), "no-such-program-here cannot be run"),
        (PasswordSource(command=("a\0b",)), "cannot be run"),
        (python("import sys; sys.stderr.write('hunter2'); print('hunter2'); sys.exit(3)"), "status 3"),
        (python("print()"), "printed nothing"),
        (python("import sys; sys.stdout.buffer.write(b'hunter2\\xff')"), "not UTF-8"),
    ],
)
def test_a_failure_names_the_account_and_the_remedy_but_no_secret(source: PasswordSource, says: str) -> None:
    with pytest.raises(CredentialsRefused) as refused:
        ask(source)

    assert "account main" in str(refused.value)
    assert says in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_silent_command_is_given_up() -> None:
    with pytest.raises(CredentialsRefused, match="did not answer"):
        ask(python("import time; time.sleep(60)"), seconds=0.2)


def test_a_keyring_gives_its_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring

    monkeypatch.setattr(keyring, "get_password", lambda service, name: {("deadlines", "main"): "s3cret"}.get((service, name)))

    assert ask(PasswordSource(keyring=True)) == "s3cret"


def test_a_keyring_that_cannot_be_used_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring
    import keyring.errors

    def locked(_service: str, _name: str) -> str:
        raise keyring.errors.KeyringLocked("hunter2")

    monkeypatch.setattr(keyring, "get_password", locked)

    with pytest.raises(CredentialsRefused, match="KeyringLocked"):
        ask(PasswordSource(keyring=True))
