"""`solebook import`: products and sales from files into an exchange."""

import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from solebook.adapters.sql.engine import sqlite_connection
from solebook.composition.application import Application
from solebook.composition.container import open_application
from solebook.composition.integrity import verify_exchange_of
from solebook.config.influx import InfluxSettings
from solebook.config.settings import Settings, StoreSettings
from solebook.config.typesense import TypesenseSettings
from solebook.entrypoints.cli.bars import Bars
from solebook.entrypoints.cli.importing import running
from solebook.entrypoints.cli.importing.report import Outcomes
from solebook.entrypoints.cli.importing.running import ImportRun
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.analytics import Interval, Sale
from solebook.ports.language.imports import Taken
from solebook.ports.language.integrity import Finding
from solebook.ports.language.market import Condition
from solebook.ports.language.paging import PageRequest
from solebook.ports.language.process_roles import ALL_ROLES
from solebook.ports.language.search import SearchQuery

from ...influx_server import InfluxServer
from ...typesense_server import TypesenseServer
from .conftest import Run
from .test_main import one_line
from .test_reindex import within

HEADER = (
    "Order Date,Brand,Sneaker Name,Sale Price,Retail Price,Release Date,Shoe Size,Buyer Region\n"
)
RAW = (
    "\ufeff"
    + HEADER
    + """\
9/1/17, Yeezy,Adidas-Yeezy-Boost-350-Low-V2-Beluga,"$1,097",$220,9/24/16,11,California
9/1/17, Yeezy,Adidas-Yeezy-Boost-350-Low-V2-Beluga,"$1,097",$220,9/24/16,11,Oregon
9/2/17, Yeezy,Adidas-Yeezy-Boost-350-Low-V2-Beluga,$685,$220,9/24/16,11,California
9/1/17,Off-White,Nike-Air-Presto-Off-White,"$1,500",$160,9/9/17,10.5,Rhode Island
"""
)
RAW_ROW = '9/1/17,Off-White,Nike-Air-Presto-Off-White,"$1,500",$160,9/9/17,10.5,Rhode Island\n'
CLEANED = (
    HEADER
    + """\
9/1/2017,Off-White,Nike-Air-Presto-Off-White,1500,160,9/9/2017,10.5,Rhode Island
9/1/2017, Yeezy,Adidas-Yeezy-Boost-350-Low-V2-Beluga,1097,220,9/24/2016,11.0,California
9/2/2017, Yeezy,Adidas-Yeezy-Boost-350-Low-V2-Beluga,685,220,9/24/2016,11.0,California
9/1/2017, Yeezy,Adidas-Yeezy-Boost-350-Low-V2-Beluga,1097,220,9/24/2016,11.0,California
"""
)


async def tape(app: Application) -> list[Sale]:
    """Return all sales, those of each product newest first."""
    products = await app.catalog.list_products(PageRequest(100))
    pages = [await app.analytics.list_sales(p.id, PageRequest(100)) for p in products.items]
    return [sale for page in pages for sale in page.items]


async def found(app: Application) -> list[tuple[str, int]]:
    await Workers(app).settle()
    results = await app.search.search_products(SearchQuery("beluga"))
    return [(hit.style_code, hit.sales) for hit in results.hits]


