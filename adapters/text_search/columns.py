"""The products of a search index in memory, to filter, sort and count what a text finds.

A set of products is an int: each product has a place, and its bit in the set is 1. So one `&` and
`bit_count` count the products of a brand among those that are found.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ...ports.language.ids import ProductId
from ...ports.language.search import SearchFacets, SearchFilters, SearchHit, SearchSort
from ...ports.language.text import spelling_key
from .facets import facets_of, price_bucket

Products: TypeAlias = int
"""A set of products: the sum of 2 ** place."""

_Key: TypeAlias = tuple[Any, ...]
"""What products are sorted by. It ends with the place."""

_BITS = [[bit for bit in range(8) if byte >> bit & 1] for byte in range(256)]


@dataclass(frozen=True, slots=True)
class IndexedProduct:
    """A product as the index returns it, its number there, and the keys that it is found by."""

    number: int
    version: int
    hit: SearchHit
    brand_key: str
    keys: tuple[str, ...]
    """Those of the texts that mean it."""

    @property
    def text(self) -> tuple[int, int]:
        """What is different if its words are."""
        return self.number, self.version


@dataclass(slots=True)
class _Order:
    """All products in one order."""

    ranked: list[_Key]
    of_place: dict[int, _Key]


@dataclass(slots=True)
class _Values:
    """The products that have each value of a property."""

    having: defaultdict[Any, Products] = field(default_factory=lambda: defaultdict(int))

    def change(self, value: Any, place: int) -> None:
        """Add a product to those that have a value, or remove it."""
        self.having[value] ^= 1 << place
        if not self.having[value]:
            del self.having[value]

    def count(self, found: Products) -> dict[Any, int]:
        """Return how many of the products found have each value."""
        return {
            value: count
            for value, products in self.having.items()
            if (count := (products & found).bit_count())
        }


class ProductColumns:
    """Every product of an index, with sets of those that have a brand, size, year or price.

    Sorted lists of all products serve searches that find many; few are sorted by themselves.
    """

    def __init__(self) -> None:
        self.everything: Products = 0
        self.generation = 0
        """Changes with the products and their texts: what a text finds is the same until then."""
        self._products: dict[int, IndexedProduct] = {}
        self._place_of: dict[ProductId, int] = {}
        self._place_of_number: dict[int, int] = {}
        self._free: list[int] = []
        """The places of removed products."""
        self._keys: defaultdict[str, set[int]] = defaultdict(set)
        self._properties = {name: _Values() for name in ("brand_key", *_FACETS)}
        self._orders: dict[SearchSort, _Order] = {}

    # ---- writing -------------------------------------------------------------------------

    def put(self, product: IndexedProduct) -> None:
        """Add a product, or replace what is known of it."""
        place = self._place_of.get(product.hit.product_id)
        if place is None:
            place = self._free.pop() if self._free else len(self._products)
            self._place_of[product.hit.product_id] = place
        self._replace(place, product)

    def remove(self, product_id: ProductId) -> None:
        """Remove a product, if it is there."""
        place = self._place_of.pop(product_id, None)
        if place is not None:
            self._replace(place, None)
            self._free.append(place)

    def _replace(self, place: int, after: IndexedProduct | None) -> None:
        before = self._products.pop(place, None)
        if not (before and after and before.text == after.text):
            self.generation += 1
        if before is not None:
            if self._place_of_number.get(before.number) == place:  # no other product has it now
                del self._place_of_number[before.number]
            for key in before.keys:
                self._keys[key].discard(place)
                if not self._keys[key]:
                    del self._keys[key]
            self.everything ^= 1 << place
        if after is not None:
            self._products[place] = after
            self._place_of_number[after.number] = place
            for key in after.keys:
                self._keys[key].add(place)
            self.everything |= 1 << place
        for name, value in _properties(before) ^ _properties(after):
            self._properties[name].change(value, place)
        for sort, order in self._orders.items():
            _reorder(order, place, None if after is None else _key(sort, after.hit, place))

    # ---- reading -------------------------------------------------------------------------

    def numbered(self, numbers: Iterable[int]) -> Products:
        """Return the products with these numbers. A number of no product is ignored."""
        places = map(self._place_of_number.get, numbers)
        return self._set_of(place for place in places if place is not None)

    def meant(self, key: str) -> Products:
        """Return the products of which a text with this spelling key means one."""
        return self._set_of(self._keys.get(key, ()))

    def among(self, found: Products, filters: SearchFilters) -> Products:
        """Return those of the products that pass the filters."""
        wanted = {
            "brand_key": None if filters.brand is None else spelling_key(filters.brand),
            "size": filters.size,
            "year": filters.year,
        }
        for name, value in wanted.items():
            if value is not None:
                found &= self._properties[name].having.get(value, 0)
        if filters.min_price is None and filters.max_price is None:
            return found
        return self._set_of(place for place in _places(found) if self._costs(place, filters))

    def facets(self, found: Products) -> SearchFacets:
        """Count products by brand, size, year and price."""
        return facets_of(*(self._properties[name].count(found) for name in _FACETS))

    def page(
        self, groups: Sequence[Products], sort: SearchSort, offset: int, limit: int
    ) -> list[SearchHit]:
        """Return `limit` products from `offset` on: each group sorted, one after the other."""
        hits: list[SearchHit] = []
        for group in groups:
            count = group.bit_count()
            if offset < count and len(hits) < limit:
                end = min(offset + limit - len(hits), count)
                keys = self._first(group, count, sort, end)[offset:]
                hits += [self._products[key[-1]].hit for key in keys]
            offset = max(0, offset - count)
        return hits

    def _first(self, group: Products, count: int, sort: SearchSort, end: int) -> Sequence[_Key]:
        order = self._order(sort)
        if count * count <= end * len(order.ranked):
            return sorted([order.of_place[place] for place in _places(group)])[:end]
        # The first ones are met soon when all products are walked in order.
        bits = _bytes(group, len(order.ranked) + len(self._free))
        keys: list[_Key] = []
        for key in order.ranked:
            place = key[-1]
            if bits[place >> 3] >> (place & 7) & 1:
                keys.append(key)
                if len(keys) == end:
                    break
        return keys

    def _order(self, sort: SearchSort) -> _Order:
        sort = SearchSort.MOST_TRADED if sort is SearchSort.RELEVANCE else sort
        order = self._orders.get(sort)
        if order is None:
            keys = {place: _key(sort, p.hit, place) for place, p in self._products.items()}
            order = self._orders[sort] = _Order(sorted(keys.values()), keys)
        return order

    def _costs(self, place: int, filters: SearchFilters) -> bool:
        lowest_ask = self._products[place].hit.lowest_ask
        if lowest_ask is None:
            return False
        low_enough = filters.max_price is None or lowest_ask <= filters.max_price
        return low_enough and (filters.min_price is None or lowest_ask >= filters.min_price)

    def _set_of(self, places: Iterable[int]) -> Products:
        bits = bytearray((len(self._products) + len(self._free) + 7) // 8)
        for place in places:
            bits[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(bits, "little")


_FACETS = ("brand", "size", "year", "price")


def _properties(product: IndexedProduct | None) -> set[tuple[str, Any]]:
    if product is None:
        return set()
    hit = product.hit
    properties: set[tuple[str, Any]] = {("size", size) for size in hit.sizes}
    properties |= {("brand", hit.brand), ("year", hit.release_date.year)}
    properties.add(("brand_key", product.brand_key))
    if hit.lowest_ask is not None:
        properties.add(("price", price_bucket(hit.lowest_ask)))
    return properties


def _key(sort: SearchSort, hit: SearchHit, place: int) -> _Key:
    # Ids sort by creation time.
    last = (-hit.sales, -hit.product_id.int, place)
    match sort:
        case SearchSort.PRICE_ASC:
            return (hit.lowest_ask is None, hit.lowest_ask or 0, *last)
        case SearchSort.PRICE_DESC:
            return (hit.lowest_ask is None, -(hit.lowest_ask or 0), *last)
        case SearchSort.NEWEST:
            return (-hit.release_date.toordinal(), *last)
        case SearchSort.MOST_TRADED | SearchSort.RELEVANCE:
            return last


def _reorder(order: _Order, place: int, after: _Key | None) -> None:
    before = order.of_place.pop(place, None)
    if before is not None and before != after:
        del order.ranked[bisect_left(order.ranked, before)]
    if after is not None:
        order.of_place[place] = after
        if before != after:
            insort(order.ranked, after)


def _bytes(products: Products, places: int) -> bytes:
    return products.to_bytes((places + 7) // 8, "little")


def _places(products: Products) -> Iterator[int]:
    for at, byte in enumerate(_bytes(products, products.bit_length())):
        if byte:
            for bit in _BITS[byte]:
                yield 8 * at + bit
