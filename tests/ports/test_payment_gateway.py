"""The contract of the payment gateway, run over every provider that is built here."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.journal import MemoryJournal
from solebook.adapters.embedded.payment_gateway import EmbeddedPaymentGateway
from solebook.adapters.embedded.sqlite_journal import SqliteJournal
from solebook.adapters.memory.seeded import SeededIds
from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.ports.language.errors import (
    ChargeDeclined,
    InvalidSignature,
    InvalidText,
    PayoutDeclined,
    RefundDeclined,
    Unavailable,
)
from solebook.ports.language.ids import OrderId
from solebook.ports.language.payments import Charge, DeclinedCharge, GatewayEventKind, PendingCharge
from solebook.ports.payment_gateway import PaymentGateway


@dataclass(frozen=True, slots=True)
class Rig:
    """A provider's gateway, and by which of its tokens it does what."""

    gateway: PaymentGateway
    sign: Callable[[bytes], str]
    ids: SeededIds
    card: str
    declined_card: str
    card_that_fails_once: str
    card_that_times_out: str
    card_charged_later: str
    card_declined_later: str
    card_that_stays_pending: str
    account: str
    closed_account: str
    account_that_times_out: str

    def order_id(self) -> OrderId:
        return OrderId(self.ids.new())

    def key(self) -> str:
        return f"{self.ids.new()}:step"

    async def charged(self, amount: int) -> str:
        """Charge a good card and return the charge's id."""
        charge = await self.gateway.charge(
            key=self.key(), order_id=self.order_id(), payment_method=self.card, amount=amount
        )
        return charge.id


@pytest.fixture(params=["embedded_in_memory", "embedded_in_a_file"])
def rig(
    request: pytest.FixtureRequest, clock: VirtualClock, ids: SeededIds, tmp_path: Path
) -> Iterator[Rig]:
    file = SqliteJournal(tmp_path / "gateway.sqlite") if "file" in request.param else None
    gateway = EmbeddedPaymentGateway(file or MemoryJournal(), clock, webhook_secret="whsec_test")
    yield Rig(
        gateway=gateway,
        sign=gateway.sign,
        ids=ids,
        card=tokens.CARD,
        declined_card=tokens.DECLINED_CARD,
        card_that_fails_once=tokens.CARD_THAT_FAILS_ONCE,
        card_that_times_out=tokens.CARD_THAT_TIMES_OUT,
        card_charged_later=tokens.CARD_THAT_IS_CHARGED_LATER,
        card_declined_later=tokens.CARD_THAT_IS_DECLINED_LATER,
        card_that_stays_pending=tokens.CARD_THAT_STAYS_PENDING,
        account=tokens.ACCOUNT,
        closed_account=tokens.CLOSED_ACCOUNT,
        account_that_times_out=tokens.ACCOUNT_THAT_TIMES_OUT,
    )
    if file is not None:
        file.close()


async def test_charge_is_held_and_found_by_its_order(rig: Rig) -> None:
    order_id = rig.order_id()
    assert await rig.gateway.find_charge(order_id) is None

    charge = await rig.gateway.charge(
        key=rig.key(), order_id=order_id, payment_method=rig.card, amount=21_400
    )

    assert charge.amount == 21_400
    assert await rig.gateway.find_charge(order_id) == charge
    assert await rig.gateway.find_charge(rig.order_id()) is None
    assert await rig.gateway.balance() == 21_400


