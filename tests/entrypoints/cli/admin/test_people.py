"""Actions on users: find, suspend, reinstate."""

from pathlib import Path

import pytest

from solebook.adapters.embedded import tokens
from solebook.ports.language.audit import AuditAction
from solebook.ports.language.market import QuoteStatus
from solebook.ports.language.users import OPERATOR

from ..conftest import Run
from ..exchanges import SELLER, audit_log, is_suspended, open_asks, served, stored
from ..test_main import one_line

WHY = ("--reason", "sent two fakes in one week")


@pytest.mark.parametrize("by", ["email", "id"])
def test_a_user_is_shown_with_quotes_and_balances(folder: Path, run: Run, by: str) -> None:
    asks = open_asks(folder, 2)
    shown = run("admin", "find-user", str(asks[0].user_id) if by == "id" else f" {SELLER.title()}")
    assert (shown.code, shown.err) == (0, "")
    lines = dict(line.split(maxsplit=1) for line in shown.out.splitlines() if "open" not in line)
    assert lines["id"] == str(asks[0].user_id)
    assert lines["email"] == SELLER
    assert lines["roles"] == "buyer, seller"
    assert lines["suspended"] == "no"
    assert "open asks  2" in shown.out
    assert tokens.ACCOUNT not in shown.out
    assert "$2b$" not in shown.out


@pytest.mark.parametrize("name", ["nobody@example.com", "01a2086e-0000-7000-8000-000000000000"])
@pytest.mark.parametrize("action", ["find-user", "quotes", "suspend", "reinstate"])
def test_an_unknown_user_is_a_one_line_error(
    folder: Path, run: Run, action: str, name: str
) -> None:
    more = {"find-user": (), "quotes": ("ask",)}.get(action, WHY)
    refused = run("admin", action, name, *more)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: there is no user ")
    assert audit_log(folder) == []


def test_open_quotes_of_a_user_are_listed_page_by_page(folder: Path, run: Run) -> None:
    asks = open_asks(folder, 3)
    *lines, count, more = run("admin", "quotes", SELLER, "ask", "--limit", "2").out.splitlines()
    assert count == "2 open asks"
    start = "there are more: solebook "
    *rest, count = run(*more.removeprefix(start).split()).out.splitlines()
    assert count == "1 open ask"
    assert [line.split()[0] for line in lines + rest] == [str(ask.id) for ask in asks[::-1]]
    assert lines[0].split()[1] == "302.00"
    assert run("admin", "quotes", SELLER, "bid").out == "no open bids\n"


def test_a_running_exchange_withdraws_a_suspended_users_quotes(folder: Path, run: Run) -> None:
    asks = open_asks(folder, 2)
    with served(folder):
        done = run("admin", "suspend", SELLER, *WHY)
    assert (done.code, done.out) == (0, f"{SELLER} is suspended; withdrawn quotes: 2\n")
    assert done.err == "waiting up to 10 s for the exchange\n"
    assert {stored(folder, ask).status for ask in asks} == {QuoteStatus.CANCELLED}
    asked, outcome = audit_log(folder)[-2:]
    assert (asked.action, asked.actor_id) == (AuditAction.SUSPENSION_SET, OPERATOR.user_id)
    assert asked.reason == outcome.reason == WHY[1]
    assert (outcome.action, outcome.facts) == (AuditAction.CARRIED_OUT, {"withdrawn": 2})


def test_a_suspension_without_open_quotes_says_so(folder: Path, run: Run) -> None:
    open_asks(folder)
    with served(folder):
        run("admin", "suspend", SELLER, *WHY)
        again = run("admin", "suspend", SELLER, *WHY)
    assert again.code == 0
    assert again.out == f"{SELLER} is suspended; none of their quotes is left in the books\n"


def test_without_a_running_exchange_a_suspension_is_stored_and_no_quote_changes(
    folder: Path, run: Run
) -> None:
    [ask] = open_asks(folder)
    done = run("admin", "suspend", SELLER, *WHY)
    assert (done.code, done.err) == (3, "")
    assert one_line(done.out).startswith(
        f"{SELLER} is suspended; their quotes are still in the books: no exchange is running here"
    )
    assert is_suspended(folder, ask.user_id)
    assert stored(folder, ask).status is QuoteStatus.ACTIVE


def test_a_suspension_is_lifted(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    run("admin", "suspend", SELLER, *WHY)
    done = run("admin", "reinstate", SELLER, "--reason", "they were authentic")
    assert (done.code, done.out, done.err) == (0, f"{SELLER} is not suspended\n", "")
    assert not is_suspended(folder, ask.user_id)
    assert audit_log(folder)[-1].reason == "they were authentic"


def test_sessions_of_a_user_are_ended(folder: Path, run: Run) -> None:
    open_asks(folder)

    done = run("admin", "end-sessions", SELLER, *WHY)

    assert (done.code, done.out) == (0, f"all sessions of {SELLER} have ended\n")
    entry = audit_log(folder)[-1]
    assert (entry.action, entry.reason) == (AuditAction.SESSIONS_ENDED, WHY[1])


@pytest.mark.parametrize("action", ["suspend", "reinstate"])
def test_a_suspension_needs_a_valid_reason(folder: Path, run: Run, action: str) -> None:
    [ask] = open_asks(folder)
    before = audit_log(folder)
    missing = run("admin", action, SELLER)
    assert missing.code == 2
    assert "the following arguments are required: --reason" in missing.err
    refused = run("admin", action, SELLER, "--reason", "two\nlines")
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: reason has a line break")
    assert not is_suspended(folder, ask.user_id)
    assert audit_log(folder) == before
