"""The port to how long this process may act as an owner."""

from typing import Protocol


class Tenure(Protocol):
    """The time during which this process owns something that only one process may own.

    It is measured by this process alone. It is over before the lease in the store is, and then it
    stays over.
    """

    @property
    def is_over(self) -> bool:
        """Whether this process may no longer act or answer as the owner."""
        ...