async def test_same_charge_again_charges_once(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    charges = [
        await rig.gateway.charge(key=key, order_id=order_id, payment_method=rig.card, amount=21_400)
        for _ in range(3)
    ]

    assert charges[0] == charges[1] == charges[2]
    assert await rig.gateway.balance() == 21_400


async def test_same_charge_many_times_at_once_charges_once(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    charges = await asyncio.gather(
        *(
            rig.gateway.charge(key=key, order_id=order_id, payment_method=rig.card, amount=21_400)
            for _ in range(8)
        )
    )

    assert len(set(charges)) == 1
    assert await rig.gateway.balance() == 21_400


async def test_declined_card_is_declined_every_time_and_charges_nothing(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    reasons = set()

    for _ in range(2):
        with pytest.raises(ChargeDeclined) as refusal:
            await rig.gateway.charge(
                key=key, order_id=order_id, payment_method=rig.declined_card, amount=21_400
            )
        reasons.add(refusal.value.reason)

    assert reasons == {"card_declined"}
    assert await rig.gateway.find_charge(order_id) == DeclinedCharge("card_declined")
    assert await rig.gateway.balance() == 0


async def test_decline_does_not_stop_another_try_under_another_key(rig: Rig) -> None:
    order_id = rig.order_id()
    with pytest.raises(ChargeDeclined):
        await rig.gateway.charge(
            key=rig.key(), order_id=order_id, payment_method=rig.declined_card, amount=21_400
        )

    charge = await rig.gateway.charge(
        key=rig.key(), order_id=order_id, payment_method=rig.card, amount=21_400
    )

    assert await rig.gateway.find_charge(order_id) == charge


async def test_key_used_with_other_words_is_a_broken_invariant(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()
    charge = await rig.gateway.charge(
        key=key, order_id=order_id, payment_method=rig.card, amount=21_400
    )

    with pytest.raises(AssertionError):
        await rig.gateway.charge(key=key, order_id=order_id, payment_method=rig.card, amount=21_500)
    with pytest.raises(AssertionError):
        await rig.gateway.charge(
            key=key, order_id=rig.order_id(), payment_method=rig.card, amount=21_400
        )
    with pytest.raises(AssertionError):
        await rig.gateway.charge(
            key=key, order_id=order_id, payment_method=rig.declined_card, amount=21_400
        )
    with pytest.raises(AssertionError):
        await rig.gateway.refund(key=key, charge_id=charge.id, amount=21_400)

    assert await rig.gateway.balance() == 21_400


async def test_call_that_did_not_reach_the_provider_has_no_effect_until_repeated(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    async def charge() -> str:
        done = await rig.gateway.charge(
            key=key, order_id=order_id, payment_method=rig.card_that_fails_once, amount=21_400
        )
        return done.id

    with pytest.raises(Unavailable):
        await charge()
    assert await rig.gateway.find_charge(order_id) is None
    assert await rig.gateway.balance() == 0

    assert await charge() == await charge()
    assert await rig.gateway.balance() == 21_400


async def test_charge_whose_answer_was_lost_is_settled_by_the_same_call(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    async def charge() -> str:
        done = await rig.gateway.charge(
            key=key, order_id=order_id, payment_method=rig.card_that_times_out, amount=21_400
        )
        return done.id

    with pytest.raises(Unavailable):
        await charge()
    found = await rig.gateway.find_charge(order_id)
    assert isinstance(found, Charge)
    assert await rig.gateway.balance() == 21_400

    assert [await charge(), await charge()] == [found.id, found.id]
    assert await rig.gateway.balance() == 21_400


async def test_a_pending_charge_holds_no_money_and_stays_what_it_is_until_it_is_decided(
    rig: Rig,
) -> None:
    key, order_id = rig.key(), rig.order_id()

    pending = [
        await rig.gateway.charge(
            key=key, order_id=order_id, payment_method=rig.card_that_stays_pending, amount=21_400
        )
        for _ in range(2)
    ]

    assert isinstance(pending[0], PendingCharge)
    assert pending[0] == pending[1] == await rig.gateway.find_charge(order_id)
    assert await rig.gateway.balance() == 0


@pytest.mark.parametrize("asks_again", [True, False])
async def test_a_pending_charge_that_succeeds_is_told_when_asked(
    rig: Rig, asks_again: bool
) -> None:
    key, order_id = rig.key(), rig.order_id()

    async def charge() -> Charge | PendingCharge:
        return await rig.gateway.charge(
            key=key, order_id=order_id, payment_method=rig.card_charged_later, amount=21_400
        )

    pending = await charge()
    assert isinstance(pending, PendingCharge)
    decided = await charge() if asks_again else await rig.gateway.find_charge(order_id)

    assert decided == Charge(pending.id, 21_400)
    assert await charge() == await rig.gateway.find_charge(order_id) == decided
    assert await rig.gateway.balance() == 21_400


async def test_a_pending_charge_that_is_declined_is_told_when_asked(rig: Rig) -> None:
    key, order_id = rig.key(), rig.order_id()

    async def charge() -> Charge | PendingCharge:
        return await rig.gateway.charge(
            key=key, order_id=order_id, payment_method=rig.card_declined_later, amount=21_400
        )

    assert isinstance(await charge(), PendingCharge)
    found = await rig.gateway.find_charge(order_id)
    assert isinstance(found, DeclinedCharge)
    with pytest.raises(ChargeDeclined) as declined:
        await charge()
    assert declined.value.reason == found.reason
    assert await rig.gateway.balance() == 0


async def test_refund_gives_back_once(rig: Rig) -> None:
    charge_id, key = await rig.charged(21_400), rig.key()

    made = [await rig.gateway.refund(key=key, charge_id=charge_id, amount=21_400) for _ in range(3)]

    assert made[0] == made[1] == made[2]
    assert made[0].amount == 21_400
    assert await rig.gateway.balance() == 0


async def test_each_refund_of_a_charge_has_a_name_of_its_own(rig: Rig) -> None:
    charge_id = await rig.charged(21_400)

    first = await rig.gateway.refund(key=rig.key(), charge_id=charge_id, amount=100)
    second = await rig.gateway.refund(key=rig.key(), charge_id=charge_id, amount=100)

    assert first.id != second.id


async def test_refunds_never_exceed_their_charge(rig: Rig) -> None:
    charge_id = await rig.charged(21_400)
    await rig.charged(50_000)
    await rig.gateway.refund(key=rig.key(), charge_id=charge_id, amount=20_000)

    key = rig.key()
    for _ in range(2):
        with pytest.raises(RefundDeclined):
            await rig.gateway.refund(key=key, charge_id=charge_id, amount=1_401)
    assert await rig.gateway.balance() == 51_400

    await rig.gateway.refund(key=rig.key(), charge_id=charge_id, amount=1_400)
    assert await rig.gateway.balance() == 50_000


async def test_charge_that_never_was_cannot_be_refunded(rig: Rig) -> None:
    await rig.charged(21_400)

    with pytest.raises(AssertionError):
        await rig.gateway.refund(key=rig.key(), charge_id="ch_unknown", amount=100)

    assert await rig.gateway.balance() == 21_400


async def test_payout_leaves_the_balance_once(rig: Rig) -> None:
    await rig.charged(21_400)
    key, order_id = rig.key(), rig.order_id()

    made = [
        await rig.gateway.pay_out(key=key, order_id=order_id, account=rig.account, amount=17_600)
        for _ in range(3)
    ]

    assert made[0] == made[1] == made[2]
    assert made[0].amount == 17_600
    assert await rig.gateway.balance() == 3_800


async def test_what_the_platform_does_not_have_it_owes(rig: Rig) -> None:
    """An exchange that bears a refund pays the seller from money of its own."""
    charge_id = await rig.charged(21_400)
    await rig.gateway.refund(key=rig.key(), charge_id=charge_id, amount=21_400)

    await rig.gateway.pay_out(
        key=rig.key(), order_id=rig.order_id(), account=rig.account, amount=17_600
    )

    assert await rig.gateway.balance() == -17_600


async def test_payout_to_a_closed_account_is_declined_every_time(rig: Rig) -> None:
    await rig.charged(21_400)
    key, order_id = rig.key(), rig.order_id()

    for _ in range(2):
        with pytest.raises(PayoutDeclined):
            await rig.gateway.pay_out(
                key=key, order_id=order_id, account=rig.closed_account, amount=17_600
            )

    assert await rig.gateway.balance() == 21_400


async def test_payout_whose_answer_was_lost_is_settled_by_the_same_call(rig: Rig) -> None:
    await rig.charged(21_400)
    key, order_id = rig.key(), rig.order_id()

    async def pay_out() -> None:
        await rig.gateway.pay_out(
            key=key, order_id=order_id, account=rig.account_that_times_out, amount=17_600
        )

    with pytest.raises(Unavailable):
        await pay_out()
    assert await rig.gateway.balance() == 3_800
    await pay_out()
    await pay_out()
    assert await rig.gateway.balance() == 3_800


@pytest.mark.parametrize("amount", [0, -100])
async def test_nothing_and_less_cannot_be_moved(rig: Rig, amount: int) -> None:
    charge_id = await rig.charged(21_400)

    with pytest.raises(AssertionError):
        await rig.charged(amount)
    with pytest.raises(AssertionError):
        await rig.gateway.refund(key=rig.key(), charge_id=charge_id, amount=amount)
    with pytest.raises(AssertionError):
        await rig.gateway.pay_out(
            key=rig.key(), order_id=rig.order_id(), account=rig.account, amount=amount
        )

    assert await rig.gateway.balance() == 21_400


async def test_signed_webhook_is_read(rig: Rig) -> None:
    order_id = rig.order_id()
    body = (
        b'{"id": "evt_1", "type": "charge.captured", "data": {"order_id": "%s",'
        b' "charge_id": "ch_1", "amount": 21400, "reason": null}}' % str(order_id).encode()
    )

    event = rig.gateway.parse_webhook(body, rig.sign(body))

    assert (event.id, event.kind) == ("evt_1", GatewayEventKind.CHARGE_CAPTURED)
    assert (event.order_id, event.charge_id, event.amount) == (order_id, "ch_1", 21_400)


async def test_webhook_is_refused_if_a_byte_was_changed(rig: Rig) -> None:
    body = b'{"id": "evt_1", "type": "charge.captured", "data": {"amount": 21400}}'
    signature = rig.sign(body)

    with pytest.raises(InvalidSignature):
        rig.gateway.parse_webhook(body.replace(b"21400", b"91400"), signature)
    with pytest.raises(InvalidSignature):
        rig.gateway.parse_webhook(body, "")


async def test_signed_webhook_without_sense_is_refused(rig: Rig) -> None:
    body = b"not JSON"

    with pytest.raises(InvalidText):
        rig.gateway.parse_webhook(body, rig.sign(body))
