"""`solebook provider`: what people do at the embedded payment provider itself."""

import argparse
from typing import Any

from ...composition.application import Application
from .arguments import an_amount, an_id
from .opened import opened_application

_ABOUT = """\
Moves money at the embedded payment provider, as its own pages would, without the exchange having
asked for it, and has it report that by its webhook. It is there to try out what an exchange makes
of it. Amounts are in dollars.
"""
_MORE = """\
examples:
  solebook provider refund ch_3a4f 1.00            give 1.00 of a charge back
  solebook provider charge 50.00                   charge somebody for no known order
  solebook provider charge 50.00 --order $order    charge a buyer once more
  solebook provider pay-out 50.00 --order $order   pay a seller once more
  solebook provider return-payout po_5b8e          have a payout come back
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "provider",
        parents=[common],
        help="move money at the embedded payment provider",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(metavar="ACT", required=True, dest="act")
    refund = acts.add_parser("refund", help="give a part of a charge back, or all of it")
    refund.add_argument("charge", metavar="CHARGE", help="the provider's name of it")
    refund.add_argument("amount", type=an_amount, metavar="AMOUNT", help="in dollars")
    for name, what in (("charge", "charge somebody"), ("pay-out", "pay somebody")):
        act = acts.add_parser(name, help=what)
        act.add_argument("amount", type=an_amount, metavar="AMOUNT", help="in dollars")
        act.add_argument("--order", type=an_id, help="the order that it is for")
    back = acts.add_parser("return-payout", help="have a payout that was paid come back")
    back.add_argument("payout", metavar="PAYOUT", help="the provider's name of it")
    parser.set_defaults(run=provider)


async def provider(options: argparse.Namespace) -> int:
    """Do it, and print what it is called."""
    async with opened_application(options) as application:
        print(await _act(application, options))
    return 0


async def _act(application: Application, options: argparse.Namespace) -> str:
    # Imported here, so that `solebook --help` is quick and needs none of it.
    from ...composition.provider_pages import ProviderPages

    pages = ProviderPages(application)
    try:
        match options.act:
            case "refund":
                return f"{await pages.refund(options.charge, options.amount)} was refunded"
            case "charge":
                return f"{await pages.charge(options.order, options.amount)} was charged"
            case "pay-out":
                return f"{await pages.pay_out(options.order, options.amount)} was paid"
            case _:
                return f"{await pages.return_payout(options.payout)} came back"
    except AssertionError as error:
        raise ValueError(str(error)) from error
