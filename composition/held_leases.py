"""Who has the leases of the exchange."""

from ..core.operations.view_leases import ViewLeases
from .application import Application
from .keepers import CHARTS, EXPIRY, RECONCILIATION, RELAY, shard_leases


def view_leases_of(application: Application) -> ViewLeases | None:
    """Return the query of who has which lease, or None if this process is alone on its store."""
    if application.keepers is None:
        return None
    names = [*shard_leases(application.shards), RELAY, EXPIRY, RECONCILIATION, CHARTS]
    return ViewLeases(application.adapters.store.leases, names)
