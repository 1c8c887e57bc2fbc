"""Settings of the product cache."""

from datetime import timedelta
from typing import Annotated

from ..ports.language.limits import Between
from .section import Section


class CacheSettings(Section, frozen=True):
    """The product cache. It cannot be disabled."""

    products: Annotated[int, Between(1, 10_000_000, "the cache cannot be disabled")] = 10_000
    """The maximum number of products in the cache."""
    product_life: Annotated[
        timedelta,
        Between(timedelta(milliseconds=1), timedelta(days=1), "the cache cannot be disabled"),
    ] = timedelta(minutes=1)
    """How long a cached product may be stale after another process has changed it."""
