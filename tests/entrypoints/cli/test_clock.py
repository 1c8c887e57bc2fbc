"""`solebook admin clock`: it is started on a new exchange, moved forward, and refused elsewhere."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solebook.composition.application import Application
from solebook.ports.language.audit import AuditAction

from .conftest import Run
from .exchanges import PASSWORD, audit_log, within
from .test_main import one_line

START = ("admin", "clock", "start", "2017-10-03T09:00Z")
PRODUCTION = {
    "MODE": "production",
    "SECURITY__SIGNING_KEYS": json.dumps([{"id": "a", "secret": "s" * 32}]),
    "ENCRYPTION__OFF": "true",
    "HTTP__PUBLIC_URL": "https://exchange.example.com",
    "USERS__VERIFY_ADDRESSES": "true",
    "PAYMENTS__ADAPTER": "stripe",
    "PAYMENTS__API_KEY": "sk_live_clock",
    "PAYMENTS__BUYER_RETURN_URL": "https://exchange.example.com/orders/{order_id}",
    "PAYMENTS__ONBOARDING_RETURN_URL": "https://exchange.example.com/payouts",
    "PAYMENTS__WEBHOOK_SECRET": "w" * 32,
    "WEBHOOKS__SECRET": "w" * 32,
    "WAREHOUSE__NAME": "Test",
    "WAREHOUSE__STREET": "1 Main Street",
    "WAREHOUSE__CITY": "Portland",
    "WAREHOUSE__COUNTRY": "US",
}


@pytest.fixture
def started(folder: Path, run: Run) -> Path:
    done = run(*START, "--reason", "a demo")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("the exchange's clock is started: it is 2017-10-03 09:")
    return folder


def use_production(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in PRODUCTION.items():
        monkeypatch.setenv(f"SOLEBOOK_{name}", value)


def test_a_new_exchange_tells_that_its_clock_can_be_started(folder: Path, run: Run) -> None:
    shown = run("admin", "clock")
    assert (shown.code, shown.err) == (0, "")
    assert re.fullmatch(r"it is 20..-.* UTC, real time; nothing has run yet, .*\n", shown.out)


def test_the_whole_exchange_has_the_time_at_which_it_was_started(
    started: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_PASSWORD", PASSWORD)
    shown = run("admin", "clock")
    assert re.fullmatch(
        r"it is 2017-10-03 09:\d\d:\d\d UTC, \d+ days behind real time\n", shown.out
    )
    grant = run("admin", "grant", "admin@example.com", "--register")
    assert grant.code == 0, grant.err

    async def joined(app: Application) -> datetime:
        user = await app.adapters.store.users.find_by_email("admin@example.com")
        assert user is not None
        return user.created_at

    assert within(started, joined).date() == datetime(2017, 10, 3, tzinfo=UTC).date()


def test_it_is_moved_by_a_step_or_to_an_instant(started: Path, run: Run) -> None:
    moved = run("admin", "clock", "move", "+14d", "--reason", "two weeks later")
    assert (moved.code, moved.err) == (0, "")
    assert moved.out.startswith("it is 2017-10-17 09:")
    moved = run("admin", "clock", "move", "2018-01-01T00:00+00:00")
    assert moved.out.startswith("it is 2018-01-01 00:")
    acts = [act for act in audit_log(started) if "clock" in act.action]
    assert [(act.action, act.reason) for act in acts] == [
        (AuditAction.CLOCK_STARTED, "a demo"),
        (AuditAction.CLOCK_MOVED, "two weeks later"),
        (AuditAction.CLOCK_MOVED, None),
    ]


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (("move", "2017-10-03T08:00Z"), "time never goes backwards: it is 2017-10-03T09:"),
        (("start", "2018-01-01T00:00Z"), "start the clock of a new database"),
        (("start",), "`solebook admin clock start` needs an instant after it"),
        (("start", "+1d"), "`solebook admin clock start` needs an instant after it"),
        (("move",), "`solebook admin clock move` needs an instant or a step after it"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    started: Path, run: Run, act: tuple[str, ...], problem: str
) -> None:
    refused = run("admin", "clock", *act)
    assert (refused.code, refused.out) == (1, "")
    assert problem in one_line(refused.err)


@pytest.mark.parametrize("when", ["2017-10-03", "2017-10-03T09:00", "tomorrow", "14d", "+14"])
def test_an_instant_without_a_time_zone_is_no_instant(folder: Path, run: Run, when: str) -> None:
    refused = run("admin", "clock", "start", when)
    assert refused.code == 2
    assert "is no instant with a time zone" in refused.err


def test_an_exchange_with_users_keeps_real_time(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEBOOK_PASSWORD", PASSWORD)
    assert run("admin", "grant", "admin@example.com", "--register").code == 0
    refused = run(*START)
    assert (refused.code, refused.out) == (1, "")
    assert "start the clock of a new database" in one_line(refused.err)
    refused = run("admin", "clock", "move", "+1d")
    assert "the exchange runs on real time" in one_line(refused.err)


def test_production_does_not_start_a_clock(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_production(monkeypatch)
    refused = run(*START)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err) == "solebook: production runs on real time"


@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--port", "0"),
        ("admin", "clock", "move", "+1d"),
        ("admin", "clock"),
        ("admin", "verify"),
        ("demo", "--url", "http://127.0.0.1:9"),
    ],
)
def test_production_opens_no_database_of_a_demo(
    started: Path, run: Run, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    use_production(monkeypatch)
    refused = run(*command)
    assert (refused.code, refused.out) == (1, "")
    assert "the database is that of a demo" in one_line(refused.err)


def test_a_demo_needs_an_exchange_whose_clock_can_be_moved(folder: Path, run: Run) -> None:
    refused = run("demo", "--url", "http://127.0.0.1:9")
    assert (refused.code, refused.out) == (1, "")
    assert "the exchange runs on real time" in one_line(refused.err)


def test_a_demo_whose_clock_was_started_too_late_tells_when_to_start_it(
    started: Path, run: Run
) -> None:
    refused = run("demo", "--url", "http://127.0.0.1:9")
    assert (refused.code, refused.out) == (1, "")
    assert "solebook admin clock start 2015-03-08T09:00Z" in one_line(refused.err)
