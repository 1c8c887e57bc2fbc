"""What Stripe can charge: currencies, and amounts in them."""

from typing import Final

from ..ports.language.rules import MarketRules

COUNTED_OTHERWISE: Final = frozenset({"ISK", "MGA", "UGX"})
"""Stripe expects amounts in these currencies in another unit than the minor unit of ISO 4217."""
_NOT_CHARGED: Final = frozenset({"IQD", "LYD"})
"""Currencies with three decimals that Stripe does not know."""
_STEP: Final = 10
"""With three decimals the last digit of what is charged must be 0."""
_LEAST, _MOST = 50, 99_999_999
"""The lowest and the highest charge, in minor units. With three decimals the lowest is 500."""


def check_amounts(rules: MarketRules) -> None:
    """Raise ValueError with the reason if Stripe would refuse the charges of a market.

    Source: https://docs.stripe.com/currencies.
    """
    currency, has_three = rules.money, rules.money.exponent == 3
    if currency.code in COUNTED_OTHERWISE | _NOT_CHARGED:
        raise ValueError(
            f"market.currency: {currency.code} cannot be used with payments.adapter = 'stripe', "
            "because Stripe does not know it or counts it in another unit"
        )
    for name in ("tick", "shipping_fee"):
        if has_three and getattr(rules, name) % _STEP:
            raise ValueError(
                f"market.{name}: with payments.adapter = 'stripe' amounts in {currency.code} must "
                f"be multiples of {currency.plain(_STEP)}"
            )
    least = _LEAST * _STEP if has_three else _LEAST
    if rules.min_amount + rules.shipping_fee < least:
        raise ValueError(
            f"market.min_amount: with payments.adapter = 'stripe' a buyer pays at least "
            f"{currency.shown(least)}, shipping included"
        )
    if rules.max_amount + rules.shipping_fee > _MOST:
        raise ValueError(
            f"market.max_amount: with payments.adapter = 'stripe' a buyer pays at most "
            f"{currency.shown(_MOST)}, shipping included"
        )
