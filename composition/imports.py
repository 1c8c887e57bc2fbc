"""What imports of files need beside use cases."""

from ..adapters.system.occurrences import Occurrences, counted_occurrences

__all__ = ["Occurrences", "counted_occurrences"]
