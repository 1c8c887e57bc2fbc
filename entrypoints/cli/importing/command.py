"""The command `solebook import`."""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...files.formats import parse_mapping
from ..opened import opened_application

if TYPE_CHECKING:
    from .report import Outcomes

_DESCRIPTION = """\
Imports products or sales from a CSV file into the catalogue and the tape of an exchange, whether it
is running or not. Imported sales have no orders, count in statistics and charts, and are marked.
What is there already is not imported again, so a file may be imported twice, and an import that was
interrupted may be run again.
"""
_FORMATS = """\
It knows the columns of these files:
  the project's own     sold_on, product, us_size, price_usd
                        product, retail_usd, released_on; also style_code, brand, model, color
  StockX Data Contest   Order Date, Brand, Sneaker Name, Sale Price, Retail Price, Release Date,
                        Shoe Size, as downloaded or cleaned

For other files, say which column is what:
  --columns "product=Name,sold_on=Date,size=US,price=Paid"
The names are product, sold_on, size and price for sales; product, retail and released_on for
products; and style_code, brand, model and color. What is not named is not read.

The file is UTF-8, or UTF-16 with its mark, with commas, semicolons, tabs or bars. Prices are like
1097, 1,097.50 or $1,097, days like 2017-09-01 or 9/1/17 (month first), sizes like 9 or 10.5. Rows
that cannot be taken are reported with their lines, and the others are taken. The exit code is 1 if
there are any.

A product without style_code gets one that is made from its name, and begins with MADE-. Sales find
their product by style_code, or else by that name.

examples:
  solebook import products catalogue.csv
  solebook import sales StockX-Data-Contest-2019-3.csv --dry-run
  solebook import sales sales.csv --columns "product=Name,sold_on=Date,size=US,price=Paid"
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "import", help="import products and sales from CSV files", description=_DESCRIPTION
    )
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    for kind, run, what in (
        ("products", _products, "products that the catalogue does not have yet"),
        ("sales", _sales, "sales, and products that only the file describes"),
    ):
        one = kinds.add_parser(
            kind,
            parents=[common],
            help=f"import {what}",
            description=_DESCRIPTION,
            epilog=_FORMATS,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        one.add_argument("file", type=Path, metavar="FILE", help="a CSV file")
        one.add_argument(
            "--columns", type=_mapping, metavar="NAME=COLUMN,...", help="which column is what"
        )
        one.add_argument(
            "--dry-run", action="store_true", help="report what would be taken, and take nothing"
        )
        one.add_argument(
            "--report",
            type=Path,
            metavar="REPORT",
            help="write each row that was not taken to this CSV file: line, reason",
        )
        one.set_defaults(run=run)


def _mapping(text: str) -> dict[str, str]:
    try:
        return parse_mapping(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


async def _products(options: argparse.Namespace) -> int:
    return await _import(options, has_sales=False)


async def _sales(options: argparse.Namespace) -> int:
    return await _import(options, has_sales=True)


async def _import(options: argparse.Namespace, *, has_sales: bool) -> int:
    from ..bars import progress_bars
    from .report import reported
    from .running import ImportRun

    async with opened_application(options) as application:
        with reported(options.report) as outcomes:
            try:
                with progress_bars() as bars:
                    run = ImportRun(application, outcomes, bars, is_trial=options.dry_run)
                    await run.import_file(options.file, options.columns, has_sales=has_sales)
            except (Exception, asyncio.CancelledError) as error:
                _tell_how_to_go_on(outcomes, error, has_sales=has_sales, is_trial=options.dry_run)
                raise
    print(outcomes.summary(has_sales=has_sales, is_trial=options.dry_run))
    return 1 if outcomes.refused else 0


def _tell_how_to_go_on(
    outcomes: "Outcomes", error: BaseException, *, has_sales: bool, is_trial: bool
) -> None:
    """Tell what was done until a failure, or until Ctrl-C."""
    if not outcomes.is_empty:
        print(outcomes.summary(has_sales=has_sales, is_trial=is_trial))
    if isinstance(error, asyncio.CancelledError):
        go_on = "" if is_trial else "; what was imported stays, so run it again to go on"
        print(f"solebook: interrupted{go_on}", file=sys.stderr)
