"""How often a row was there before in a file, counted on disk, so that files may be of any size."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from hashlib import blake2b

_COUNT = (
    "INSERT INTO seen (row, count) VALUES (?, 1) "
    "ON CONFLICT (row) DO UPDATE SET count = count + 1 RETURNING count"
)
_FIND = "SELECT 1 FROM seen WHERE row = ?"


class Occurrences:
    """Counts equal rows in a file that is deleted afterwards."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def numbers(self, rows: Sequence[str]) -> list[int]:
        """Return how many rows equal to each there were before it."""
        return [self._database.execute(_COUNT, (_key(row),)).fetchone()[0] - 1 for row in rows]

    def has(self, row: str) -> bool:
        """Return whether a row was counted."""
        key = _key(row)
        return self._database.execute(_FIND, (key,)).fetchone() is not None


def _key(row: str) -> bytes:
    return blake2b(row.encode(), digest_size=12).digest()


@contextmanager
def counted_occurrences() -> Iterator[Occurrences]:
    """Count for the block. Raises OSError if there is no room for the file."""
    try:
        # An empty name is a temporary file, of which SQLite keeps a few pages in memory.
        with closing(sqlite3.connect("", isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode = OFF")
            database.execute(
                "CREATE TABLE seen (row BLOB PRIMARY KEY, count INTEGER) WITHOUT ROWID"
            )
            database.execute("BEGIN")
            yield Occurrences(database)
    except sqlite3.Error as error:
        raise OSError(f"a temporary file of the import cannot be written: {error}") from error
