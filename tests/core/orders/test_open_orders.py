"""The data of an order that is fixed at its match."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from solebook.core.orders.history import fold
from solebook.core.orders.open_orders import OpenOrders
from solebook.ports.language.ids import OrderId, UserId
from solebook.ports.language.market import Match
from solebook.ports.language.money import Cents
from solebook.ports.language.orders import Fees, PaymentStatus
from solebook.ports.language.users import PostalAddress
from solebook.ports.payments import FeeSchedule
from solebook.ports.users import NewestAddresses, PaymentAccounts

from .walks import MATCH, OPENED, RULES

HOME = PostalAddress("1 Test Street", "Testville", "OR", "97005", "US")
FLAT = replace(HOME, street="2 Test Street")
MOVED, SETTLED, HOMELESS = (UserId(UUID(int=number)) for number in (10, 11, 12))


class EqualFees(FeeSchedule):
    """The same fees for every trade."""

    async def quote(self, sales: Sequence[tuple[UserId, Cents]]) -> Sequence[Fees]:
        return [OPENED.fees] * len(sales)


@dataclass
class KnownNewestAddresses(NewestAddresses):
    """Known addresses, and the recorded queries."""

    homes: dict[UserId, PostalAddress]
    asked: list[set[UserId]] = field(default_factory=list)

    async def of(self, user_ids: Collection[UserId]) -> Mapping[UserId, PostalAddress]:
        self.asked.append(set(user_ids))
        return {user_id: home for user_id, home in self.homes.items() if user_id in user_ids}


@dataclass
class KnownCards(PaymentAccounts):
    """Known cards, and the recorded queries."""

    cards: dict[UserId, str] = field(default_factory=dict)
    asked: list[set[UserId]] = field(default_factory=list)

    async def payment_method(self, user_id: UserId) -> str | None:
        return self.cards.get(user_id)

    async def payment_methods(self, user_ids: Collection[UserId]) -> Mapping[UserId, str]:
        self.asked.append(set(user_ids))
        return {user_id: card for user_id, card in self.cards.items() if user_id in user_ids}

    async def payout_account(self, user_id: UserId) -> str | None:
        return None


def match(number: int, buyer_id: UserId) -> Match:
    return replace(MATCH, id=OrderId(UUID(int=number)), buyer_id=buyer_id)


async def test_orders_store_their_buyers_addresses_read_in_one_query() -> None:
    addresses = KnownNewestAddresses({MOVED: HOME, SETTLED: FLAT})
    open_orders = OpenOrders(EqualFees(), addresses, KnownCards(), RULES)
    matches = [
        match(number, buyer)
        for number, buyer in enumerate([SETTLED, MOVED, HOMELESS, SETTLED], start=1)
    ]

    opened = await open_orders.open(matches)

    assert [one.order.id for one in opened] == [match.id for match in matches]
    assert [one.destination for one in opened] == [FLAT, HOME, None, FLAT]
    assert addresses.asked == [{SETTLED, MOVED, HOMELESS}]
    for one in opened:
        assert fold(one.history) == one.order


async def test_buyer_who_moves_between_matches_gets_each_pair_at_its_own_address() -> None:
    addresses = KnownNewestAddresses({MOVED: HOME})
    open_orders = OpenOrders(EqualFees(), addresses, KnownCards(), RULES)
    [before] = await open_orders.open([match(1, MOVED)])

    addresses.homes[MOVED] = FLAT
    [after] = await open_orders.open([match(2, MOVED)])

    assert (before.destination, after.destination) == (HOME, FLAT)


async def test_payments_store_their_buyers_cards_read_in_one_query() -> None:
    cards = KnownCards({MOVED: "pm_moved", SETTLED: "pm_settled"})
    open_orders = OpenOrders(EqualFees(), KnownNewestAddresses({}), cards, RULES)
    buyers = [SETTLED, MOVED, HOMELESS, SETTLED]

    opened = await open_orders.open(
        [match(number, buyer) for number, buyer in enumerate(buyers, start=1)]
    )

    payments = [one.payment for one in opened]
    assert [payment.payment_method for payment in payments] == [
        "pm_settled",
        "pm_moved",
        None,
        "pm_settled",
    ]
    assert cards.asked == [{SETTLED, MOVED, HOMELESS}]
    assert [payment.order_id for payment in payments] == [one.order.id for one in opened]
    assert [payment.buyer_id for payment in payments] == buyers
    assert {(payment.amount, payment.status) for payment in payments} == {
        (21_400, PaymentStatus.PENDING)
    }


async def test_card_does_not_appear_in_the_opened_order() -> None:
    open_orders = OpenOrders(
        EqualFees(), KnownNewestAddresses({}), KnownCards({MOVED: "pm_secret"}), RULES
    )
    [opened] = await open_orders.open([match(1, MOVED)])
    assert opened.payment.payment_method == "pm_secret"
    assert "pm_secret" not in repr(opened)
