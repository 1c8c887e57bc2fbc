"""Adapters on NATS. They import their packages when they are built: those are an extra."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from ..config.settings import Settings
from ..core.operations.lease_keeper import LeaseTenure
from ..ports.language.errors import Unavailable
from ..ports.matching import Matching
from .across import Across
from .adapters import Store
from .keepers import SHARD

if TYPE_CHECKING:
    from ..adapters.nats.network import Network


def across_nats(network: "Network", store: Store, settings: Settings) -> Across:
    """Return how this process and the others reach each other over NATS."""
    from ..adapters.nats.matching_server import MatchingServer
    from ..adapters.nats.network import NETWORK
    from ..adapters.nats.remote_matching import RemoteMatching
    from ..adapters.nats.shard_epochs import ShardEpochs

    nats = settings.nats
    server = MatchingServer(network, prefix=nats.prefix)

    def serve(matching: Matching, tenure: LeaseTenure) -> AbstractAsyncContextManager[None]:
        return server.serving(matching, tenure, shard=0, epoch=tenure.lease.epoch)

    async def check() -> None:
        if not network.is_connected:
            raise Unavailable(what=NETWORK)

    return Across(
        matching=RemoteMatching(
            network,
            shard=0,
            prefix=nats.prefix,
            epoch=ShardEpochs(store.leases, SHARD),
            timeout=nats.timeout.total_seconds(),
            patience=nats.patience.total_seconds(),
        ),
        serve=serve,
        check=check,
    )
