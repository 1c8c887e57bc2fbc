"""Downloaded balance reports are read row by row, and compared with the ledger."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from solebook.adapters.stripe.balance_report import read_report
from solebook.composition.application import Application
from solebook.composition.balance_reports import reconcile_report_of
from solebook.composition.build import build_application
from solebook.composition.embedded import embedded_adapters
from solebook.composition.memory_store import build_memory_store
from solebook.entrypoints.worker.workers import Workers
from solebook.ports.language.currencies import DOLLAR, Currency
from solebook.ports.language.reconciliation import Discrepancy, ReportRefused, ReportSummary

from ...ports.payment_provider.stripe_rig import StripeRig
from .balance_reports import rows_of, text_of

ROW = {
    "balance_transaction_id": "txn_1",
    "created_utc": "2026-03-01 10:20:30",
    "currency": "usd",
    "gross": "214.00",
    "fee": "6.51",
    "net": "207.49",
    "reporting_category": "charge",
}


@pytest.fixture
async def app(rig: StripeRig) -> Application:
    """An application that has read what the double has moved: one thing of each kind."""
    order_id = rig.order_id()
    charge_id = await rig.charged(21_400, order_id)
    await rig.act("/v1/refunds", payment_intent=charge_id, amount="500")
    await rig.withdraw(5_000)
    await rig.take_fee(25)
    await rig.top_up(700)
    store = build_memory_store(clock=rig.clock, ids=rig.ids)
    adapters = replace(
        embedded_adapters(store, clock=rig.clock, ids=rig.ids), payment_provider=rig.provider
    )
    application = build_application(adapters)
    for _ in range(2):  # what nobody has reported is applied, and then it agrees
        async for _ in application.payments.reconcile():
            pass
        await Workers(application).settle()
    return application


async def compared(app: Application, text: str) -> tuple[list[str], ReportSummary]:
    told = [each async for each in reconcile_report_of(app)(read_report(text.splitlines(), DOLLAR))]
    summary = told[-1]
    assert isinstance(summary, ReportSummary)
    return [str(each) for each in told if isinstance(each, Discrepancy)], summary


# ---- against the ledger --------------------------------------------------------------------------


async def test_a_report_of_all_that_was_moved_agrees(rig: StripeRig, app: Application) -> None:
    rows = rows_of(rig.double)
    for order in (rows, rows[::-1]):
        differing, summary = await compared(app, text_of(order))
        assert differing == []
        assert (summary.rows, summary.gross, summary.fees) == (5, 16_575, 651)


async def test_a_changed_row_is_named_with_both_amounts(rig: StripeRig, app: Application) -> None:
    charge, *rest = rows_of(rig.double)
    changed = charge | {"gross": "215.00", "net": "208.49"}
    [found], _ = await compared(app, text_of([changed, *rest]))
    assert charge["balance_transaction_id"] in found
    assert "a charge of 215.00 with a fee of 6.51 in line 2" in found
    assert "has read a charge of 214.00 with a fee of 6.51" in found


async def test_a_row_that_the_exchange_does_not_know_is_named(
    rig: StripeRig, app: Application
) -> None:
    strange = ROW | {"balance_transaction_id": "txn_strange"}
    [found], _ = await compared(app, text_of([*rows_of(rig.double), strange]))
    assert found == (
        "movement txn_strange: the report has a charge of 214.00 with a fee of 6.51 in line 7, and "
        "the exchange has not read it"
    )


async def test_a_row_that_is_missing_is_named_unless_it_is_outside_of_the_report(
    rig: StripeRig, app: Application
) -> None:
    rows = rows_of(rig.double)
    [found], _ = await compared(app, text_of([*rows[:2], *rows[3:]]))
    assert f"movement {rows[2]['balance_transaction_id']}" in found
    assert "has read a withdrawal of 50.00, and the report does not have it" in found
    assert (await compared(app, text_of(rows[1:4])))[0] == []
    with pytest.raises(ReportRefused, match="nothing to compare"):
        await compared(app, text_of([]))


async def test_what_the_ledger_has_otherwise_is_named_once(
    rig: StripeRig, app: Application
) -> None:
    store = app.adapters.store
    [charge, *_] = await rig.provider.movements("", 1)
    transfer = await store.ledger.find(f"charge:{charge.name}")
    assert transfer is not None
    async with store.transaction():
        await store.ledger.post(replace(transfer, id=f"charge:{charge.name}:twice"))
    [found], _ = await compared(app, text_of(rows_of(rig.double)))
    assert found == (
        f"order {charge.order_id}: the provider charged 214.00 ({charge.name}), and the ledger "
        "has 428.00"
    )


# ---- files that cannot be used -------------------------------------------------------------------


def read(rows: list[Mapping[str, str]], currency: Currency = DOLLAR) -> int:
    return len(list(read_report(text_of(rows, ROW).splitlines(), currency)))


@pytest.mark.parametrize("missing", list(ROW))
def test_a_missing_column_is_named(missing: str) -> None:
    columns = [name for name in ROW if name != missing]
    lines = text_of([ROW], columns).splitlines()
    named = "created_utc" if missing == "created_utc" else missing
    with pytest.raises(ReportRefused, match=f"has no column {named}"):
        list(read_report(lines, DOLLAR))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"gross": "a lot"}, "line 3 of the report has 'a lot' as gross"),
        ({"gross": "NaN"}, "line 3 of the report has 'NaN' as gross"),
        ({"fee": "6.505"}, "line 3 of the report has '6.505' as fee"),
        ({"net": "214.00"}, "line 3 of the report has a net of 214.00"),
        ({"currency": "eur"}, "line 3 of the report is in EUR, not in USD"),
        ({"currency": ""}, "line 3 of the report is in no currency"),
        ({"gross": "1e999999"}, "line 3 of the report has '1e999999' as gross"),
        ({"gross": "1e5000"}, "line 3 of the report has '1e5000' as gross"),
        ({"created_utc": "yesterday"}, "line 3 of the report has 'yesterday' as its time"),
        ({"created_utc": "0001-01-01T00:00+05:00"}, "line 3 of the report has '0001-01-01T00"),
        ({"balance_transaction_id": ""}, "line 3 of the report has no id"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_by_its_line(wrong: dict[str, str], why: str) -> None:
    with pytest.raises(ReportRefused) as refused:
        read([ROW, {**ROW, "balance_transaction_id": "txn_2", **wrong}])
    assert why in str(refused.value)


def test_a_row_with_other_columns_than_the_header_is_named() -> None:
    lines = [*text_of([ROW], ROW).splitlines(), "txn_2,only"]
    with pytest.raises(ReportRefused, match="line 3 of the report has 2 values"):
        list(read_report(lines, DOLLAR))


def test_a_quote_that_does_not_end_is_named() -> None:
    lines = [*text_of([ROW], ROW).splitlines(), '"txn_2,only']
    with pytest.raises(ReportRefused, match="line 3 of the report is not CSV"):
        list(read_report(lines, DOLLAR))


async def test_an_id_that_is_there_twice_is_refused(app: Application) -> None:
    with pytest.raises(ReportRefused, match="line 3 of the report has txn_1 again"):
        await compared(app, text_of([ROW, ROW]))


def test_amounts_are_in_units_of_the_currency() -> None:
    yen = ROW | {"currency": "jpy", "gross": "1,214", "fee": "14", "net": "1200"}
    [row] = read_report(text_of([yen], ROW).splitlines(), Currency.of("JPY"))
    assert (row.amount, row.fee) == (1_214, 14)


def test_the_export_of_all_transactions_is_read_by_its_own_columns() -> None:
    lines = [
        "id,Type,Source,Amount,Fee,Net,Currency,Created (UTC)",
        "txn_1,payment_refund,re_1,-5.00,0.00,-5.00,usd,2026-03-01 10:20",
        "",
        'txn_2,payout_cancel,po_1,"1,005.00",0.00,1005.00,usd,2026-03-02 10:20',
    ]
    rows = list(read_report(lines, DOLLAR))
    assert [(row.line, row.kind, row.amount) for row in rows] == [
        (2, "refund", 500),
        (4, "withdrawal_failure", 100_500),
    ]
