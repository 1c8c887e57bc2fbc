"""The port to halts, for reading; the matching engine writes them."""

from typing import Protocol

from .language.halts import Halt
from .language.ids import HaltId
from .language.paging import Page, PageRequest


class Halts(Protocol):
    """Halts, by id and newest first."""

    async def get(self, halt_id: HaltId) -> Halt:
        """Return the halt, also one that has ended. Raises NotFound."""
        ...

    async def page(self, request: PageRequest, *, standing: bool | None = None) -> Page[Halt]:
        """Return halts, newest first: all, or only those that stand, or have ended."""
        ...
