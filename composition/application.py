"""The application: all use cases, built from one adapter per port."""

from collections.abc import Awaitable, Callable, Set
from dataclasses import dataclass

from ..core.bidding.admission import Admission
from ..core.operations.uptime import Uptime
from ..ports.language.notifications import Warehouse
from ..ports.language.process_roles import ProcessRole
from ..ports.language.rules import MarketRules
from ..ports.matching import Matching
from .across import Across
from .adapters import Adapters
from .analytics import AnalyticsUseCases
from .authentication import AuthenticationUseCases
from .bidding import BiddingUseCases
from .catalog import CatalogUseCases
from .closing import ClosingUseCases
from .disputes import DisputesUseCases
from .keepers import Keepers
from .notifications import NotificationsUseCases
from .operations import OperationsUseCases
from .orders import OrdersUseCases
from .outgoing_webhooks import OutgoingWebhooksUseCases
from .payments import PaymentsUseCases
from .price_alerts import PriceAlertsUseCases
from .search import SearchUseCases
from .sellers import SellersUseCases
from .users import UsersUseCases


@dataclass(frozen=True, slots=True)
class Application:
    """All use cases by context, with admission, uptime and the adapters.

    The engine is separate (`composition/engine.py`), because it may run in another process.
    Entrypoints read through queries, and never use adapters of the store.
    """

    users: UsersUseCases
    closing: ClosingUseCases
    catalog: CatalogUseCases
    bidding: BiddingUseCases
    orders: OrdersUseCases
    payments: PaymentsUseCases
    sellers: SellersUseCases
    disputes: DisputesUseCases
    authentication: AuthenticationUseCases
    analytics: AnalyticsUseCases
    search: SearchUseCases
    price_alerts: PriceAlertsUseCases
    outgoing_webhooks: OutgoingWebhooksUseCases
    notifications: NotificationsUseCases
    operations: OperationsUseCases
    matching: Matching
    admission: Admission
    uptime: Uptime
    roles: Set[ProcessRole]
    """The roles of this process."""
    keepers: Keepers | None
    """The leases that it keeps, or None if no other process may run the same roles."""
    shards: int
    """The number of parts into which the books are divided."""
    across: Across | None
    """The network to the other processes, or None if this process reaches none."""
    check_replica: Callable[[], Awaitable[None]] | None
    """Raises Unavailable while the store answers for its replica. None if there is no replica."""
    check_redis: Callable[[], Awaitable[None]] | None
    """Raises Unavailable while this process does without Redis. None if it has none."""
    check_typesense: Callable[[], Awaitable[None]] | None
    """Raises Unavailable while Typesense does not answer. None if the index is in the store."""
    view_books_in_redis: Callable[[], Awaitable[str]] | None
    """Returns how far the published books in Redis are behind. None if it has none."""
    adapters: Adapters
    rules: MarketRules
    warehouse: Warehouse
    expose_metrics: Callable[[], bytes] | None = None
    """Returns what is measured in Prometheus's text format. None if nothing is."""
    state_of_store: Callable[[], str | None] | None = None
    """Returns what is lastingly wrong with the store, or None."""
