"""The reconciliation of the ledger with the payment provider, and its wiring."""

from ..core.payments.patience import Patience
from ..core.payments.reconciliation.compare_items import CompareItems
from ..core.payments.reconciliation.item_differences import ItemDifferences
from ..core.payments.reconciliation.read_movements import ReadMovements
from ..core.payments.reconciliation.reconcile import Reconcile
from ..ports.language.rules import MarketRules
from .adapters import Adapters


def reconcile_of(
    adapters: Adapters, rules: MarketRules, patience: Patience, hour: int
) -> Reconcile:
    """Return what reconciles every day at an hour (UTC)."""
    store, clock = adapters.store, adapters.clock
    return Reconcile(
        transaction=store.transaction,
        open_items=store.open_items,
        read=ReadMovements(
            transaction=store.transaction,
            records=store.provider_records,
            open_items=store.open_items,
            ledger=store.ledger,
            outbox=store.outbox,
            provider=adapters.payment_provider,
            clock=clock,
            patience=patience,
            currency=rules.money,
        ),
        compare=CompareItems(
            transaction=store.transaction,
            snapshots=store.snapshots,
            open_items=store.open_items,
            ledger=store.ledger,
            webhooks=store.webhooks,
            outbox=store.outbox,
            clock=clock,
            differences=ItemDifferences(store.provider_records, rules.money),
        ),
        clock=clock,
        hour=hour,
    )
