"""An import: a file is read row by row and written in batches, each in a transaction of its own."""

from collections.abc import Mapping
from pathlib import Path

from ....composition.application import Application
from ....composition.imports import Occurrences, counted_occurrences
from ....ports.language.imports import GivenProduct, GivenSale
from ....ports.language.users import OPERATOR
from ...files.formats import PRODUCTS, SALES, Columns, find_columns
from ...files.records import content_of, numbered, product_in, sale_in
from ...files.rows import Row, opened_rows
from ..bars import Bars
from .report import Outcomes

_AT_ONCE = 250
"""The number of rows in a transaction, for which a running exchange waits at most."""


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
        self._met: set[str] = set()
        """The style codes of the products of the file so far, which are few."""

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
                if row.problem is not None:
                    self._outcomes.refuse(row.line, row.problem)
                    continue
                batch.append(row)
                if len(batch) == _AT_ONCE:
                    await self._take(batch, columns, seen, has_sales=has_sales)
                    self._bars.show("import", rows.position, rows.size)
                    batch = []
            await self._take(batch, columns, seen, has_sales=has_sales)
            self._bars.show("import", rows.size, rows.size)

    async def _take(
        self, batch: list[Row], columns: Columns, seen: Occurrences, *, has_sales: bool
    ) -> None:
        sales: list[tuple[int, GivenSale]] = []
        products: list[tuple[int, GivenProduct]] = []
        for row in batch:
            try:
                if has_sales:
                    sales.append((row.line, sale_in(row, columns, self._currency)))
                if columns.has(*PRODUCTS):
                    product = product_in(row, columns, self._currency)
                    if product.style_code not in self._met:
                        self._met.add(product.style_code)
                        products.append((row.line, product))
            except ValueError as error:
                self._outcomes.refuse(row.line, str(error))
        await self._take_products(products)
        await self._take_sales(sales, seen)

    async def _take_products(self, given: list[tuple[int, GivenProduct]]) -> None:
        if not given:
            return
        taken = await self._application.catalog.import_products(
            OPERATOR, [product for _, product in given], is_trial=self._is_trial
        )
        for (line, _), outcome in zip(given, taken, strict=True):
            self._outcomes.note(line, outcome, self._outcomes.products)

    async def _take_sales(self, given: list[tuple[int, GivenSale]], seen: Occurrences) -> None:
        if not given:
            return
        numbers = seen.numbers([content_of(sale) for _, sale in given])
        sales = [numbered(sale, n) for (_, sale), n in zip(given, numbers, strict=True)]
        taken = await self._application.analytics.import_sales(
            OPERATOR, sales, is_trial=self._is_trial
        )
        for (line, _), outcome in zip(given, taken, strict=True):
            self._outcomes.note(line, outcome, self._outcomes.sales)
