"""`solebook provider`: move money at the embedded payment provider."""

import argparse
from typing import Any

from ...composition.application import Application
from ...ports.language.cards import CardSetup
from .arguments import an_amount, an_id
from .opened import opened_application

_DESCRIPTION = """\
Moves money at the embedded payment provider, as its web dashboard would, without a request of the
exchange. The provider reports it by webhook. Use it to try out how the exchange reacts. Amounts are
in the currency of the exchange.
"""
_EPILOG = """\
examples:
  solebook provider refund ch_3a4f 1.00            refund 1.00 of a charge
  solebook provider fail-refund re_6c7d            let a refund come back from the bank
  solebook provider charge 50.00                   charge a card for no known order
  solebook provider charge 50.00 --order $order    charge a buyer again
  solebook provider pay-out 50.00 --order $order   pay a seller again
  solebook provider dispute ch_3a4f 50.00          let the buyer's bank take 50.00 back
  solebook provider decide-dispute du_3a4f won     let the bank decide for the exchange
  solebook provider return-payout po_5b8e          return a payout to the exchange
  solebook provider return-payout po_5b8e 5.00     return a part of it
  solebook provider authenticate $order passes     let the buyer confirm a payment
  solebook provider complete-account acct_77f0     a seller tells all that is required
  solebook provider restrict-account acct_77f0     require more, until which nothing is paid
  solebook provider confirm-card seti_9c1d pm_card_visa
                                                   send a test card, as a buyer's browser does
  solebook provider authenticate-card seti_9c1d    pass what the buyer's bank asks for
  solebook provider withdraw 100.00                send money to the exchange's own bank
  solebook provider return-withdrawal wd_7c1d      let that bank return it
  solebook provider top-up 100.00                  add money from that bank
  solebook provider take-fee 2.50                  take a fee for no single charge
"""


