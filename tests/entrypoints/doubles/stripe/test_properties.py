"""Whatever happens at the double, its money adds up."""

from collections import defaultdict
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from solebook.entrypoints.doubles.stripe.answers import Answer, Command
from solebook.entrypoints.doubles.stripe.machine import Machine, state_as_json
from solebook.entrypoints.doubles.stripe.state import State

CARDS = ("visa", "bypassPending", "createDispute", "pendingRefund", "refundFail")
CURRENCIES = ("usd", "jpy")
amounts = st.integers(50, 1_000).map(lambda tens: tens * 10)
chosen = st.integers(0, 6)
acts = st.one_of(
    st.tuples(st.just("charge"), st.sampled_from(CARDS), st.sampled_from(CURRENCIES), amounts),
    st.tuples(st.just("authorise"), st.sampled_from(CURRENCIES), amounts),
    st.tuples(st.just("capture"), chosen, amounts),
    st.tuples(st.just("cancel"), chosen),
    st.tuples(st.just("refund"), chosen, amounts),
    st.tuples(st.just("cancel_refund"), chosen),
    st.tuples(st.just("fail_refund"), chosen),
    st.tuples(st.just("dispute"), chosen),
    st.tuples(st.just("decide"), chosen, st.booleans()),
    st.tuples(st.just("transfer"), st.sampled_from(CURRENCIES), amounts),
    st.tuples(st.just("transfer_from"), chosen, amounts),
    st.tuples(st.just("reverse"), chosen, amounts),
    st.tuples(st.just("pay_out"), st.booleans(), st.sampled_from(CURRENCIES), amounts),
    st.tuples(st.just("fail_payout"), st.booleans(), chosen),
    st.tuples(st.just("advance"), st.integers(0, 4 * 86_400)),
)


class Story:
    """Acts on a machine, and notes every command. It begins with something of each kind."""

    def __init__(self) -> None:
        self.machine = Machine("seed")
        self.commands: list[Command] = []
        self.seller = self._post(
            "/v1/accounts",
            {"type": "express", "capabilities": {"transfers": {"requested": "true"}}},
        ).body["id"]
        self._post(f"/_double/accounts/{self.seller}/complete", {})
        for card in CARDS:
            self._charge(card, "usd", 8_000)
        self._charge("bypassPending", "usd", 90_000)
        self._authorise("usd", 9_000)
        self._refund(0, 5_000)
        self._refund(3, 2_000)
        self._refund(4, 2_000)
        self._transfer("usd", 9_000)
        self._pay_out(True, "usd", 3_000)

    @property
    def state(self) -> State:
        return self.machine.state

    def act(self, name: str, *values: Any) -> None:
        """Do something, which the double may refuse."""
        getattr(self, f"_{name}")(*values)

    def _post(self, path: str, form: dict[str, Any], account: str = "") -> Answer:
        command = Command(
            self.state.now + 1, "POST", path, form, f"req_{len(self.commands)}", account
        )
        self.commands.append(command)
        return self.machine.execute(command)

    def _one(self, kind: str, place: int, account: str = "") -> str:
        found = list(self.state.of(kind, account))
        return found[place % len(found)] if found else "none"

    def _charge(self, card: str, currency: str, amount: int, **more: str) -> None:
        form = {
            "amount": str(amount),
            "currency": currency,
            "payment_method": f"pm_card_{card}",
            "confirm": "true",
            "off_session": "true",
            **more,
        }
        self._post("/v1/payment_intents", form)

    def _authorise(self, currency: str, amount: int) -> None:
        self._charge("visa", currency, amount, capture_method="manual")

    def _capture(self, place: int, amount: int) -> None:
        intent = self._one("payment_intent", place)
        self._post(f"/v1/payment_intents/{intent}/capture", {"amount_to_capture": str(amount)})

    def _cancel(self, place: int) -> None:
        self._post(f"/v1/payment_intents/{self._one('payment_intent', place)}/cancel", {})

    def _refund(self, place: int, amount: int) -> None:
        charge = self._one("charge", place)
        self._post("/v1/refunds", {"charge": charge, "amount": str(amount)})

    def _cancel_refund(self, place: int) -> None:
        self._post(f"/v1/refunds/{self._one('refund', place)}/cancel", {})

    def _fail_refund(self, place: int) -> None:
        self._post(f"/_double/refunds/{self._one('refund', place)}/fail", {})

    def _dispute(self, place: int) -> None:
        self._post(f"/_double/charges/{self._one('charge', place)}/dispute", {})

    def _decide(self, place: int, won: bool) -> None:
        dispute = self._one("dispute", place)
        self._post(f"/_double/disputes/{dispute}/decide", {"won": str(won).lower()})

    def _transfer(self, currency: str, amount: int) -> None:
        form = {"amount": str(amount), "currency": currency, "destination": self.seller}
        if self._post("/v1/transfers", form).status == 200:
            assert self.state.ledger.available["", currency] >= 0

    def _transfer_from(self, place: int, amount: int) -> None:
        charge = self._one("charge", place)
        held = self.state.of("charge").get(charge, {"currency": "usd"})
        form = {
            "amount": str(amount),
            "currency": held["currency"],
            "destination": self.seller,
            "source_transaction": charge,
        }
        self._post("/v1/transfers", form)

    def _reverse(self, place: int, amount: int) -> None:
        transfer = self._one("transfer", place)
        self._post(f"/v1/transfers/{transfer}/reversals", {"amount": str(amount)})

    def _pay_out(self, by_seller: bool, currency: str, amount: int) -> None:
        form = {"amount": str(amount), "currency": currency}
        account = self.seller if by_seller else ""
        if self._post("/v1/payouts", form, account).status == 200:
            assert self.state.ledger.available[account, currency] >= 0

    def _fail_payout(self, by_seller: bool, place: int) -> None:
        account = self.seller if by_seller else ""
        payout = self._one("payout", place, account)
        self._post(f"/_double/payouts/{payout}/fail", {"account": account} if account else {})

    def _advance(self, seconds: int) -> None:
        self._post("/_double/clock", {"advance": str(seconds)})


