"""The pages of one's own account."""

from .addresses import AddressPages
from .overview import OverviewPages

ACCOUNT_PAGES = (OverviewPages, AddressPages)
