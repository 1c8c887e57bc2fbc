"""Two thousand trades at once: the excess is refused, and no order suffers from the delay."""

import asyncio
import signal
import time
from pathlib import Path

import pytest

from solebook.ports.language.ids import OrderId

from .crowd import SIZES, Answers, Crowd, Outcome, outcome_in, settle_in, undone_in
from .test_serve import serving, solebook

pytestmark = [pytest.mark.journey, pytest.mark.alone]

TRADES = 2_000
PAIRS = 100
RUSH = 30.0
"""Seconds after which the crowd goes home."""
CALM = 120.0
"""Seconds in which the last order must have come to an end."""


def test_a_burst_is_taken_or_refused_and_no_order_suffers_from_the_delay(
    tmp_path: Path, poisoned: list[OrderId]
) -> None:
    town = asyncio.run(settle_in(tmp_path, pairs=PAIRS))
    poisoned += town.poisoned
    with serving(tmp_path, settings={"SOLEBOOK_MARKET__PAYMENT_WINDOW": "15"}) as server:
        crowd = Crowd(server.url, town, trades=TRADES, patience=RUSH)
        answers = asyncio.run(crowd.trade())
        begun = time.monotonic()
        while undone_in(tmp_path, town) and time.monotonic() < begun + CALM:
            time.sleep(0.25)
        waited = time.monotonic() - begun
        ready = server.http.get("/health/ready")
        quote = {"product_id": town.product_id, "size": SIZES[0], "amount": 90_000}
        late = server.http.post("/v1/asks", json=quote, headers=town.sellers[0].headers)
        assert server.end(signal.SIGTERM)[0] == 0
    outcome = outcome_in(tmp_path, town)
    print(_report(answers, outcome, waited))
    assert outcome.unattempted == 0, "cancelled as unpaid, and the provider was never asked"
    assert outcome.wronged == 0, "cancelled as unpaid although the card is good"
    assert outcome.charged_in_vain == 0, "charged although the order had ended"
    assert outcome.orders.keys() <= _HONEST, outcome.orders
    assert outcome.orders["confirmed", None] > 0
    assert answers.cancel_refused == {}, "a cancel was refused"
    assert answers.without_retry_after == 0, "503 without Retry-After"
    assert {status for status, _ in answers.readiness} == {200}
    told = any(overloaded for _, overloaded in answers.readiness)
    assert told == bool(answers.refused["503 overloaded"]), "readiness hid an overload"
    assert (ready.status_code, ready.json()["overloaded"]) == (200, False)
    assert late.status_code == 201, "two poisoned orders closed the market"
    assert waited < CALM, "something was still to be done"
    solvency = solebook(tmp_path, "admin", "solvency")
    assert (solvency.returncode, solvency.stderr) == (0, ""), solvency.stdout


_HONEST = {
    ("confirmed", None),
    ("cancelled", "payment_declined"),
    ("cancelled", "payment_overdue"),
}
"""How an order may end. Overdue is one whose provider took the charge and never says more."""


def _report(answers: Answers, outcome: Outcome, waited: float) -> str:
    return "\n".join(
        (
            "",
            f"placed    {dict(answers.placed)}, cancelled {answers.cancelled}",
            f"refused   {dict(answers.refused)}, of which {answers.given_up} were given up",
            f"cancels   refused {dict(answers.cancel_refused)}",
            f"orders    {dict(outcome.orders)}",
            f"unpaid    {outcome.unattempted} without an attempt, {outcome.wronged} of good cards",
            f"charged   {outcome.charged_in_vain} in vain",
            f"seconds   {answers.seconds:.1f} of rush, then {waited:.1f} until all was calm",
        )
    )
