"""One drill under load, and what is checked after it."""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

from ..entrypoints.cli.traders import Accepted, Crowd
from .drills.drill import Drill
from .production import PATIENCE, PROCESSES, Production

_ORDERS = 12
"""How many orders are accepted before something breaks, and again afterwards."""
_UNDONE = """
    SELECT (SELECT count(*) FROM orders WHERE status = 'pending')
        + (SELECT count(*) FROM outbox) + (SELECT count(*) FROM deliveries)
"""
_SOLD_TWICE = """
    SELECT quote FROM (
        SELECT bid_id AS quote FROM matches WHERE status = 'open'
        UNION ALL SELECT ask_id FROM matches WHERE status = 'open'
    ) AS sold GROUP BY quote HAVING count(*) > 1
"""
_PAID = "SELECT order_id, amount FROM payments WHERE status = 'captured'"
_LEDGER = """
    SELECT transfers.order_id, -sum(entries.amount) AS charged
    FROM ledger_transfers AS transfers JOIN ledger_entries AS entries
        ON entries.transfer_id = transfers.id
    WHERE entries.kind = 'world' AND transfers.order_id IS NOT NULL GROUP BY transfers.order_id
"""
_MATCHED = "SELECT id, status FROM orders"


@dataclass(frozen=True)
class Recovery:
    """How long things took, in seconds from when something broke."""

    first_order: float
    """Until an order was accepted that was sent afterwards."""
    silence: float
    """The longest time without an accepted order."""
    caught_up: float
    """Until nothing waited any more."""


@dataclass
class Rounds:
    """A stack, the people who trade on it, and the drills."""

    production: Production
    crowd: Crowd
    chance: random.Random
    recoveries: dict[str, list[Recovery]] = field(default_factory=dict)
    failed: bool = False
    """Whether anything went wrong in any round."""

    def play(self, drill: Drill) -> Recovery:
        """Break something while everybody trades, and check that nothing came of it."""
        failed, self.failed = self.failed, True
        recovery = self._play(drill)
        self.failed = failed
        self.recoveries.setdefault(drill.name, []).append(recovery)
        return recovery

    def _play(self, drill: Drill) -> Recovery:
        with self.crowd.trading():
            self._wait_for_orders(time.monotonic())
            began = drill.strike(self.production, self.chance)
            self._wait_for_orders(time.monotonic())
        self._wait(self._is_caught_up, "something still waits")
        recovery = self._recovery(began, time.monotonic())
        self._wait(self.production.is_well, "a process is not ready")
        self.check()
        return recovery

    def check(self) -> None:
        """Check that what was promised is there, once, and that everything agrees."""
        self.crowd.check(repeated=1)
        self._check_payments()
        assert self.production.rows(_SOLD_TWICE) == []
        assert self.production.faults() == []
        assert self.production.logged_faults() == []

    # ---- waiting -------------------------------------------------------------------------

    def _orders(self) -> list[Accepted]:
        return sorted(
            (each for trader in self.crowd.traders for each in [*trader.orders]),
            key=lambda each: each.at,
        )

    def _wait_for_orders(self, since: float) -> None:
        def enough() -> bool:
            return sum(each.sent_at >= since for each in self._orders()) >= _ORDERS

        self._wait(enough, "orders are not accepted any more")

    def _wait(self, is_so: Callable[[], bool], what: str) -> None:
        give_up_at = time.monotonic() + PATIENCE
        while not is_so():
            assert time.monotonic() < give_up_at, f"{what}\n{self.crowd.refused}\n{self._tails()}"
            time.sleep(0.05)

    def _tails(self) -> str:
        return "\n".join(f"{name}: {self.production.log(name)[-1_000:]}" for name in PROCESSES)

    def _is_caught_up(self) -> bool:
        return bool(self.production.rows(_UNDONE)[0][0] == 0)

    def _recovery(self, began: float, now: float) -> Recovery:
        orders = self._orders()
        first = next(each.at for each in orders if each.sent_at >= began)
        before = max(each.at for each in orders if each.at <= began)
        since = [before, *(each.at for each in orders if each.at > began)]
        silence = max(after - each for each, after in pairwise(since))
        return Recovery(first - began, silence, now - began)

    # ---- money ---------------------------------------------------------------------------

    def _check_payments(self) -> None:
        """Check that each matched order was charged once, at the provider and in the ledger."""
        charged = Counter[tuple[str, int]]()
        for intent in self.production.provider()["objects"]["platform"]["payment_intent"]:
            if intent["status"] == "succeeded":
                charged[intent["metadata"]["order_id"], intent["amount_received"]] += 1
        assert set(charged.values()) <= {1}, charged.most_common(3)
        paid = {(str(order), amount) for order, amount in self.production.rows(_PAID)}
        booked = {(str(order), amount) for order, amount in self.production.rows(_LEDGER)}
        assert paid == set(charged), paid ^ set(charged)
        assert booked == paid, booked ^ paid
        orders = {str(order): status for order, status in self.production.rows(_MATCHED)}
        told = {known.match for trader in self.crowd.traders for known in trader.known}
        assert told - {None} <= orders.keys()
        assert set(orders.values()) == {"confirmed"}, Counter(orders.values())
