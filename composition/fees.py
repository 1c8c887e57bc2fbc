"""What trades cost and bring, and what buyers must do, for the contexts that ask payments."""

from ..core.payments.charges.find_payment_action import FindPaymentAction
from ..core.payments.preview_trades import PreviewTrades
from ..core.payments.quote_fees import QuoteFees
from ..ports.language.rules import MarketRules
from ..ports.payments import FeeSchedule, PaymentActions, TradePreviews
from .adapters import Adapters


def fee_schedule(adapters: Adapters, rules: MarketRules) -> FeeSchedule:
    """Return the implementation of FeeSchedule."""
    records = adapters.store.seller_records
    return QuoteFees(seller_records=records, clock=adapters.clock, rules=rules)


def payment_actions(adapters: Adapters) -> PaymentActions:
    """Return the implementation of PaymentActions."""
    store = adapters.store
    return FindPaymentAction(payments=store.payments, deadlines=store.deadlines)


def trade_previews(adapters: Adapters, rules: MarketRules) -> TradePreviews:
    """Return the implementation of TradePreviews."""
    return PreviewTrades(fees=fee_schedule(adapters, rules), rules=rules)
