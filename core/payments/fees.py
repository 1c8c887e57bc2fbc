"""The fees of a trade."""

from ...ports.language.money import Cents, share
from ...ports.language.orders import Fees
from ...ports.language.rules import MarketRules


def fees_of(price: Cents, seller_level: int, rules: MarketRules) -> Fees:
    """Return the fees of a trade at `price` by a seller of level 1 to 5.

    Each is rounded half-up to the cent; the transaction fee has a minimum.

    >>> fees_of(20_000, 1, MarketRules())
    Fees(seller_level=1, transaction=1800, processing=600, shipping=1400)
    """
    transaction = share(price, rules.transaction_fees[seller_level - 1])
    return Fees(
        seller_level=seller_level,
        transaction=max(transaction, rules.min_transaction_fee),
        processing=share(price, rules.processing_fee),
        shipping=rules.shipping_fee,
    )
