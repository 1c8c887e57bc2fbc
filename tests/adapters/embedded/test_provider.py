"""The embedded provider compared with a simple model, for random calls with repeated keys."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.journal import Journal, MemoryJournal
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import (
    ChargeDeclined,
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import Charge

CLOCK = VirtualClock(datetime(2026, 3, 2, 12, tzinfo=UTC))

DECLINES = {
    tokens.DECLINED_CARD: "card_declined",
    tokens.CLOSED_ACCOUNT: "account_closed",
    "4242": "invalid_payment_method",
    "DE02": "invalid_account",
}
CARDS = [
    tokens.CARD,
    tokens.CARD_THAT_FAILS_ONCE,
    tokens.CARD_THAT_TIMES_OUT,
    tokens.DECLINED_CARD,
    "pm_another",
    "4242",
]
ACCOUNTS = [
    tokens.ACCOUNT,
    tokens.ACCOUNT_THAT_FAILS_ONCE,
    tokens.ACCOUNT_THAT_TIMES_OUT,
    tokens.CLOSED_ACCOUNT,
    "DE02",
]


@dataclass(frozen=True, slots=True)
class Words:
    """One call. The target of a refund is the number of the order whose charge is refunded."""

    operation: str
    order: int
    target: str
    amount: int


@dataclass(slots=True)
class Model:
    """The expected behaviour of a provider, as simple as possible."""

    words: dict[str, Words] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    charges: list[int] = field(default_factory=list)
    refunds: list[int] = field(default_factory=list)
    payouts: list[int] = field(default_factory=list)
    charge_of_order: dict[int, int] = field(default_factory=dict)
    refunded_of_order: dict[int, int] = field(default_factory=dict)

    @property
    def balance(self) -> int:
        return sum(self.charges) - sum(self.refunds) - sum(self.payouts)

    def answer(self, key: str, words: Words) -> str:
        first = key not in self.words
        if not first and self.words[key] != words:
            return "AssertionError"
        if key in self.answers:
            return self.answers[key]
        if words.target in DECLINES:
            self.words[key], self.answers[key] = words, DECLINES[words.target]
            return self.answers[key]
        if first and "fails_once" in words.target:
            self.words[key] = words
            return "Unavailable"
        answer = self.moved(words)
        if answer == "AssertionError":
            return answer
        self.words[key], self.answers[key] = words, answer
        if answer != "done":
            return answer
        return "Unavailable" if "times_out" in words.target else "done"

    def moved(self, words: Words) -> str:
        """Move the money if there is enough, and return the outcome."""
        if words.operation == "charge":
            self.charges.append(words.amount)
            self.charge_of_order.setdefault(words.order, words.amount)
        elif words.operation == "refund":
            before = self.refunded_of_order.get(words.order, 0)
            refunded = before + words.amount
            if words.order not in self.charge_of_order:
                return "AssertionError"
            if refunded > self.charge_of_order[words.order]:
                left = self.charge_of_order[words.order] - before
                return "amount_too_large" if left else "charge_already_refunded"
            self.refunded_of_order[words.order] = refunded
            self.refunds.append(words.amount)
        else:
            self.payouts.append(words.amount)
        return "done"


async def ask(provider: EmbeddedPaymentProvider, key: str, words: Words) -> str:
    """Make the call and return the outcome."""
    order_id = OrderId(UUID(int=words.order))
    try:
        if words.operation == "charge":
            charge = await provider.charge(
                key=key, order_id=order_id, payment_method=words.target, amount=words.amount
            )
            assert charge.amount == words.amount
        elif words.operation == "refund":
            found = await provider.find_charge(order_id)
            charge_id = found.id if isinstance(found, Charge) else "ch_none"
            await provider.refund(key=key, charge_id=charge_id, amount=words.amount)
        else:
            await provider.pay_out(
                key=key, order_id=order_id, account=words.target, amount=words.amount
            )
    except (ChargeDeclined, PayoutDeclined, RefundDeclined) as declined:
        return declined.reason
    except AssertionError:  # also of a subclass, such as InvariantBroken
        return "AssertionError"
    except Unavailable:
        return "Unavailable"
    return "done"


def calls() -> st.SearchStrategy[list[tuple[str, Words]]]:
    """Few keys, orders and amounts, so that calls collide."""
    orders, amounts = st.integers(1, 3), st.sampled_from([100, 250, 400])
    words = st.one_of(
        st.builds(Words, st.just("charge"), orders, st.sampled_from(CARDS), amounts),
        st.builds(Words, st.just("refund"), orders, st.just(""), amounts),
        st.builds(Words, st.just("payout"), orders, st.sampled_from(ACCOUNTS), amounts),
    )
    call = st.tuples(st.sampled_from("abcdefgh"), words)
    # Each call may be repeated, as by retries.
    return st.lists(st.tuples(call, st.integers(1, 3)), max_size=20).map(
        lambda runs: [call for call, times in runs for _ in range(times)]
    )


async def follow(journal: Journal, model: Model, made: list[tuple[str, Words]]) -> None:
    provider = EmbeddedPaymentProvider(journal, CLOCK, "whsec_test")
    for key, words in made:
        assert await ask(provider, key, words) == model.answer(key, words)
        assert await provider.balance() == model.balance


@given(calls())
@settings(max_examples=150, deadline=None)
def test_provider_answers_like_the_model(made: list[tuple[str, Words]]) -> None:
    asyncio.run(follow(MemoryJournal(), Model(), made))


@given(calls(), calls())
@settings(max_examples=15, deadline=None)
def test_provider_on_a_file_continues_after_it_was_closed(
    made: list[tuple[str, Words]], later: list[tuple[str, Words]]
) -> None:
    model = Model()
    with TemporaryDirectory() as folder:
        for part in (made, later, made):
            journal = SqliteJournal(Path(folder) / "provider.sqlite")
            try:
                asyncio.run(follow(journal, model, part))
            finally:
                journal.close()


@pytest.mark.parametrize(
    ("call", "refusal"),
    [
        ({"payment_method": "4242"}, "invalid_payment_method"),
        ({"payment_method": "acct_seller"}, "invalid_payment_method"),
        ({"payment_method": ""}, "invalid_payment_method"),
        ({"account": "pm_card_visa"}, "invalid_account"),
        ({"account": ""}, "invalid_account"),
    ],
)
async def test_token_of_the_wrong_kind_is_declined(call: dict[str, Any], refusal: str) -> None:
    provider = EmbeddedPaymentProvider(MemoryJournal(), CLOCK, "whsec_test")
    move: Any = provider.charge if "payment_method" in call else provider.pay_out

    with pytest.raises((ChargeDeclined, PayoutDeclined)) as declined:
        await move(key="key", order_id=OrderId(UUID(int=1)), amount=100, **call)

    assert declined.value.reason == refusal  # type: ignore[attr-defined]  # both have one
