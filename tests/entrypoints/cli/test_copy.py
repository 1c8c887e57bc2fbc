"""`solebook admin copy` moves a stopped exchange to another database."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from solebook.adapters.sql.migrate import migrate
from solebook.composition.container import open_application
from solebook.composition.copying import settings_for
from solebook.composition.engine import engine_of
from solebook.ports.language.orders import Order, OrderStatus

from ...exchange import Exchange
from .conftest import Run
from .exchanges import served, settings_of, traded, within
from .test_main import one_line


@pytest.fixture(params=["sqlite", "postgres"])
def target(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "postgres":
        url: str = request.getfixturevalue("postgres_url")
        return url
    return empty(tmp_path / "target.db")


def empty(path: Path) -> str:
    url = f"sqlite:///{path}"
    asyncio.run(migrate(url))
    return url


def test_everything_is_copied_and_the_copy_is_verified(folder: Path, run: Run, target: str) -> None:
    traded(folder, OrderStatus.DELIVERED)
    done = run("admin", "copy", "--to", target)
    assert done.code == 0, done.err
    verified, copied = done.out.splitlines()
    assert verified.startswith("no errors in 1 order, 2 quotes and ")
    assert copied.endswith("were copied; set store.url to the new database to use it")
    assert "comparing tables" in done.err


def test_the_store_of_the_option_is_copied(folder: Path, run: Run, tmp_path: Path) -> None:
    traded(folder, OrderStatus.DELIVERED)
    moved = (folder / "solebook.sqlite3").rename(tmp_path / "moved.db")
    done = run("admin", "copy", "--store", f"sqlite:///{moved}", "--to", empty(tmp_path / "to.db"))
    assert (done.code, done.out[:22]) == (0, "no errors in 1 order, "), done.err


def test_the_exchange_goes_on_in_the_copy(folder: Path, run: Run, target: str) -> None:
    order = traded(folder)
    assert run("admin", "copy", "--to", target).code == 0

    async def go_on() -> OrderStatus:
        async with open_application(settings_for(settings_of(folder), target)) as app:
            exchange = Exchange(app)
            await exchange.ship(order.id)
            return (await exchange.order(order.id)).status

    assert asyncio.run(go_on()) is OrderStatus.SELLER_SHIPPING


def test_numbers_go_on_after_the_last_ones_in_the_copy(folder: Path, run: Run, target: str) -> None:
    order = traded(folder)
    assert run("admin", "copy", "--to", target).code == 0

    async def trade_again() -> tuple[list[int], Order]:
        async with open_application(settings_for(settings_of(folder), target)) as app:
            exchange, store = Exchange(app), app.adapters.store
            exchange.product = await store.products.get(order.book.product_id)
            await engine_of(app).start()
            again = await exchange.trade(
                buyer=await exchange.new_buyer(email="b@example.com"),
                seller=await exchange.new_seller(email="s@example.com"),
            )
            await engine_of(app).stop()
            quotes = [
                await store.quotes.get(id_)
                for one in (order, again)
                for id_ in (one.ask_id, one.bid_id)
            ]
            return [quote.sequence for quote in quotes], again

    sequences, again = asyncio.run(trade_again())
    assert again.status is OrderStatus.CONFIRMED
    assert sequences == [1, 2, 3, 4]
    config = folder.parent / "copy.toml"
    config.write_text(f'[store]\nurl = "{target}"\n')
    verified = run("admin", "verify", "--config", str(config))
    assert (verified.code, verified.out[:22]) == (0, "no errors in 2 orders,"), verified.out


def test_letters_that_were_sent_are_not_sent_again_and_those_that_wait_are_sent_once(
    folder: Path, run: Run, target: str
) -> None:
    letters = folder / "outgoing" / "mail"

    async def settle() -> None:
        async with open_application(settings_for(settings_of(folder), target)) as app:
            await Exchange(app).workers.settle()

    traded(folder, OrderStatus.DELIVERED)
    within(folder, lambda app: Exchange(app).new_buyer(email="new@example.com"))
    sent = list(letters.iterdir())
    assert len(sent) > 5
    for letter in sent:
        letter.unlink()
    assert run("admin", "copy", "--to", target).code == 0
    for _ in range(2):
        asyncio.run(settle())
        [welcome] = letters.iterdir()
        assert b"new@example.com" in welcome.read_bytes()


def test_a_copy_goes_back_the_same(folder: Path, run: Run, target: str, tmp_path: Path) -> None:
    traded(folder)
    assert run("admin", "copy", "--to", target).code == 0
    config = tmp_path / "copy.toml"
    config.write_text(f'[store]\nurl = "{target}"\n')
    back = empty(tmp_path / "back.db")
    done = run("admin", "copy", "--config", str(config), "--to", back)
    assert done.code == 0, done.err


def test_a_target_with_a_row_is_refused_and_stays_as_it_is(
    folder: Path, run: Run, target: str
) -> None:
    traded(folder)
    assert run("admin", "copy", "--to", target).code == 0
    done = run("admin", "copy", "--to", target)
    assert (done.code, done.out) == (1, "")
    assert "the target is not empty" in done.err
    assert run("admin", "verify").code == 0


def test_a_target_that_is_not_migrated_is_refused(folder: Path, run: Run, tmp_path: Path) -> None:
    traded(folder)
    url = f"sqlite:///{tmp_path / 'new.db'}"
    done = run("admin", "copy", "--to", url)
    assert (done.code, done.out) == (1, "")
    assert "the target" in one_line(done.err)
    assert "solebook migrate" in done.err


def test_a_running_exchange_is_not_copied(folder: Path, run: Run, tmp_path: Path) -> None:
    traded(folder)
    target = empty(tmp_path / "target.db")
    with served(folder):
        done = run("admin", "copy", "--to", target)
    assert (done.code, done.out) == (1, "")
    assert number_of_orders(tmp_path / "target.db") == 0


def test_a_copy_that_fails_leaves_the_target_empty(folder: Path, run: Run, tmp_path: Path) -> None:
    """A row that the target does not take, because a constraint of the source was lost."""
    traded(folder)
    with changed(folder / "solebook.sqlite3") as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        database.execute("UPDATE orders SET price = 0")
    target = empty(tmp_path / "target.db")
    with pytest.raises(AssertionError, match="price"):
        run("admin", "copy", "--to", target)
    assert number_of_orders(tmp_path / "target.db") == 0


@contextmanager
def changed(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as database:
        yield database
        database.commit()


def number_of_orders(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        [(number,)] = database.execute("SELECT count(*) FROM orders").fetchall()
        return int(number)