def test_the_contest_is_imported_once_raw_or_cleaned(folder: Path, run: Run) -> None:
    Path("raw.csv").write_text(RAW, encoding="utf-8")
    Path("cleaned.csv").write_text(CLEANED, encoding="utf-8")
    trial = run("import", "sales", "raw.csv", "--dry-run")
    assert (trial.code, trial.out) == (
        0,
        (
            "2 products would be imported, 0 known already\n"
            "4 sales would be imported, 0 known already\n"
        ),
    )
    assert within(folder, tape) == []
    done = run("import", "sales", "raw.csv")
    assert done.out == "2 products imported, 0 known already\n4 sales imported, 0 known already\n"
    before = within(folder, tape)
    assert len(before) == 4
    assert all(sale.is_imported for sale in before)
    [first, *_] = [sale for sale in before if sale.book.size == "11"]
    assert (first.price, first.sold_at) == (68_500, datetime(2017, 9, 2, tzinfo=UTC))
    for file in ("raw.csv", "cleaned.csv"):
        again = run("import", "sales", file)
        assert again.out == (
            "no products imported, 2 known already\nno sales imported, 4 known already\n"
        )
    assert within(folder, tape) == before
    assert within(folder, found) == [("MADE-ADIDAS-YEEZY-BOOST-350-LOW-7BFD8BCD", 3)]
    assert run("admin", "verify").code == 0


def test_what_is_not_taken_is_reported_with_line_and_reason(folder: Path, run: Run) -> None:
    rows = [
        "sold_on,product,us_size,price_usd",
        "2017-09-01,Nike Dunk Low,9,1٠",
        "2017-09-01,Nike Dunk Low,9,250",
        "2117-09-01,Nike Dunk Low,9,250",
        "2100-09-01,Nike Dunk Low,9,250",
        "2017-09-01,Nike Dunk Low,22,250",
        "2017-09-01,Nike Dunk Low,6Y,250",
        "2017-09-01,Nike Dunk Low,9,0",
        "2017-09-01,Nike Dunk Low,9,100000.01",
        "2017-09-01,Nobody Knows,9,250",
        "2017-09-01,Nike Dunk Low,9",
        '2017-09-01,Nike "Dunk" Low,"9"x,250',
    ]
    Path("sales.csv").write_text("\r\n".join([*rows, "", ""]), encoding="utf-8")
    Path("products.csv").write_text(
        "product,model,color,retail_usd,released_on\nNike Dunk Low,Dunk,white,110,2021-03-10\n"
        "Visit https://example.com,Dunk,white,110,2021-03-10\n",
        encoding="utf-8",
    )
    products = run("import", "products", "products.csv")
    assert products.code == 1
    assert products.out.splitlines()[:2] == [
        "1 product imported, 0 known already",
        "1 row not taken:",
    ]
    done = run("import", "sales", "sales.csv", "--report", "refused.csv")
    assert done.code == 1
    assert done.out.splitlines()[0] == "no products imported, 0 known already"
    assert done.out.splitlines()[1] == "1 sale imported, 0 known already"
    refused = Path("refused.csv").read_text(encoding="utf-8").splitlines()
    assert refused[0] == "line,reason"
    reasons = dict(line.split(",", 1) for line in refused[1:])
    assert sorted(map(int, reasons)) == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]
    for line, words in {
        2: "price_usd '1٠' is not an amount",
        4: "is not between",
        5: "sold in the future",
        6: "is not made in size 22",
        7: "is not made in size 6Y",
        8: "its price is not above 0",
        9: "at most $100,000",
        10: "no product in the catalogue",
        11: "fewer fields",
        12: "not CSV",
    }.items():
        assert words in reasons[str(line)], line
        assert f"  line {line}: " in done.out


def test_a_trial_tells_what_the_import_will(folder: Path, run: Run) -> None:
    rows = [
        "sold_on,product,us_size,price_usd,retail_usd,released_on",
        "2017-09-01,Nike Dunk Low,9,250,110,2016-09-24",
        "2017-09-01,Nike Dunk Low,9,250,free,2016-09-24",
        "2017-09-01,Nike Dunk Low,6Y,250,110,2016-09-24",
        "2017-09-01,https://example.com/a,9,250,110,2016-09-24",
        "2017-09-01,https://example.com/a,10,250,110,2016-09-24",
        "2017-09-01",
    ]
    Path("sales.csv").write_text("\n".join(rows), encoding="utf-8")
    Path("bare.csv").write_text(
        "sold_on,product,us_size,price_usd\n2017-09-01,Nobody Knows,9,250\n", encoding="utf-8"
    )
    for file in ("sales.csv", "bare.csv"):
        trial = run("import", "sales", file, "--dry-run")
        done = run("import", "sales", file)
        assert trial.out.replace("would be imported", "imported") == done.out
        assert trial.code == done.code == 1
        if file == "sales.csv":
            assert done.out.splitlines()[1:3] == [
                "1 sale imported, 0 known already",
                "5 rows not taken:",
            ]
            assert [line[:8] for line in done.out.splitlines()[3:]] == [
                f"  line {number}" for number in (3, 4, 5, 6, 7)
            ]


