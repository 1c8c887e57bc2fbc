"""`solebook provider` moves money unasked, and the exchange books it."""

from pathlib import Path
from uuid import UUID

import pytest

from solebook.adapters.embedded import tokens
from solebook.adapters.embedded.dashboard import Dashboard
from solebook.adapters.embedded.payment_provider import EmbeddedPaymentProvider
from solebook.composition.application import Application
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.ids import OrderId
from solebook.ports.language.users import Actor

from .conftest import Run
from .exchanges import within
from .test_main import one_line


def settle(folder: Path) -> None:
    """Let the exchange process the reports of the provider."""

    async def work(app: Application) -> None:
        await Workers(app).relay.drain()

    within(folder, work)


def test_unasked_money_is_booked_by_the_exchange(folder: Path, run: Run) -> None:
    charged = run("provider", "charge", "50")
    assert (charged.code, charged.err) == (0, "")
    name = charged.out.split()[0]
    settle(folder)
    solvency = run("admin", "solvency")
    assert "suspense               50.00" in solvency.out
    assert solvency.out.endswith("balanced exactly\n")

    assert run("provider", "refund", name, "10.00").out.endswith(" was refunded\n")
    settle(folder)
    assert run("admin", "suspense").out == f"{name}  40.00\n1 in suspense\n"
    kept = run("admin", "write-off-suspense", name, "--reason", "nobody asks for it")
    assert (kept.code, kept.out) == (
        0,
        "the exchange keeps 40.00; the alarm that names it stays open until `resolve-alarm`\n",
    )
    assert run("admin", "suspense").out == "nothing in suspense\n"
    assert run("admin", "solvency").code == 0


def test_a_payout_is_returned(folder: Path, run: Run) -> None:
    name = run("provider", "pay-out", "7").out.split()[0]
    assert run("provider", "return-payout", name).out == f"{name} was returned\n"
    settle(folder)
    solvency = run("admin", "solvency")
    assert "suspense                0.00" in solvency.out
    assert solvency.code == 0
    lost = run("admin", "write-off-suspense", name, "--reason", "it came back")
    assert lost.code == 1


def test_what_is_between_the_exchange_and_the_provider_is_booked(folder: Path, run: Run) -> None:
    assert run("provider", "top-up", "100").out.endswith(" was added\n")
    first, second = (run("provider", "withdraw", amount).out.split()[0] for amount in ("30", "7"))
    assert run("provider", "return-withdrawal", second).out == f"{second} was returned\n"
    assert run("provider", "take-fee", "2.50").out.endswith(" was taken\n")
    assert first != second

    solvency = run("admin", "solvency")

    assert solvency.out == (
        "provider_fees            -2.50\n"
        "top_ups                 100.00\n"
        "withdrawals             -30.00\n"
        "world                   -67.50\n"
        "held                     67.50\n"
        "provider                 67.50\n"
        "balanced exactly\n"
    )
    assert solvency.code == 0


def test_a_report_that_did_not_come_is_named_and_applied(folder: Path, run: Run) -> None:
    async def work(app: Application) -> None:
        provider = app.adapters.payment_provider
        assert isinstance(provider, EmbeddedPaymentProvider)
        await Dashboard(provider.journal).charge(None, 5_000)

    within(folder, work)
    told = run("admin", "solvency")
    assert told.code == 1
    assert told.out.startswith("under way: name ch_")
    assert "the provider charged 50.00" in told.out
    settle(folder)
    assert run("admin", "solvency").code == 0


def test_a_payout_is_returned_in_parts(folder: Path, run: Run) -> None:
    name = run("provider", "pay-out", "7").out.split()[0]
    for amount, left in (("2.50", "-4.50"), ("4.50", " 0.00")):
        assert run("provider", "return-payout", name, amount).out == f"{name} was returned\n"
        settle(folder)
        solvency = run("admin", "solvency")
        assert f"suspense               {left}" in solvency.out
        assert solvency.code == 0
    assert "was returned already" in one_line(run("provider", "return-payout", name, "0.01").err)


