"""The search index, in Typesense."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

from ...ports.clock import Clock
from ...ports.language.errors import RebuildReplaced, Unavailable
from ...ports.language.ids import ProductId
from ...ports.language.search import MarketFigures, SearchDocument
from ...ports.search_index import IndexRebuild, SearchIndex
from .collections import Collections, IndexCollections
from .connection import TYPESENSE, AlreadyThere, NotThere, TypesenseConnection
from .documents import (
    DOCUMENT,
    STATE,
    Stored,
    described,
    document_of,
    figured,
    figures_of,
    new,
    removed,
)
from .queries import MAX_PER_PAGE, documents_in
from .reader import TypesenseReader
from .writers import Writers

Product = tuple[SearchDocument, MarketFigures]


class TypesenseSearchIndex(TypesenseReader, SearchIndex):
    """Collections of documents, of which one serves.

    A product that is removed stays as a document that says so, so that it is not restored.
    """

    def __init__(self, typesense: TypesenseConnection, clock: Clock, prefix: str) -> None:
        """Create it. `clock` has the real time, and `prefix` begins the names in Typesense."""
        self._collections = IndexCollections(typesense, prefix)
        super().__init__(typesense, self._collections.serving)
        self._writers = Writers(typesense, clock, prefix)

    async def check(self) -> None:
        """Raise Unavailable unless Typesense answers."""
        await self._collections.now()

    # ---- writing -------------------------------------------------------------------------

    def writing(self, product_id: ProductId) -> AbstractAsyncContextManager[None]:
        return self._writers.writing(product_id)

    async def put(self, document: SearchDocument) -> None:
        await self._everywhere(lambda name: self.put_in(name, document))

    async def put_figures(self, product_id: ProductId, figures: MarketFigures) -> None:
        await self._everywhere(lambda name: self.put_figures_in(name, product_id, figures))

    async def remove(self, product_id: ProductId) -> None:
        await self._everywhere(lambda name: self.remove_in(name, product_id))

    async def is_outdated(self) -> bool:
        return await self._collections.is_outdated()

    async def figures_as_of(self, product_id: ProductId) -> datetime | None:
        now = await self._collections.now()
        known = await self.state_in(now.serving, product_id)
        figures = None if known is None or known["is_removed"] else figures_of(known)
        return None if figures is None else figures.as_of

    async def documents(
        self, product_ids: Collection[ProductId]
    ) -> Mapping[ProductId, SearchDocument]:
        serving = (await self._collections.now()).serving
        found = map(document_of, await self.fetch(serving, product_ids, DOCUMENT, only_there=True))
        return {document.product_id: document for document in found}

    @asynccontextmanager
    async def rebuild(self) -> AsyncIterator[IndexRebuild]:
        name = await self._collections.begin()
        try:
            await self._copy_removed(name)
            yield _Rebuild(self, self._collections, name)
            await self._collections.serve(name)
        except BaseException:
            await self._collections.give_up(name)
            raise

    async def _everywhere(self, write: Callable[[str], Awaitable[None]]) -> None:
        """Write to the collection that serves and to that of a rebuild.

        The collections are read again afterwards: a rebuild may have begun or ended meanwhile.
        """
        done: set[str] = set()
        while names := [n for n in (await self._collections.now()).written if n not in done]:
            for name in names:
                try:
                    await write(name)
                except NotThere as error:
                    if name in (await self._collections.now()).written:
                        raise Unavailable(what=TYPESENSE) from error
                done.add(name)

    async def _copy_removed(self, name: str) -> None:
        serving = (await self._collections.now()).serving
        stay = await self._typesense.call(
            "get",
            f"/collections/{serving}/documents/export",
            as_lines=True,
            filter_by="is_removed:=true",
        )
        for start in range(0, len(stay), MAX_PER_PAGE):
            await self._import(name, stay[start : start + MAX_PER_PAGE], "upsert")

    # ---- one collection ------------------------------------------------------------------

    async def put_in(self, name: str, document: SearchDocument) -> None:
        """Put a product into a collection, unless a later version is there."""
        known = await self.state_in(name, document.product_id)
        while known is None:
            try:
                await self._typesense.call("post", f"/collections/{name}/documents", new(document))
            except AlreadyThere:  # another process was faster
                known = await self.state_in(name, document.product_id)
            else:
                return
        if not known["is_removed"] and known["version"] < document.version:
            await self._change(name, document.product_id, described(document))

    async def put_figures_in(
        self, name: str, product_id: ProductId, figures: MarketFigures
    ) -> None:
        """Replace the figures of a product in a collection, unless later ones are there."""
        known = await self.state_in(name, product_id)
        if known is None or known["is_removed"]:
            return
        before = figures_of(known)
        if before is None or before.as_of <= figures.as_of:
            await self._change(name, product_id, figured(figures))

    async def remove_in(self, name: str, product_id: ProductId) -> None:
        """Let a collection know that a product is removed."""
        path = f"/collections/{name}/documents"
        await self._typesense.call("post", path, removed(product_id), action="upsert")

    async def state_in(self, name: str, product_id: ProductId) -> Stored | None:
        """Return what decides whether a write of a product is late, or None if it is unknown."""
        found = await self.fetch(name, [product_id], STATE)
        return found[0] if found else None

    async def fetch(
        self,
        name: str,
        product_ids: Collection[ProductId],
        fields: str,
        *,
        only_there: bool = False,
    ) -> list[dict[str, Any]]:
        """Return fields of the documents of products, those of removed ones too unless asked."""
        ids = list(map(str, product_ids))
        there = " && is_removed:=false" if only_there else ""
        found: list[dict[str, Any]] = []
        for start in range(0, len(ids), MAX_PER_PAGE):
            wanted = ",".join(ids[start : start + MAX_PER_PAGE])
            [result] = await self._typesense.search(
                [
                    {
                        "collection": name,
                        "q": "*",
                        "filter_by": f"id:=[{wanted}]{there}",
                        "per_page": MAX_PER_PAGE,
                        "include_fields": fields,
                    }
                ]
            )
            found += documents_in(result)
        return found

    async def add(self, name: str, products: Sequence[Product]) -> None:
        """Add products to the collection of a rebuild, unless it has later data.

        A product that is there already, or of which the index that serves knows more, is written
        like any change. That is looked up last, so nothing that comes later is missed.
        """
        conflicts = await self._import(name, [new(*product) for product in products], "create")
        now = await self._collections.check(name)
        by_id = {str(document.product_id): (document, figures) for document, figures in products}
        served = await self.fetch(now.serving, [d.product_id for d, _ in products], STATE)
        late = conflicts | {s["id"] for s in served if _is_later(s, by_id[s["id"]][1])}
        for product_id in sorted(late):
            await self._settle(now, name, *by_id[product_id])

    async def _settle(
        self, now: Collections, name: str, document: SearchDocument, figures: MarketFigures
    ) -> None:
        product_id = document.product_id
        async with self.writing(product_id):
            known = await self.state_in(now.serving, product_id)
            if known is not None and known["is_removed"]:
                await self.remove_in(name, product_id)
                return
            await self.put_in(name, document)
            later = None if known is None else figures_of(known)
            await self.put_figures_in(name, product_id, figures)
            if later is not None and later.as_of > figures.as_of:
                await self.put_figures_in(name, product_id, later)

    async def _change(self, name: str, product_id: ProductId, fields: dict[str, object]) -> None:
        self._writers.check(product_id)
        path = f"/collections/{name}/documents/{product_id}"
        await self._typesense.call("patch", path, fields)

    async def _import(
        self, name: str, documents: Sequence[Mapping[str, object]], action: str
    ) -> set[str]:
        """Write documents, and return the ids of those that were there already."""
        if not documents:
            return set()
        path = f"/collections/{name}/documents/import"
        lines = "\n".join(msgspec.json.encode(each).decode() for each in documents)
        answers = await self._typesense.call("post", path, lines, as_lines=True, action=action)
        there: set[str] = set()
        for document, answer in zip(documents, answers, strict=True):
            if answer.get("code") == 409:
                there.add(str(document["id"]))
            elif not answer["success"]:
                self._typesense.failed(f"an import: {answer.get('error')}")
                raise Unavailable(what=TYPESENSE)
        return there


class _Rebuild(IndexRebuild):
    def __init__(
        self, index: TypesenseSearchIndex, collections: IndexCollections, name: str
    ) -> None:
        self._index = index
        self._collections = collections
        self._name = name

    async def put(self, products: Sequence[Product]) -> None:
        await self._collections.check(self._name)
        try:
            await self._index.add(self._name, products)
        except NotThere as error:  # another rebuild has dropped the collection
            raise RebuildReplaced from error


def _is_later(stored: Stored, figures: MarketFigures) -> bool:
    known = figures_of(stored)
    return stored["is_removed"] or (known is not None and known.as_of > figures.as_of)