def test_any_columns_can_be_named(folder: Path, run: Run) -> None:
    Path("x.csv").write_bytes(
        "SKU;Schuh;Marke;Farbe;Neupreis;Erschienen;Am;Größe;Preis\n"
        "DD1391-100;Dunk Low;Nike;Panda;110;2021-03-10;2021-05-01T10:00Z;10,5;$200\n"
        "DD1391-100;Dunk Low;Nike;Panda;110;2021-03-10;2021-05-01T10:00Z;10.5;$200\n".encode(
            "utf-16"
        )
    )
    columns = (
        "style_code=SKU,product=Schuh,brand=Marke,color=Farbe,retail=Neupreis,"
        "released_on=Erschienen,sold_on=Am,size=Größe,price=Preis"
    )
    done = run("import", "sales", "x.csv", "--columns", columns)
    assert done.out.splitlines()[1] == "1 sale imported, 0 known already"
    assert "line 2: Größe '10,5' is not a US shoe size" in done.out
    [sale] = within(folder, tape)
    assert sale.sold_at == datetime(2021, 5, 1, 10, tzinfo=UTC)
    wrong = run("import", "sales", "x.csv", "--columns", "price=Betrag")
    assert (wrong.code, one_line(wrong.err)) == (1, "solebook: x.csv has no column 'Betrag'")
    assert run("import", "sales", "x.csv", "--columns", "prize=Preis").code == 2
    assert "no such file" in run("import", "sales", "nowhere.csv").err.lower()


def test_an_interrupted_import_is_completed_by_the_next(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        f"9/{day}/17, Yeezy,A-Shoe,{price},220,9/24/16,9,Oregon\n"
        for day in range(1, 29)
        for price in (300, 300, *range(301, 321))
    ]
    Path("many.csv").write_text(HEADER + "".join(lines), encoding="utf-8")
    whole, batches = ImportRun._take, 0

    async def take(self: ImportRun, *arguments: object, **options: object) -> None:
        nonlocal batches
        batches += 1
        if batches == 2:
            raise ValueError("interrupted")
        await whole(self, *arguments, **options)  # type: ignore[arg-type]  # passed on

    with monkeypatch.context() as patched:
        patched.setattr(ImportRun, "_take", take)
        assert run("import", "sales", "many.csv").code == 1
    done = run("import", "sales", "many.csv")
    assert done.out.splitlines()[1] == f"{len(lines) - 250} sales imported, 250 known already"
    assert run("import", "sales", "many.csv").out.splitlines()[1] == (
        f"no sales imported, {len(lines)} known already"
    )


class Releases(logging.Handler):
    """Lets go of a file when somebody complains."""

    def __init__(self, held: sqlite3.Connection) -> None:
        super().__init__()
        self._held = held

    def emit(self, record: logging.LogRecord) -> None:
        assert "database is locked" in record.getMessage()
        self._held.execute("COMMIT")


