"""The collections of the search index: one serves, and a rebuild fills the next.

Aliases say which is which, so that all processes know it, and searches go to the new one from one
instant on.
"""

import asyncio
import logging
import re
from contextlib import suppress
from typing import NamedTuple

from ...ports.language.errors import RebuildReplaced, Unavailable
from ..text_search.spelling import FORM
from .connection import TYPESENSE, AlreadyThere, NotThere, TypesenseConnection
from .documents import FIELDS

_log = logging.getLogger(__name__)

FORM_OF_NAMES = f"f{FORM}"
"""A part of the names of collections that have words in the present form."""
_ATTEMPTS = 20
"""How often the index is looked for that another process is creating."""
_PAUSE = 0.05
"""Seconds between them. Afterwards that process is taken for dead."""


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
        self._first = f"{self.serving}_{FORM_OF_NAMES}_1"
        self._number = re.compile(rf"{re.escape(self.serving)}(?:_f\d+)?_(\d+)")

    async def now(self) -> Collections:
        """Return the collections; without any, create an empty one. Raises Unavailable."""
        found = await self._found()
        for attempt in range(_ATTEMPTS):
            if found is not None:
                return found
            # All processes create the same one, and whoever created it lets it serve.
            is_mine = await self._create_first()
            if not is_mine and attempt < _ATTEMPTS - 1:
                await asyncio.sleep(_PAUSE)
            found = await self._found()
            if found is None and (is_mine or attempt == _ATTEMPTS - 1):
                await self._let_serve(self._first)
                _log.warning(
                    "Typesense had no search index, so an empty one was created: "
                    "run `solebook admin reindex` if there are products"
                )
                found = await self._found()
        if found is None:
            raise Unavailable(what=TYPESENSE)
        return found

    async def _found(self) -> Collections | None:
        answer = await self._typesense.call("get", "/aliases")
        found = {alias["name"]: alias["collection_name"] for alias in answer["aliases"]}
        if self.serving not in found:
            return None
        return Collections(found[self.serving], found.get(self._building))

    async def _create_first(self) -> bool:
        """Create the first collection, and return whether it was not there."""
        try:
            await self._typesense.call("post", "/collections", _schema(self._first))
        except AlreadyThere:
            return False
        return True

    async def is_outdated(self) -> bool:
        """Return whether the collection that serves has words in an earlier form."""
        return not (await self.now()).serving.startswith(f"{self.serving}_{FORM_OF_NAMES}_")

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
            name = f"{self.serving}_{FORM_OF_NAMES}_{number}"
            with suppress(AlreadyThere):  # another process was faster
                await self._typesense.call("post", "/collections", _schema(name))
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


def _schema(name: str) -> dict[str, object]:
    # A dot is part of a size, as in 10.5.
    return {"name": name, "fields": FIELDS, "symbols_to_index": ["."]}
