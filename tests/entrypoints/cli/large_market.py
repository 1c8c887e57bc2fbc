"""Many resting quotes in a database, written by statements: to place them would take an hour."""

from uuid import UUID

import asyncpg  # type: ignore[import-untyped]  # it has no annotations

from solebook.ports.language.ids import ProductId
from solebook.ports.language.market import BookKey, Size, shard_of

SIZES = [str(number) for number in range(5, 15)]
LOWEST_ASK, HIGHEST_BID = 30_000, 10_000
"""The best amounts of each book. The others are up to 49 dollars away."""
_HASHES = 2**32
_FIRST_ID = 0x10000
_ID = f"lpad(to_hex({_FIRST_ID} + {{}}), 32, '0')::uuid"

_TRADERS = f"""
INSERT INTO users (id, email, email_lookup, password_hash, first_name, last_name, created_at, roles,
    payment_method, payout_account, suspended)
SELECT {_ID.format("n")}, 'trader' || n || '@example.com', 'trader' || n || '@example.com',
    password_hash, first_name, last_name, created_at, roles, payment_method, payout_account,
    suspended
FROM users, generate_series(0, $1::int - 1) AS n WHERE email = 'seller@example.com'
"""
_CARDS = f"""
INSERT INTO payment_methods (id, user_id, token, token_lookup, brand, last4, exp_month, exp_year,
    fingerprint, fingerprint_lookup, created_at, removed_at)
SELECT {_ID.format("n")}, {_ID.format("n")}, token, token, brand, last4, exp_month, exp_year,
    fingerprint, fingerprint, payment_methods.created_at, removed_at
FROM payment_methods JOIN users ON users.id = user_id AND token = payment_method,
    generate_series(0, $1::int - 1) AS n WHERE email = 'seller@example.com'
"""
_PRODUCTS = f"""
INSERT INTO products SELECT {_ID.format("n")}, 'LM' || n, 'lm' || n, brand, model, colorway,
    retail_price, release_date, created_at, version
FROM products, generate_series(0, $2::int - 1) AS n WHERE id = $1
"""
_SIZES = f"""
INSERT INTO sizes SELECT {_ID.format("n")}, number - 1, size
FROM generate_series(0, $2::int - 1) AS n, unnest($1::text[]) WITH ORDINALITY AS s(size, number)
"""
_BOOKS = "CREATE TEMPORARY TABLE books (number int, product_id uuid, size text, hash bigint)"
_QUOTES = f"""
INSERT INTO {{table}} SELECT {_ID.format("n")}, {_ID.format("(n % $2)")}, product_id, size, 'new',
    hash, {{best}} (n / 2 / $3 % 50) * 100, n + 1, now(), now() + interval '30 days', 'active',
    NULL, 'gtc'
FROM generate_series({{first}}, $1::int - 1, 2) AS n JOIN books ON number = n / 2 % $3::int
"""
_ADVANCE = "UPDATE engine_shards SET sequence = sequence + $1"


async def fill(url: str, product: str, *, quotes: int) -> list[BookKey]:
    """Add resting quotes of many traders in many books of products like this one; return the books.

    No engine may run. There must be a seller, whom the traders resemble.
    """
    traders, products = quotes // 50, quotes // 3_000
    ids = [UUID(int=_FIRST_ID + number) for number in range(products)]
    books = [BookKey(ProductId(id_), Size(size)) for id_ in ids for size in SIZES]
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute(_TRADERS, traders)
        await connection.execute(_CARDS, traders)
        await connection.execute(_PRODUCTS, UUID(product), products)
        await connection.execute(_SIZES, SIZES, products)
        await connection.execute(_BOOKS)
        rows = [
            (number, book.product_id, book.size, shard_of(book, _HASHES))
            for number, book in enumerate(books)
        ]
        await connection.copy_records_to_table("books", records=rows)
        for table, first, best in (
            ("bids", 0, f"{HIGHEST_BID} -"),
            ("asks", 1, f"{LOWEST_ASK} +"),
        ):
            statement = _QUOTES.format(table=table, first=first, best=best)
            await connection.execute(statement, quotes, traders, len(books))
        await connection.execute(_ADVANCE, quotes)
    await connection.execute("ANALYZE")
    await connection.close()
    return books