def test_an_import_waits_while_another_process_writes(
    folder: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("raw.csv").write_text(RAW, encoding="utf-8")
    monkeypatch.setattr(sqlite_connection, "BUSY_TIMEOUT", 0.01)
    monkeypatch.setattr(running, "_AGAIN_AFTER", 0.0)
    with closing(sqlite3.connect(folder / "solebook.sqlite3", isolation_level=None)) as other:
        other.execute("PRAGMA journal_mode = WAL")  # as in an exchange that has run
        other.execute("BEGIN IMMEDIATE")
        release, log = Releases(other), logging.getLogger(running.__name__)
        log.addHandler(release)
        try:
            done = run("import", "sales", "raw.csv")
        finally:
            log.removeHandler(release)
    assert done.out == "2 products imported, 0 known already\n4 sales imported, 0 known already\n"


def test_what_was_taken_is_told_although_the_import_ends_early(folder: Path, run: Run) -> None:
    Path("raw.csv").write_text(RAW + "x" * 200_000, encoding="utf-8")
    done = run("import", "sales", "raw.csv")
    assert (done.code, done.out) == (1, "")
    Path("raw.csv").write_text(RAW + RAW_ROW * 250 + "x" * 200_000, encoding="utf-8")
    done = run("import", "sales", "raw.csv")
    assert done.out == (
        "2 products imported, 0 known already\n250 sales imported, 0 known already\n"
    )
    assert "longer than 100,000 characters" in one_line(done.err)


@pytest.mark.integration
async def test_postgresql_takes_a_file_once_like_sqlite(postgres_url: str, tmp_path: Path) -> None:
    file = tmp_path / "raw.csv"
    file.write_text(RAW, encoding="utf-8")
    settings = Settings(folder=str(tmp_path), store=StoreSettings(url=postgres_url))
    async with open_application(settings) as app:
        for new, known in ((4, 0), (0, 4)):
            outcomes = Outcomes()
            run = ImportRun(app, outcomes, NoBars(), is_trial=False)
            await run.import_file(file, None, has_sales=True)
            assert (outcomes.sales[Taken.NEW], outcomes.sales[Taken.KNOWN]) == (new, known)
        assert len(await tape(app)) == 4


@pytest.mark.integration
async def test_influxdb_and_typesense_have_what_was_imported_like_the_store(
    influx_server: InfluxServer, typesense_server: TypesenseServer, tmp_path: Path
) -> None:
    file = tmp_path / "many.csv"
    rows = [
        f"{1 + number % 12}/{1 + number % 28}/2018, Yeezy,Zebra-{number % 3},"
        f"{200 + number % 7},220,9/24/2016,{4 + number % 9},Oregon\n"
        for number in range(700)
    ]
    file.write_text(HEADER + "".join(rows), encoding="utf-8")
    influx = InfluxSettings(url=influx_server.url, database=f"import_{uuid4().hex}")
    influx_server.create_database(influx.database)
    typesense = TypesenseSettings(
        url=typesense_server.url, api_key=typesense_server.key, prefix=f"import-{uuid4().hex}"
    )
    settings = Settings(folder=str(tmp_path), influx=influx, typesense=typesense)
    async with open_application(settings, roles=ALL_ROLES) as app:
        run = ImportRun(app, Outcomes(), NoBars(), is_trial=False)
        await run.import_file(file, None, has_sales=True)
        await Workers(app).settle()
        results = await app.search.search_products(SearchQuery("zebra"))
        assert sorted(hit.sales for hit in results.hits) == [233, 233, 234]
        reports = [report async for report in verify_exchange_of(app)()]
        assert [report for report in reports if isinstance(report, Finding)] == []
        drawn = app.adapters.charts.drawn
        assert drawn is not None
        years = datetime(2018, 1, 1, tzinfo=UTC), datetime(2019, 1, 1, tzinfo=UTC)
        for hit in results.hits:
            [in_influx, in_store] = [
                await charts.candles(hit.product_id, Interval.DAY, *years, condition=Condition.NEW)
                for charts in (drawn, app.adapters.store.charts)
            ]
            assert list(in_influx) == list(in_store)
            assert sum(candle.sales for candle in in_influx) == hit.sales


class NoBars(Bars):
    """Shows nothing."""

    def show(self, stage: str, done: int, total: int) -> None:
        assert done <= total
