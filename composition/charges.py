"""What records and ends the charges of buyers."""

from ..core.payments.charges.count_decline import CountDecline
from ..core.payments.charges.end_charge import EndCharge
from ..core.payments.charges.escrow import Escrow
from ..core.payments.irregularities import Irregularities
from ..core.payments.patience import Patience
from ..core.payments.suspense import Suspense
from ..ports.language.rules import MarketRules
from .adapters import Adapters


def build_escrow(
    adapters: Adapters, rules: MarketRules, suspense: Suspense, irregularities: Irregularities
) -> Escrow:
    """Return what records the provider's answers about payments."""
    store, clock = adapters.store, adapters.clock
    return Escrow(
        transaction=store.transaction,
        payments=store.payments,
        ledger=store.ledger,
        suspense=suspense,
        irregularities=irregularities,
        deadlines=store.deadlines,
        outbox=store.outbox,
        count_decline=CountDecline(
            declines=store.declines, outbox=store.outbox, clock=clock, rules=rules
        ),
        clock=clock,
        rules=rules,
    )


def build_end_charge(adapters: Adapters, escrow: Escrow, patience: Patience) -> EndCharge:
    """Return what cancels the charges of orders that have ended."""
    return EndCharge(
        payments=adapters.store.payments,
        provider=adapters.payment_provider,
        escrow=escrow,
        clock=adapters.clock,
        patience=patience,
    )
