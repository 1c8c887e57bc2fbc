"""The public rules of the market: its currency, its amounts and its fees."""

import msgspec
from litestar import Controller, get

from ....ports.language.rules import MarketRules
from ..edge.bearer import PUBLIC
from ..edge.injected import App
from ..openapi.documented import PUBLIC_SECURITY, problems, success


class RulesView(msgspec.Struct, frozen=True):
    """The currency of the exchange, and its rules about amounts.

    Every amount of the API is in minor units of the currency. `exponent` is its number of decimals,
    so 20000 is 200.00 with an exponent of 2, and 20000 with an exponent of 0. Shares are in
    hundredths of a percent.
    """

    currency: str
    """The ISO 4217 code."""
    exponent: int
    tick: int
    """Bids and asks are multiples of it."""
    min_amount: int
    max_amount: int
    shipping_fee: int
    """What the buyer pays in addition to the price."""
    transaction_fees: list[int]
    """The share of the price that the seller pays, by seller level 1 to 5."""
    min_transaction_fee: int
    processing_fee: int
    """The share of the price that the seller pays for the processing of the payment."""


def rules_view(rules: MarketRules) -> RulesView:
    """Return the rules as a response."""
    return RulesView(
        currency=rules.currency,
        exponent=rules.money.exponent,
        tick=rules.tick,
        min_amount=rules.min_amount,
        max_amount=rules.max_amount,
        shipping_fee=rules.shipping_fee,
        transaction_fees=list(rules.transaction_fees),
        min_transaction_fee=rules.min_transaction_fee,
        processing_fee=rules.processing_fee,
    )


class RulesController(Controller):
    """The rules of the market."""

    path = "/v1/rules"
    tags = ("market",)
    opt = PUBLIC
    security = PUBLIC_SECURITY

    @get(
        summary="View the currency, amounts and fees",
        responses=success(
            200,
            RulesView,
            {
                "currency": "USD",
                "exponent": 2,
                "tick": 100,
                "min_amount": 2_500,
                "max_amount": 10_000_000,
                "shipping_fee": 1_400,
                "transaction_fees": [900, 850, 800, 750, 700],
                "min_transaction_fee": 500,
                "processing_fee": 300,
            },
        )
        | problems(public=True),
    )
    async def view_rules(self, application: App) -> RulesView:
        """Return the currency of all amounts, and the rules about them."""
        return rules_view(application.rules)
