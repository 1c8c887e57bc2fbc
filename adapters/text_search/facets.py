"""Count the facets of what a search finds."""

from collections.abc import Iterable, Mapping

from ...ports.language.market import Size
from ...ports.language.money import Cents
from ...ports.language.search import PRICE_BOUNDS, FacetCount, PriceCount, SearchFacets
from ...ports.language.text import spelling_key


def price_bucket(price: Cents) -> int:
    """Return the number of the bucket that a price falls in.

    >>> price_bucket(15_000)
    1
    """
    return sum(price >= bound for bound in PRICE_BOUNDS) - 1


def count_facets(
    groups: Iterable[tuple[str, tuple[Size, ...], int, Cents | None, int]],
) -> SearchFacets:
    """Return the facets of groups of products: (brand, sizes, year, lowest ask, how many).

    A group's lowest ask in minor units may be any price in its bucket.
    """
    brands: dict[str, int] = {}
    sizes: dict[Size, int] = {}
    years: dict[int, int] = {}
    prices: dict[int, int] = {}
    for brand, in_sizes, year, lowest_ask, count in groups:
        brands[brand] = brands.get(brand, 0) + count
        years[year] = years.get(year, 0) + count
        for size in in_sizes:
            sizes[size] = sizes.get(size, 0) + count
        if lowest_ask is not None:
            bucket = price_bucket(lowest_ask)
            prices[bucket] = prices.get(bucket, 0) + count
    return facets_of(brands, sizes, years, prices)


def facets_of(
    brands: Mapping[str, int],
    sizes: Mapping[Size, int],
    years: Mapping[int, int],
    prices: Mapping[int, int],
) -> SearchFacets:
    """Return the facets of how many products have each brand, size, year and price bucket."""
    bounds = (*PRICE_BOUNDS, None)
    by_count = sorted(_as_filtered(brands).items(), key=lambda item: (-item[1], item[0]))
    return SearchFacets(
        brands=tuple(FacetCount(brand, count) for brand, count in by_count),
        sizes=tuple(FacetCount(size, sizes[size]) for size in sorted(sizes, key=_size_order)),
        years=tuple(FacetCount(str(year), years[year]) for year in sorted(years, reverse=True)),
        prices=tuple(
            PriceCount(PRICE_BOUNDS[bucket], bounds[bucket + 1], prices[bucket])
            for bucket in sorted(prices)
        ),
    )


def _as_filtered(brands: Mapping[str, int]) -> dict[str, int]:
    """Return how many products each brand has, in all the spellings that the filter takes as one.

    The most frequent spelling is shown, or of several the first in the alphabet.
    """
    totals: dict[str, int] = {}
    for brand, count in brands.items():
        key = spelling_key(brand)
        totals[key] = totals.get(key, 0) + count
    shown: dict[str, str] = {}
    for brand in sorted(brands, key=lambda brand: (-brands[brand], brand)):
        shown.setdefault(spelling_key(brand), brand)
    return {brand: totals[key] for key, brand in shown.items()}


def _size_order(size: Size) -> tuple[str, float]:
    number = size.rstrip("WYCK")
    return size[len(number) :], float(number)
