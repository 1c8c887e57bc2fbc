"""The port to what providers report of messages."""

from collections.abc import Sequence
from typing import Protocol

from .language.delivery_reports import Callback, DeliveryReport


class DeliveryReports(Protocol):
    """Reads the callbacks of one provider."""

    def read(self, callback: Callback) -> Sequence[DeliveryReport]:
        """Return the reports in a callback. Raises InvalidSignature, InvalidText."""
        ...
