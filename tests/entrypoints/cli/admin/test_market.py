"""Market actions, carried out by the running exchange."""

from pathlib import Path
from uuid import uuid4

import pytest

from solebook.ports.language.audit import AuditAction
from solebook.ports.language.market import QuoteStatus

from ..conftest import Run
from ..exchanges import audit_log, open_asks, served, stored
from ..test_main import one_line

WHY = ("--reason", "the amount is a typing error")


def test_a_running_exchange_withdraws_a_quote(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    with served(folder):
        done = run("admin", "withdraw-quote", str(ask.id), *WHY, "--note", "please check it")
    assert (done.code, done.out) == (0, f"the ask {ask.id} is cancelled\n")
    assert done.err == "waiting up to 10 s for the exchange\n"
    assert stored(folder, ask).status is QuoteStatus.CANCELLED
    asked, outcome = audit_log(folder)[-2:]
    assert asked.action is AuditAction.QUOTE_WITHDRAWAL_REQUESTED
    assert outcome.action is AuditAction.CARRIED_OUT


def test_without_a_running_exchange_nothing_is_withdrawn_until_one_starts(
    folder: Path, run: Run
) -> None:
    [ask] = open_asks(folder)
    done = run("admin", "withdraw-quote", str(ask.id), *WHY)
    assert (done.code, done.err) == (3, "")
    assert one_line(done.out).startswith("no exchange is running here; this will be carried out")
    assert stored(folder, ask).status is QuoteStatus.ACTIVE
    with served(folder):
        # Requests are carried out in sequence, so the first is done when the second is.
        again = run("admin", "withdraw-quote", str(ask.id), *WHY)
    assert again.code in (0, 1)
    assert stored(folder, ask).status is QuoteStatus.CANCELLED


def test_a_command_waits_until_its_timeout(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    with served(folder):
        done = run("admin", "withdraw-quote", str(ask.id), *WHY, "--wait", "0")
    assert done.code == 3
    assert one_line(done.out).startswith("the exchange did not carry it out within 0 s, but will")


def test_an_unknown_quote_is_a_one_line_error_without_an_audit_entry(
    folder: Path, run: Run
) -> None:
    refused = run("admin", "withdraw-quote", str(uuid4()), *WHY)
    assert (refused.code, refused.out) == (1, "")
    assert one_line(refused.err).startswith("solebook: there is no quote ")
    assert audit_log(folder) == []


@pytest.mark.parametrize("more", [(), ("--reason", " "), (*WHY, "--note", "two\nlines")])
def test_a_withdrawal_needs_a_valid_reason_and_note(
    folder: Path, run: Run, more: tuple[str, ...]
) -> None:
    [ask] = open_asks(folder)
    before = audit_log(folder)
    refused = run("admin", "withdraw-quote", str(ask.id), *more)
    assert refused.code == (1 if more else 2)
    assert audit_log(folder) == before


def test_a_running_exchange_halts_a_product_and_ends_the_halt(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    product = str(ask.book.product_id)
    with served(folder):
        done = run("admin", "halt", product, "--size", "9", *WHY)
        assert (done.code, done.out[:8]) == (0, "halted: ")
        halt_id = done.out.removeprefix("halted: ").strip()
        assert run("admin", "halt", product, "--size", "9", *WHY).out == (
            f"halted already: {halt_id}\n"
        )
        line, count = run("admin", "halts").out.splitlines()
        assert line.startswith(f"{halt_id}  {product}  size 9  any condition  since ")
        assert count == "1 standing halt"
        opened = run("admin", "end-halt", halt_id, *WHY)
    assert (opened.code, opened.out) == (0, f"the halt {halt_id} has ended\n")
    assert run("admin", "halts").out == "no standing halts\n"
    assert " until " in run("admin", "halts", "--all").out


def test_without_a_running_exchange_books_are_halted_when_one_starts(
    folder: Path, run: Run
) -> None:
    [ask] = open_asks(folder)
    done = run("admin", "halt", str(ask.book.product_id), *WHY)
    assert (done.code, done.err) == (3, "")
    assert one_line(done.out).startswith("no exchange is running here; this will be carried out")
    assert run("admin", "halts").out == "no standing halts\n"


def test_an_invalid_halt_is_a_one_line_error(folder: Path, run: Run) -> None:
    [ask] = open_asks(folder)
    for action in (
        ("halt", str(uuid4())),
        ("halt", str(ask.book.product_id), "--size", "12"),
        ("end-halt", str(uuid4())),
    ):
        refused = run("admin", *action, *WHY)
        assert (refused.code, refused.out) == (1, "")
        assert one_line(refused.err).startswith("solebook: ")


@pytest.mark.parametrize("wait", ["nan", "inf", "-1", "1e9", "long"])
def test_an_invalid_wait_is_refused_before_the_request(folder: Path, run: Run, wait: str) -> None:
    [ask] = open_asks(folder)
    before = audit_log(folder)
    refused = run("admin", "withdraw-quote", str(ask.id), *WHY, f"--wait={wait}")
    assert (refused.code, refused.out) == (2, "")
    assert "invalid seconds value" in refused.err
    assert audit_log(folder) == before
