"""The collections of the search index: one serves, and a rebuild fills the next.

Aliases say which is which, so that all processes know it, and searches go to the new one from one
instant on.
"""

import logging
import re
from contextlib import suppress
from typing import NamedTuple

from ...ports.language.errors import RebuildReplaced, Unavailable
from .connection import TYPESENSE, AlreadyThere, NotThere, TypesenseConnection
from .documents import FIELDS

_log = logging.getLogger(__name__)


class Collections(NamedTuple):
    """The names of the collections at one moment."""

    serving: str
    building: str | None

    @property
    def written(self) -> tuple[str, ...]:
        """Those to which changes are written, the one that serves first."""
        return (self.serving,) if self.building is None else (self.serving, self.building)


class IndexCollections:
    """Creates, finds and replaces the collections of one exchange."""

    def __init__(self, typesense: TypesenseConnection, prefix: str) -> None:
        """Create it. `prefix` begins the names of everything in Typesense."""
        self._typesense = typesense
        self.serving = f"{prefix}_products"
        """The alias for searches."""
        self._building = f"{prefix}_products_next"
        self._number = re.compile(rf"{re.escape(self.serving)}_(\d+)")

    async def now(self) -> Collections:
        """Return the collections; without any, create an empty one. Raises Unavailable."""
        answer = await self._typesense.call("get", "/aliases")
        found = {alias["name"]: alias["collection_name"] for alias in answer["aliases"]}
        if self.serving in found:
            return Collections(found[self.serving], found.get(self._building))
        name = await self._create()
        await self._let_serve(name)
        _log.warning(
            "Typesense had no search index, so an empty one was created: "
            "run `solebook admin reindex` if there are products"
        )
        return Collections(name, None)

    async def begin(self) -> str:
        """Create the collection of a rebuild, which replaces an earlier rebuild's."""
        before = await self.now()
        name = await self._create()
        await self._typesense.call("put", f"/aliases/{self._building}", {"collection_name": name})
        await self._drop_others(before.serving, name)
        return name

    async def check(self, name: str) -> Collections:
        """Return the collections. Raises RebuildReplaced if another is being built."""
        now = await self.now()
        if now.building != name:
            raise RebuildReplaced
        return now

    async def serve(self, name: str) -> None:
        """Let the collection of a rebuild serve. Raises RebuildReplaced."""
        await self.check(name)
        await self._let_serve(name)
        await self._end()
        await self._drop_others(name, (await self.now()).building)

    async def give_up(self, name: str) -> None:
        """Drop the collection of a rebuild, unless it serves."""
        with suppress(NotThere, Unavailable):  # the next rebuild drops it too
            now = await self.now()
            if now.building == name:
                await self._end()
            if now.serving != name:
                await self._typesense.call("delete", f"/collections/{name}")

    async def _create(self) -> str:
        numbers = [int(number) for number in (await self._all()).values()]
        for number in range(max(numbers, default=0) + 1, max(numbers, default=0) + 100):
            name = f"{self.serving}_{number}"
            with suppress(AlreadyThere):  # another process was faster
                # A dot is part of a size, as in 10.5.
                schema = {"name": name, "fields": FIELDS, "symbols_to_index": ["."]}
                await self._typesense.call("post", "/collections", schema)
                return name
        raise Unavailable(what=TYPESENSE)

    async def _let_serve(self, name: str) -> None:
        await self._typesense.call("put", f"/aliases/{self.serving}", {"collection_name": name})

    async def _end(self) -> None:
        with suppress(NotThere):
            await self._typesense.call("delete", f"/aliases/{self._building}")

    async def _drop_others(self, *kept: str | None) -> None:
        for name in await self._all():
            if name not in kept:
                with suppress(NotThere):
                    await self._typesense.call("delete", f"/collections/{name}")

    async def _all(self) -> dict[str, str]:
        """Return the numbers of the collections by name."""
        names = [found["name"] for found in await self._typesense.call("get", "/collections")]
        matches = [match for name in names if (match := self._number.fullmatch(name))]
        return {match[0]: match[1] for match in matches}
