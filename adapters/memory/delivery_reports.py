"""Reports of no provider."""

from collections.abc import Sequence

from ...ports.delivery_reports import DeliveryReports
from ...ports.language.delivery_reports import Callback, DeliveryReport
from ...ports.language.errors import InvalidSignature


class NoDeliveryReports(DeliveryReports):
    """Believes nobody, because no provider was set up."""

    def read(self, callback: Callback) -> Sequence[DeliveryReport]:
        raise InvalidSignature(problem="of no provider that was set up")
