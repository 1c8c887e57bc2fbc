"""The pages of one's own account, and those of the embedded provider that they lead to."""

from ..embedded_provider.accounts import TestAccountPages
from ..embedded_provider.cards import TestCardPages
from .addresses import AddressPages
from .api_keys import ApiKeyPages
from .cards import CardPages
from .notifications import NotificationPages
from .overview import OverviewPages
from .own_data import ClosedPages, OwnDataPages
from .payout_account import PayoutAccountPages
from .security import SecurityPages

ACCOUNT_PAGES = (
    OverviewPages,
    AddressPages,
    CardPages,
    PayoutAccountPages,
    SecurityPages,
    ApiKeyPages,
    NotificationPages,
    OwnDataPages,
    ClosedPages,
    TestCardPages,
    TestAccountPages,
)