def add_to(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "provider",
        parents=[common],
        help="move money at the embedded payment provider",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    acts = parser.add_subparsers(metavar="ACT", required=True, dest="act")
    refund = acts.add_parser("refund", help="refund a charge in part or in full")
    refund.add_argument("charge", metavar="CHARGE", help="the provider's id of the charge")
    refund.add_argument("amount", metavar="AMOUNT", help="such as 30.00")
    failed = acts.add_parser("fail-refund", help="let a refund come back from the buyer's bank")
    failed.add_argument("refund", metavar="REFUND", help="the provider's id of the refund")
    for name, what in (("charge", "charge a card"), ("pay-out", "pay a seller")):
        act = acts.add_parser(name, help=what)
        act.add_argument("amount", metavar="AMOUNT", help="such as 30.00")
        act.add_argument("--order", type=an_id, help="the order, if any")
    back = acts.add_parser("return-payout", help="let the bank return a paid payout")
    back.add_argument("payout", metavar="PAYOUT", help="the provider's id of the payout")
    back.add_argument("amount", metavar="AMOUNT", nargs="?", help="the part; all without it")
    for name, what in (
        ("complete-account", "tell all that is required of a seller"),
        ("restrict-account", "require more of a seller, until which nothing is paid"),
    ):
        act = acts.add_parser(name, help=what)
        act.add_argument("account", metavar="ACCOUNT", help="the seller's account")
    confirm = acts.add_parser("confirm-card", help="send a test card in the setup of a card")
    confirm.add_argument("setup", metavar="SETUP", help="the provider's id of the setup")
    confirm.add_argument("token", metavar="TOKEN", help="such as pm_card_visa")
    authenticate = acts.add_parser("authenticate-card", help="authenticate in the setup of a card")
    authenticate.add_argument("setup", metavar="SETUP", help="the provider's id of the setup")
    authenticate.add_argument("--fails", action="store_true", help="the authentication fails")
    for name, what in (
        ("withdraw", "send money to the exchange's own bank"),
        ("top-up", "add money from the exchange's own bank"),
        ("take-fee", "take a fee for no single charge"),
    ):
        acts.add_parser(name, help=what).add_argument(
            "amount", metavar="AMOUNT", help="such as 30.00"
        )
    returned = acts.add_parser("return-withdrawal", help="let the bank return a withdrawal")
    returned.add_argument("withdrawal", metavar="WITHDRAWAL", help="the provider's id of it")
    buyer = acts.add_parser("authenticate", help="let the buyer confirm a payment, or fail to")
    buyer.add_argument("charge", metavar="ORDER|CHARGE", help="the order, or the charge's id")
    buyer.add_argument("outcome", choices=("passes", "fails"))
    for name, what in (("dispute", "dispute a charge"), ("inquire", "ask about a charge")):
        act = acts.add_parser(name, help=f"let the buyer's bank {what}")
        act.add_argument("charge", metavar="CHARGE", help="the provider's id of the charge")
        act.add_argument("amount", metavar="AMOUNT", help="such as 30.00")
    decided = acts.add_parser("decide-dispute", help="let the bank decide a dispute")
    decided.add_argument("dispute", metavar="DISPUTE", help="the provider's id of the dispute")
    decided.add_argument("outcome", choices=["won", "lost"], help="for the exchange")
    parser.set_defaults(run=provider)


async def provider(options: argparse.Namespace) -> int:
    """Carry out the action and print the provider's id of it."""
    async with opened_application(options) as application:
        print(await _act(application, options))
    return 0


async def _act(application: Application, options: argparse.Namespace) -> str:
    # Imported here, so that `solebook --help` is fast and works without these packages.
    from ...composition.card_pages import CardPages
    from ...composition.provider_pages import ProviderPages

    cards = CardPages(application)
    pages = ProviderPages(application)
    text = getattr(options, "amount", None)
    amount = an_amount(text, application.rules.money) if text is not None else 0
    try:
        match options.act:
            case "dispute":
                return f"{await pages.dispute(options.charge, amount)} was opened"
            case "inquire":
                return f"{await pages.inquire(options.charge, amount)} was opened"
            case "decide-dispute":
                won = options.outcome == "won"
                name = await pages.decide_dispute(options.dispute, won=won)
                return f"{name} is {options.outcome}"
            case "refund":
                return f"{await pages.refund(options.charge, amount)} was refunded"
            case "fail-refund":
                return f"{await pages.fail_refund(options.refund)} has failed"
            case "charge":
                return f"{await pages.charge(options.order, amount)} was charged"
            case "pay-out":
                return f"{await pages.pay_out(options.order, amount)} was paid"
            case "complete-account":
                return f"{await pages.complete_account(options.account)} was completed"
            case "restrict-account":
                return f"{await pages.restrict_account(options.account)} was restricted"
            case "confirm-card":
                return _told(await cards.confirm(options.setup, options.token))
            case "authenticate-card":
                passes = not options.fails
                return _told(await cards.authenticate(options.setup, passes=passes))
            case "withdraw":
                return f"{await pages.withdraw(amount)} was withdrawn"
            case "return-withdrawal":
                return f"{await pages.return_withdrawal(options.withdrawal)} was returned"
            case "top-up":
                return f"{await pages.top_up(amount)} was added"
            case "take-fee":
                return f"{await pages.take_fee(amount)} was taken"
            case "authenticate":
                passes = options.outcome == "passes"
                charge = await pages.authenticate(options.charge, passes=passes)
                return f"{charge} was {'authenticated' if passes else 'declined'}"
            case _:
                return f"{await pages.return_payout(options.payout, amount or None)} was returned"
    except AssertionError as error:
        raise ValueError(str(error)) from error


def _told(setup: CardSetup) -> str:
    """Return what became of the setup of a card."""
    why = "" if setup.reason is None else f": {setup.reason}"
    return f"{setup.id} is {setup.state.replace('_', ' ')}{why}"
