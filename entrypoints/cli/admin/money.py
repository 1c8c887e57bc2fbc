"""Actions on the money: compare the ledger with the payment provider."""

import argparse

from ....composition.application import Application
from ....ports.language.money import Cents
from .action import Action, Output


async def check_solvency(app: Application, _: argparse.Namespace) -> Output:
    """Return the totals of the ledger and the balance at the payment provider."""
    plain = app.rules.money.plain
    solvency = await app.payments.check_solvency()
    rows: list[tuple[str, Cents]] = [*sorted(solvency.by_kind.items())]
    rows += [("held", solvency.held), ("provider", solvency.provider_balance)]
    lines = [f"{name:<12}{plain(amount):>16}" for name, amount in rows]
    lines.append("balanced exactly" if solvency.balanced else "NOT BALANCED")
    return Output("\n".join(lines), 0 if solvency.balanced else 1)


ACTIONS = (
    Action(
        name="solvency",
        help="compare the ledger with the payment provider",
        about="Adds up the ledger and compares it with the balance at the payment provider. The\n"
        "exit code is 1 if they differ at all.",
        example="solebook admin solvency\n"
        "escrow                214.00\n"
        "world                -214.00\n"
        "held                  214.00\n"
        "provider              214.00\n"
        "balanced exactly",
        run=check_solvency,
        needs_reason=False,
    ),
)
