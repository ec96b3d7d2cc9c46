from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from tests.wiring.conftest import ACME, HOURS, shop

from deadlines import clock, wiring
from deadlines.errors import (
    ConfigError,
    CredentialsRefused,
    InputError,
    NotConfigured,
)
from deadlines.usecases.draft import Draft
from deadlines.usecases.tasks import add


def test_nothing_is_opened_before_it_is_asked_for(tmp_path: Path, machine: Path) -> None:
    machine.write_text("nonsense", encoding="utf-8")

    workshop = shop()

    assert (workshop.is_configured, workshop.database.name) == (True, "deadlines.sqlite3")
    assert not (tmp_path / "data").exists()
    with pytest.raises(ConfigError):
        _ = workshop.settings


def test_the_present_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = shop()
    before = workshop.now
    monkeypatch.setenv("DEADLINES_NOW", "2030-01-01T00:00:00Z")

    assert workshop.now == before == datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert wiring.present().year == 2030


def test_the_zone_data_is_chosen_before_a_zone_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def saying(what: str, answer: str) -> Callable[[], str]:
        def say() -> str:
            order.append(what)
            return answer

        return say

    monkeypatch.setattr(clock, "use_newest_zone_data", saying("data", "2026f"))
    monkeypatch.setattr(clock, "local_zone_name", saying("zone", "Europe/Oslo"))

    assert [shop().local_zone for _ in range(2)] == ["Europe/Oslo"] * 2
    assert order == ["data", "zone", "zone"]


def test_without_a_file_the_defaults_hold_but_not_for_one_that_was_named(machine: Path) -> None:
    machine.unlink()

    assert (shop().is_configured, wiring.is_configured(None), dict(shop().settings.clients)) == (False, False, {})
    with pytest.raises(ConfigError, match="there is no such file"):
        _ = shop(config=str(machine)).settings


def test_a_date_falls_due_by_the_public_holidays_of_the_client() -> None:
    """26 November 2026 is Thanksgiving."""
    with shop().desk() as desk:
        due = [add(desk, Draft(summary="x", client="acme", due=day)).tasks[0] for day in ("2026-11-25", "2026-11-26")]

    assert [task.due.client.isoformat() for task in due if task.due and task.due.client] == [
        "2026-11-25T17:00:00-05:00",
        "2026-11-27T00:00:00-05:00",
    ]
    assert [[finding.code.value for finding in task.findings] for task in due] == [["D102"], ["D105", "D107"]]


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(InputError):
        shop().holidays("XX-YY")


def test_changed_hours_are_told_once(machine: Path) -> None:
    told: list[str] = []
    with shop(told).desk() as desk:
        add(desk, Draft(summary="Draft", client="acme", due="2026-11-25"))
    machine.write_text(ACME.format("Mon-Fri 09:00-18:00"), encoding="utf-8")
    for _ in range(2):
        with shop(told).desk():
            pass

    assert told == ["zones or working hours changed: 1 due instant moved: Draft (Wed 25 Nov 23:00 -> Thu 26 Nov 00:00)"]


def test_doctor_sees_what_moved(machine: Path) -> None:
    with shop().desk() as desk:
        add(desk, Draft(summary="Draft", client="acme", due="2026-11-25"))
    machine.write_text(ACME.format("Mon-Fri 09:00-18:00"), encoding="utf-8")
    around = shop().surroundings()

    with around.store() as store:
        assert "1 due instant moved" in around.refresh(store)
        assert around.refresh(store) == ""


def test_a_second_sync_waits_for_the_lock_and_a_backup_replaces_the_database(tmp_path: Path) -> None:
    workshop = shop()
    with workshop.desk() as desk:
        add(desk, Draft(summary="x"))
        desk.store.backup(tmp_path / "copy.sqlite3")

    assert workshop.restore(tmp_path / "copy.sqlite3") is not None


# --- mail


def test_without_mail_nothing_can_be_sent() -> None:
    with pytest.raises(NotConfigured, match="there is no \\[mail\\]"):
        _ = shop().mailer


def test_mail_asks_for_its_password_when_it_is_sent_and_names_itself(machine: Path) -> None:
    mail = '[mail]\nhost = "127.0.0.1"\nport = 9\nsecurity = "none"\nusername = "kari"\nfrom = "kari@example.org"\n'
    machine.write_text(ACME.format(HOURS) + mail, encoding="utf-8")
    message = EmailMessage()
    message["From"] = "kari@example.org"

    mailer = shop().mailer

    with pytest.raises(CredentialsRefused, match=r"no password for \[mail\]: set password_command"):
        mailer.send(message, recipients=["kari@example.org"])
