"""The names of what is kept of published books.

`asks:PRODUCT:SIZE` and `bids:PRODUCT:SIZE` are sorted sets of prices in cents, which are score and
member: `ZRANGE asks:PRODUCT:SIZE 0 0` is the best ask. The hash `book:PRODUCT:SIZE` has the rest.
Conditions other than new follow the size: `asks:PRODUCT:SIZE:used`. On a cluster, a book's keys are
on one node: `asks:{PRODUCT:SIZE}`.
"""

from ...ports.language.market import BookKey, Condition
from .connection import RedisConnection


class BookKeys:
    """Names keys on one Redis."""

    def __init__(self, connection: RedisConnection) -> None:
        self._connection = connection
        self.is_cluster = connection.is_cluster
        """Whether only the keys of one book are reached by one script."""

    def of(self, book: BookKey) -> tuple[str, str, str]:
        """Return a book's hash, bids and asks."""
        name = f"{book.product_id}:{book.size}"
        if self.is_cluster:
            name = f"{{{name}}}"
        if book.condition is not Condition.NEW:
            name = f"{name}:{book.condition}"
        named = self._connection.name
        return named("book", name), named("bids", name), named("asks", name)

    def marker(self, shard: int, shards: int) -> str:
        """Return the hash that says who publishes a shard, for how long, and its halts."""
        return self._connection.name("books", f"{shard}/{shards}")

    def names(self, shard: int, shards: int) -> str:
        """Return the set of the hashes of all published books of a shard."""
        return self._connection.name("books", f"{shard}/{shards}", "names")

    def left(self, shard: int, shards: int) -> str:
        """Return the set of those that a former publisher had published, some of them now too."""
        return self._connection.name("books", f"{shard}/{shards}", "left")
