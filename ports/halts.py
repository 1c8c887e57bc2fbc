"""The read-only port to halts. The matching engine writes them."""

from typing import Protocol

from .language.halts import Halt
from .language.ids import HaltId
from .language.paging import Page, PageRequest


class Halts(Protocol):
    """Halts, by id or newest first."""

    async def get(self, halt_id: HaltId) -> Halt:
        """Return the halt, including ended ones. Raises NotFound."""
        ...

    async def page(self, request: PageRequest, *, standing: bool | None = None) -> Page[Halt]:
        """Return halts, newest first: all, only active ones, or only ended ones."""
        ...
