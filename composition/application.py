"""The application: every use case, built once from one adapter for each port."""

from collections.abc import Set
from dataclasses import dataclass

from ..core.bidding.admission import Admission
from ..core.operations.uptime import Uptime
from ..ports.language.notifications import Warehouse
from ..ports.language.process_roles import ProcessRole
from ..ports.language.rules import MarketRules
from ..ports.matching import Matching
from .adapters import Adapters
from .analytics import AnalyticsUseCases
from .authentication import AuthenticationUseCases
from .bidding import BiddingUseCases
from .catalog import CatalogUseCases
from .notifications import NotificationsUseCases
from .operations import OperationsUseCases
from .orders import OrdersUseCases
from .payments import PaymentsUseCases
from .price_alerts import PriceAlertsUseCases
from .search import SearchUseCases
from .users import UsersUseCases


@dataclass(frozen=True, slots=True)
class Application:
    """Every use case by context, the admission of new offers, the uptime, the adapters.

    The engine is apart (`composition/engine.py`): it may run in another process.
    Entrypoints read by queries. Of the adapters they use none that belongs to the store.
    """

    users: UsersUseCases
    catalog: CatalogUseCases
    bidding: BiddingUseCases
    orders: OrdersUseCases
    payments: PaymentsUseCases
    authentication: AuthenticationUseCases
    analytics: AnalyticsUseCases
    search: SearchUseCases
    price_alerts: PriceAlertsUseCases
    notifications: NotificationsUseCases
    operations: OperationsUseCases
    matching: Matching
    admission: Admission
    uptime: Uptime
    roles: Set[ProcessRole]
    """What runs in this process."""
    adapters: Adapters
    rules: MarketRules
    warehouse: Warehouse
