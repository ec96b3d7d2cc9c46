from __future__ import annotations

import inspect
import json

import click
import pytest

from deadlines import errors
from deadlines.cli.errors import ROWS, explain, report, without_secrets
from deadlines.cli.exits import Exit

URL = "https://dav.example.org/"


def classes() -> list[type[BaseException]]:
    return [value for _, value in inspect.getmembers(errors, inspect.isclass) if issubclass(value, errors.DeadlinesError)]


@pytest.mark.parametrize("kind", classes(), ids=lambda kind: kind.__name__)
def test_every_class_has_its_row(kind: type[BaseException]) -> None:
    assert kind in ROWS


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (errors.ConfigError("c.toml", ["line 1: me: x"]), "config", 4),
        (errors.NotConfigured("nothing to sync with", hint="deadlines init"), "not-configured", 4),
        (errors.InputError("no such thing"), "input", 2),
        (errors.UnknownName("client", "acne", ["acme"]), "unknown-name", 2),
        (errors.AmbiguousInput("date", "03/04", ["2026-03-04", "2026-04-03"]), "ambiguous", 2),
        (errors.Refused("no"), "refused", 2),
        (errors.CodecError("no BEGIN", line=3), "unreadable", 1),
        (errors.StoreError("db", "odd"), "store", 4),
        (errors.StoreBusy("db", "locked"), "store-busy", 75),
        (errors.StoreNewer("db", found=9, known=2), "store-newer", 4),
        (errors.StoreBroken("db", "torn"), "store-broken", 4),
        (errors.StoreFull("db"), "store-broken", 4),
        (errors.StoreReadOnly("db"), "store-broken", 4),
        (errors.GuardTripped("work", "all 12 items are gone", deletes=12, of=12), "guard", 6),
        (errors.RemoteError(URL, "odd"), "remote", 5),
        (errors.Unreachable(URL, "no route"), "unreachable", 75),
        (errors.TryLater(URL, status=503, retry_after=30), "try-later", 75),
        (errors.CredentialsRefused(URL, "no", status=401), "credentials", 4),
        (errors.CollectionMissing(URL, "gone", status=404), "collection-missing", 4),
        (errors.NotCalDAV(URL, "HTML"), "not-caldav", 4),
        (errors.PreconditionFailed(URL, "changed", status=412), "changed-meanwhile", 75),
        (errors.ReadOnlyCollection(URL, "no", status=403), "read-only", 5),
        (errors.Rejected(URL, "too large", status=413), "rejected", 5),
        (click.UsageError("Missing command."), "usage", 2),
        (click.exceptions.NoSuchCommand("ad", possibilities=["add"]), "unknown-name", 2),
        (click.FileError("x", "odd"), "usage", 2),
        (click.Abort(), "interrupted", 130),
        (KeyboardInterrupt(), "interrupted", 130),
        (PermissionError(13, "Permission denied", "/x"), "system", 4),
        (ZeroDivisionError("division by zero"), "bug", 3),
        (RecursionError(), "bug", 3),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else "",
)
def test_exit_code_and_slug(error: BaseException, code: str, exit_code: int) -> None:
    failure = explain(error)

    assert (failure.code, failure.exit) == (code, exit_code)
    assert failure.message
    assert "{" not in failure.hint


def test_a_class_without_a_row_takes_that_of_its_base() -> None:
    class Strange(errors.StoreBusy):
        pass

    assert explain(Strange("db", "locked")).code == "store-busy"


def test_config_problems_are_told_one_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    report(errors.ConfigError("c.toml", ["line 1: a", "line 2: b"]), [])

    assert capsys.readouterr() == (
        "",
        "error: c.toml cannot be used\n  line 1: a\n  line 2: b\nhint: correct c.toml, then run `deadlines doctor`\n",
    )


def test_json_carries_the_facts(capsys: pytest.CaptureFixture[str]) -> None:
    report(errors.UnknownName("client", "acne", ["acme"]), ["show", "--json"])

    assert json.loads(capsys.readouterr().out) == {
        "version": 1,
        "error": {
            "code": "unknown-name",
            "message": "unknown client: acne",
            "hint": "did you mean acme?",
            "nearest": ["acme"],
        },
    }


def test_json_after_the_end_of_options_is_text(capsys: pytest.CaptureFixture[str]) -> None:
    report(errors.Refused("no"), ["add", "--", "--json"])

    assert capsys.readouterr().out == ""


def test_foreign_text_in_a_message_is_harmless(capsys: pytest.CaptureFixture[str]) -> None:
    report(errors.Refused("\x1b]52;c;x\x07\u202e"), ["--json"])

    out, err = capsys.readouterr()
    assert err == "error: ␛]52;c;x␇\ufffd\n"
    assert json.loads(out)["error"]["message"] == "\x1b]52;c;x\x07\u202e"


def raised() -> BaseException:
    """A foreign error with secrets, caused by one inside our package."""
    with pytest.raises(TypeError) as cause:
        without_secrets(None)  # type: ignore[arg-type] # to fail inside our package
    with pytest.raises(ValueError, match="hunter2") as caught:
        raise ValueError("https://kari:hunter2@dav.example.org/ Authorization: Basic aHVudGVyMg==") from cause.value
    return caught.value


@pytest.mark.parametrize("typed", [[], ["-v"], ["-vv"], ["-v", "--verbose"], ["-vvq", "--json"]], ids=" ".join)
def test_a_bug_asks_for_a_report_and_keeps_secrets(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    code = report(raised(), typed)

    out, err = capsys.readouterr()
    assert code is Exit.BUG
    assert err.startswith("error: unexpected ValueError\nhint: this is our mistake: please report it")
    assert ("Traceback" in err) == (typed not in ([], ["-v"]))
    assert "hunter2" not in out + err
    assert "aHVudGVyMg" not in out + err


def test_a_bug_names_the_place_in_our_code() -> None:
    error = raised().__cause__
    assert error is not None

    assert explain(error).message.startswith("unexpected TypeError in cli/errors.py, line ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://kari:pa:ss@h/x", "https://***@h/x"),
        ("https://h/x@y", "https://h/x@y"),
        ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
        ("{'authorization': 'Basic Zm9v'}", "{'authorization': 'Basic ***'}"),
        ("password=hunter2, x", "password=***, x"),
        ("Cookie: session=1", "Cookie: ***"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_are_replaced(text: str, expected: str) -> None:
    assert without_secrets(text) == expected
