"""What a diagnosis tries of NATS."""

from ..config.settings import Settings
from ..ports.clock import Clock
from ..ports.service_check import ServiceCheck
from .nats_bus import PARTITIONS
from .network import access_of


def check_of_nats(settings: Settings, _: Clock) -> ServiceCheck | None:
    """Return what tries NATS, or None without NATS. Raises OSError like `access_of`."""
    if not settings.nats.servers:
        return None
    from ..adapters.nats.check import NatsCheck
    from ..adapters.nats.subjects import EventNames
    from ..adapters.sql.checks.postgres_exchange import exchange_in
    from .sql_store import limits_of

    nats = settings.nats
    return NatsCheck(
        access_of(nats, "solebook check"),
        EventNames(nats.prefix, PARTITIONS),
        lambda: exchange_in(settings.store_url, limits_of(settings)),
        replicas=nats.replicas,
    )