@pytest.mark.usefixtures("folder")
def test_an_account_is_restricted_and_completed(run: Run) -> None:
    for act, done in (("restrict-account", "restricted"), ("complete-account", "completed")):
        assert run("provider", act, "acct_seller").out == f"acct_seller was {done}\n"
    unknown = run("provider", "complete-account", "seller")
    assert (unknown.code, "has no account seller" in unknown.err) == (1, True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("return-withdrawal", "wd_unknown"),
        ("refund", "ch_unknown", "100"),
        ("return-payout", "po_unknown"),
    ],
)
def test_an_unknown_charge_or_payout_is_a_one_line_error(
    folder: Path, run: Run, arguments: tuple[str, ...]
) -> None:
    assert "the provider made no" in one_line(run("provider", *arguments).err)


def test_a_charge_that_waits_for_nobody_is_a_one_line_error(folder: Path, run: Run) -> None:
    charge = run("provider", "charge", "7").out.split()[0]
    refused = run("provider", "authenticate", charge, "passes")
    assert one_line(refused.err) == f"solebook: no charge {charge} waits for its buyer"


def test_a_buyer_is_authenticated_by_hand(folder: Path, run: Run) -> None:
    order_id = OrderId(UUID(int=7))

    async def charge(app: Application) -> str:
        needed = await app.adapters.payment_provider.charge(
            key="key",
            order_id=order_id,
            payment_method=tokens.CARD_THAT_NEEDS_THE_BUYER,
            amount=20_000,
        )
        return needed.id

    charge_id = within(folder, charge)
    done = run("provider", "authenticate", str(order_id), "passes")
    assert (done.out, done.err) == (f"{charge_id} was authenticated\n", "")
    again = run("provider", "authenticate", charge_id, "fails")
    assert "waits for its buyer" in one_line(again.err)


def test_money_that_is_not_there_to_move_is_refused_in_words(folder: Path, run: Run) -> None:
    charge = run("provider", "charge", "7").out.split()[0]
    payout = run("provider", "pay-out", "7").out.split()[0]
    run("provider", "return-payout", payout)
    assert one_line(run("provider", "return-payout", payout).err) == (
        f"solebook: the payout {payout} was returned already"
    )
    refund = ("provider", "refund", charge)
    assert one_line(run(*refund, "7.01").err).endswith("was declined: amount_too_large")
    run(*refund, "7")
    assert one_line(run(*refund, "1").err).endswith("was declined: charge_already_refunded")


@pytest.mark.parametrize("amount", ["0", "1.005", "1e3", "much"])
def test_an_amount_must_be_in_dollars_and_above_zero(folder: Path, run: Run, amount: str) -> None:
    refused = run("provider", "charge", amount)
    assert refused.code == 1
    assert one_line(refused.err).startswith(f"solebook: {amount!r} is not an amount in USD")


def test_an_order_without_a_shortfall_is_a_one_line_error(folder: Path, run: Run) -> None:
    nothing = "00000000-0000-0000-0000-000000000000"
    done = run("admin", "bear-shortfall", nothing, "exchange", "--reason", "a mistake")
    assert done.code == 1


def test_a_card_is_set_up_as_in_a_browser(folder: Path, run: Run) -> None:
    begun: list[tuple[Actor, str]] = []

    async def begin(app: Application) -> None:
        user = await app.users.register_user(
            email="buyer@example.com",
            password="correct horse",
            first_name="Test",
            last_name="Buyer",
        )
        actor = Actor(user.id, user.roles)
        begun.append((actor, (await app.users.begin_card_setup(actor)).id))

    async def look(app: Application) -> None:
        await Workers(app).settle()
        [method] = (await app.users.list_payment_methods(begun[0][0])).methods
        assert method.details is not None
        assert method.details.brand == "visa"

    within(folder, begin)
    setup = begun[0][1]
    declined = run("provider", "confirm-card", setup, "pm_card_declined_at_setup")
    assert declined.out == f"{setup} is failed: card_declined\n"
    waits = run("provider", "confirm-card", setup, "pm_card_authentication_at_setup")
    assert waits.out == f"{setup} is needs action\n"
    failed = run("provider", "authenticate-card", setup, "--fails")
    assert failed.out == f"{setup} is failed: authentication_failed\n"
    assert run("provider", "confirm-card", setup, "pm_card_visa").out == f"{setup} is succeeded\n"
    within(folder, look)

    over = run("provider", "confirm-card", setup, "pm_card_visa")
    assert (over.code, over.out) == (1, "")
    assert "has a card already" in one_line(over.err)
    unknown = run("provider", "confirm-card", "seti_unknown", "pm_card_visa")
    assert (unknown.code, unknown.out) == (1, "")
