"""What the demo tells at the end, and whether all of it is right."""

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape

from ...composition.application import Application
from ...composition.integrity import verify_exchange_of
from ...ports.language.integrity import Finding
from .files import SaleRow
from .people import PASSWORD, People
from .report import Report, differences

_DIFFERENCES = 20
"""The maximum of printed differences, because one wrong price may change many figures."""


def conclude(console: Console, result: Report, rows: Sequence[SaleRow], file: Path | None) -> int:
    """Show the report, write it if asked, and return the exit code."""
    result.show(console)
    if file is not None:
        file.write_text(json.dumps(result.as_json(), indent=2) + "\n", encoding="utf-8")
        console.print(f"The report is in {escape(str(file))}", soft_wrap=True)
    found = differences(result, rows)
    for difference in found[:_DIFFERENCES]:
        console.print(f"[red]The market differs from the file: {escape(difference)}[/]")
    if len(found) > _DIFFERENCES:
        console.print(f"[red]and {len(found) - _DIFFERENCES:,} more differences[/]")
    if not found:
        console.print(f"The tape holds exactly the file's {len(rows):,} sales.")
        console.print("Counts, means, highs, lows and candles of every size are the file's too.")
    return 1 if found or not result.solvency.balanced else 0


def invite(console: Console, url: str, people: People) -> None:
    """Show where the market is, and as whom one can sign in there."""
    console.print(f"\nLook around: {escape(url)}", soft_wrap=True, highlight=False)
    everybody = {
        "buyer": people.buyers[0],
        "seller": people.sellers[0],
        "authenticator": people.authenticator,
        "admin": people.admin,
    }
    for role, person in everybody.items():
        console.print(f"  {role:<14} {person.email}", highlight=False)
    console.print(f"Everybody has the password: {PASSWORD}", highlight=False)
    console.print(f"For programs: {escape(url)}/schema", soft_wrap=True, highlight=False)


async def verify(application: Application, console: Console) -> int:
    """Verify the exchange, print what contradicts itself, and return the exit code."""
    found = [
        report async for report in verify_exchange_of(application)() if isinstance(report, Finding)
    ]
    for finding in found[:_DIFFERENCES]:
        console.print(f"[red]{escape(str(finding))}[/]", soft_wrap=True)
    if not found:
        console.print("Everything in the database agrees, and with the payment provider.")
    return 1 if found else 0
