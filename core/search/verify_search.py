"""Verify the search index."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, fields

from ...ports.integrity import Report, Snapshot, Verifier
from ...ports.language.integrity import Check, Finding, ProductRecord, Progress
from ...ports.language.messages import Queue
from ...ports.language.search import SearchDocument
from ...ports.search_index import SearchIndex
from .documents import document_of

_PAGE = 500


@dataclass(frozen=True, slots=True)
class VerifySearch(Verifier):
    """Checks that the index describes each product as the catalogue does.

    The index follows the catalogue by messages, and is read after the snapshot. So it may be ahead,
    and it may be behind while a message about the product is under way. Its figures of the market
    are not compared, because they may always be a little late.
    """

    search_index: SearchIndex

    async def __call__(self, snapshot: Snapshot) -> AsyncIterator[Report]:
        """Yield progress, and products that are indexed otherwise. Raises Unavailable."""
        total, done = (await snapshot.size()).products, 0
        yield Progress("search", 0, total)
        page = await snapshot.products(None, _PAGE)
        while page:
            for finding in await self._findings(snapshot, page):
                yield finding
            done += len(page)
            yield Progress("search", done, total)
            page = await snapshot.products(page[-1].product.id, _PAGE)

    async def _findings(self, snapshot: Snapshot, page: Sequence[ProductRecord]) -> list[Finding]:
        records = {record.product.id: record for record in page}
        indexed = await self.search_index.documents(records)
        found = {
            id_: problem
            for id_, record in records.items()
            if (problem := _problem(document_of(record.product), indexed.get(id_)))
        }
        moving = await snapshot.waiting_keys([str(id_) for id_ in found], [Queue.SEARCH])
        return [
            Finding(Check.SEARCH, f"product {id_}", problem)
            for id_, problem in found.items()
            if str(id_) not in moving
        ] + [
            Finding(
                Check.SEARCH,
                f"product {id_}",
                f"its style key is {record.style_key}; it should be {record.product.style_key}",
            )
            for id_, record in records.items()
            if record.style_key not in (None, record.product.style_key)
        ]


def _problem(expected: SearchDocument, indexed: SearchDocument | None) -> str | None:
    """Return how a product is indexed otherwise, or None. A later version is no problem."""
    if indexed is None:
        return "it is not in the search index"
    if indexed.version > expected.version:
        return None
    differing = [
        f"{field.name} {getattr(indexed, field.name)}, not {getattr(expected, field.name)}"
        for field in fields(SearchDocument)
        if getattr(indexed, field.name) != getattr(expected, field.name)
    ]
    return f"it is indexed with {', '.join(differing)}" if differing else None
