"""An import: a file is read row by row and written in batches, each in a transaction of its own."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from itertools import count
from pathlib import Path
from typing import TypeVar

from ....composition.application import Application
from ....composition.imports import Occurrences, counted_occurrences
from ....ports.language.errors import Unavailable, with_cause
from ....ports.language.imports import GivenProduct, GivenSale, Taken
from ....ports.language.text import spelling_key
from ....ports.language.users import OPERATOR
from ...files.formats import PRODUCTS, SALES, Columns, find_columns
from ...files.records import content_of, numbered, product_in, sale_in
from ...files.rows import Row, opened_rows
from ..bars import Bars
from .report import Outcomes

T = TypeVar("T")

_AT_ONCE = 250
"""The number of rows in a transaction, for which a running exchange waits at most."""
_STAGE = "bytes of the file"
_PAUSE = 0.01
"""Seconds after each batch, so that an exchange in the same file of SQLite gets its turn."""
_ATTEMPTS, _AGAIN_AFTER = 30, 2.0
"""How often a batch is tried while the store is unavailable, and the seconds in between.

An attempt itself waits for seconds where another process keeps the file.
"""

_log = logging.getLogger(__name__)


class ImportRun:
    """Imports one file. What was written before an interruption stays."""

    def __init__(
        self, application: Application, outcomes: Outcomes, bars: Bars, *, is_trial: bool
    ) -> None:
        self._application = application
        self._currency = application.rules.money
        self._outcomes = outcomes
        self._bars = bars
        self._is_trial = is_trial
        self._clock = application.adapters.clock

    async def import_file(
        self, path: Path, given: Mapping[str, str] | None, *, has_sales: bool
    ) -> None:
        """Import products, or sales with the products that they describe.

        Raises BadFile, OSError, Refusal.
        """
        with opened_rows(path) as rows, counted_occurrences() as seen:
            needed = SALES if has_sales else PRODUCTS
            columns = find_columns(rows.columns, needed, self._currency, str(path), given)
            batch: list[Row] = []
            for row in rows:
                batch.append(row)
                if len(batch) == _AT_ONCE:
                    await self._take(batch, columns, seen, has_sales=has_sales)
                    self._bars.show(_STAGE, rows.position, rows.size)
                    batch = []
            await self._take(batch, columns, seen, has_sales=has_sales)
            self._bars.show(_STAGE, rows.size, rows.size)

    async def _take(
        self, batch: list[Row], columns: Columns, seen: Occurrences, *, has_sales: bool
    ) -> None:
        refused: dict[int, str] = {}
        sales: list[tuple[int, GivenSale]] = []
        products: list[tuple[int, GivenProduct]] = []
        for row in batch:
            try:
                if row.problem is not None:
                    raise ValueError(row.problem)
                sale = sale_in(row, columns, self._currency) if has_sales else None
                if columns.has(*PRODUCTS):
                    product = product_in(row, columns, self._currency)
                    if seen.numbers([f"product {product.style_code}"]) == [0]:
                        products.append((row.line, product))
                if sale is not None:
                    sales.append((row.line, sale))
            except ValueError as error:
                refused[row.line] = str(error)
        refused |= await self._take_products(products, seen)
        refused |= await self._take_sales([each for each in sales if each[0] not in refused], seen)
        for line, reason in sorted(refused.items()):
            self._outcomes.refuse(line, reason)
        await self._clock.sleep(_PAUSE)

    async def _take_products(
        self, given: list[tuple[int, GivenProduct]], seen: Occurrences
    ) -> dict[int, str]:
        """Take products, and return the lines of those that are not taken, with the reasons."""
        if not given:
            return {}
        products = [product for _, product in given]
        work = partial(
            self._application.catalog.import_products, OPERATOR, products, is_trial=self._is_trial
        )
        taken = await self._repeated(work)
        made = [
            _made(product.style_code)
            for product, outcome in zip(products, taken, strict=True)
            if outcome is Taken.NEW
        ]
        seen.numbers(made)
        return self._outcomes.note([line for line, _ in given], taken, self._outcomes.products)

    async def _take_sales(
        self, given: list[tuple[int, GivenSale]], seen: Occurrences
    ) -> dict[int, str]:
        """Take sales, and return the lines of those that are not taken, with the reasons."""
        if not given:
            return {}
        numbers = seen.numbers([content_of(sale) for _, sale in given])
        sales = [numbered(sale, n) for (_, sale), n in zip(given, numbers, strict=True)]
        codes = {sale.style_code for sale in sales}
        work = partial(
            self._application.analytics.import_sales,
            OPERATOR,
            sales,
            is_trial=self._is_trial,
            made={code for code in codes if self._is_trial and seen.has(_made(code))},
        )
        taken = await self._repeated(work)
        return self._outcomes.note([line for line, _ in given], taken, self._outcomes.sales)

    async def _repeated(self, work: Callable[[], Awaitable[T]]) -> T:
        """Do what may be done twice, again and again while the store is unavailable."""
        for attempt in count(1):
            try:
                return await work()
            except Unavailable as error:
                if attempt == _ATTEMPTS:
                    raise
                _log.warning("%s; the import waits and tries again", with_cause(error))
            await self._clock.sleep(_AGAIN_AFTER)
        raise AssertionError("an attempt ends it")


def _made(style_code: str) -> str:
    """Return what is counted when a product is made, or in a trial would be."""
    return f"made {spelling_key(style_code)}"