def check_balances(state: State) -> None:
    """The balance of each account is the sum of its transactions."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for (account, kind), table in state.tables.items():
        if kind == "balance_transaction":
            for each in table.values():
                assert each["net"] == each["amount"] - each["fee"]
                assert (each["available_on"] <= state.now) is (each["status"] == "available")
                sums[each["status"], account, each["currency"]] += each["net"]
    for status, held in (
        ("available", state.ledger.available),
        ("pending", state.ledger.pending),
    ):
        for (account, currency), amount in held.items():
            assert sums.pop((status, account, currency), 0) == amount
    assert not any(sums.values())


def check_limits(state: State, seller: str) -> None:
    """No charge is refunded or passed on above what it brought, and no seller is overdrawn."""
    refunded: dict[str, int] = defaultdict(int)
    for refund in state.of("refund").values():
        if refund["status"] in ("pending", "succeeded"):
            refunded[refund["charge"]] += refund["amount"]
    passed_on: dict[str, int] = defaultdict(int)
    for transfer in state.of("transfer").values():
        assert transfer["amount_reversed"] <= transfer["amount"]
        if transfer["source_transaction"]:
            left = transfer["amount"] - transfer["amount_reversed"]
            passed_on[transfer["source_transaction"]] += left
    for charge in state.of("charge").values():
        assert refunded[charge["id"]] <= charge["amount_captured"]
        assert passed_on[charge["id"]] <= charge["amount_captured"]
        if charge["captured"]:
            released = charge["amount"] - charge["amount_captured"]
            assert charge["amount_refunded"] == released + refunded[charge["id"]]
    for held in (state.ledger.available, state.ledger.pending):
        for (account, _), amount in held.items():
            assert amount >= 0 or account != seller


@given(st.lists(acts, min_size=5, max_size=40))
def test_money_adds_up_after_every_act(story: list[tuple[Any, ...]]) -> None:
    told = Story()
    for act in story:
        told.act(*act)
        check_balances(told.state)
        check_limits(told.state, told.seller)


@given(st.lists(acts, min_size=5, max_size=30))
def test_the_same_commands_lead_to_the_same_state(story: list[tuple[Any, ...]]) -> None:
    told = Story()
    for act in story:
        told.act(*act)
    again = Machine("seed")
    for command in told.commands:
        again.execute(command)
    assert state_as_json(again.state) == state_as_json(told.state)
