"""Records by key that are read in an order of their own."""

from operator import neg

from solebook.adapters.memory.database import MemoryDatabase
from solebook.adapters.memory.in_order import InOrder


def test_the_lowest_rank_comes_first_whatever_was_put_when() -> None:
    table: InOrder[str, int] = InOrder(neg)
    for key, number in {"b": 2, "a": 1, "c": 3}.items():
        table[key] = number
    assert list(table.in_order()) == [("c", 3), ("b", 2), ("a", 1)]
    table["a"] = 4
    del table["c"]
    assert list(table.in_order()) == [("a", 4), ("b", 2)]
    assert table.first() == 4


async def test_a_transaction_that_is_undone_leaves_the_order_as_it_was() -> None:
    database = MemoryDatabase()
    table: InOrder[str, int] = InOrder(neg)
    async with database():
        await database.writing()
        for number in range(5):
            database.put(table, str(number), number)
    try:
        async with database():
            await database.writing()
            database.put(table, "1", 9)
            database.remove(table, "4")
            database.put(table, "5", 5)
            raise KeyError
    except KeyError:
        pass
    assert [number for _, number in table.in_order()] == [4, 3, 2, 1, 0]
