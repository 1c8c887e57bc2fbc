"""The contract of the dispute desk."""

from datetime import timedelta

import pytest

from solebook.ports.language.disputes import DisputeStatus, Evidence, ReportedDispute
from solebook.ports.language.errors import DisputeNotOpen, RefundDeclined
from solebook.ports.language.movements import MovementKind

from .desk_rig import DeskRig

EVIDENCE = Evidence(
    product_description="Nike Dunk Low, size 9",
    customer_name="Test Buyer",
    customer_email="buyer@example.com",
    shipping_address="1 Main Street, Portland OR 97201, US",
    shipping_carrier="UPS",
    shipping_tracking_number="1Z999",
    shipping_date="2026-03-04",
    service_date="2026-03-06",
    text="The pair passed.",
)


async def found(rig: DeskRig, name: str) -> ReportedDispute:
    report = await rig.desk.find(name)
    assert report is not None, name
    return report


async def opened(rig: DeskRig, amount: int = 21_400) -> str:
    return await rig.disputed(await rig.money.charged(21_400), amount)


async def test_a_dispute_takes_the_money_back_until_it_is_decided(rig: DeskRig) -> None:
    order_id = rig.money.order_id()
    charge_id = await rig.money.charged(21_400, order_id)
    name = await rig.disputed(charge_id, 5_000)

    report = await found(rig, name)

    assert (report.name, report.charge_id, report.order_id) == (name, charge_id, order_id)
    assert (report.amount, report.reason) == (5_000, "fraudulent")
    assert report.status is DisputeStatus.NEEDS_RESPONSE
    assert (report.withdrawn, report.reinstated, report.fee) == (5_000, 0, rig.fee())
    assert report.evidence_due_by == report.opened_at + timedelta(days=7)
    assert await rig.money.held() == 16_400


async def test_an_unknown_dispute_is_not_found(rig: DeskRig) -> None:
    assert await rig.desk.find("du_unknown") is None


async def test_the_money_of_a_dispute_that_is_won_comes_back(rig: DeskRig) -> None:
    name = await opened(rig)

    await rig.decide(name, won=True)

    report = await found(rig, name)
    assert report.status is DisputeStatus.WON
    assert (report.withdrawn, report.reinstated) == (21_400, 21_400)
    assert await rig.money.held() == 21_400


async def test_the_money_of_a_dispute_that_is_lost_is_gone(rig: DeskRig) -> None:
    name = await opened(rig)

    await rig.decide(name, won=False)

    report = await found(rig, name)
    assert report.status is DisputeStatus.LOST
    assert (report.withdrawn, report.reinstated) == (21_400, 0)
    assert await rig.money.held() == 0


async def test_evidence_is_submitted_once(rig: DeskRig) -> None:
    name = await opened(rig)

    reports = [await rig.desk.submit(name, EVIDENCE) for _ in range(3)]

    assert {report.status for report in reports} == {DisputeStatus.UNDER_REVIEW}
    assert await found(rig, name) == reports[-1]
    await rig.decide(name, won=True)
    assert (await rig.desk.submit(name, EVIDENCE)).status is DisputeStatus.WON


async def test_a_dispute_that_is_over_takes_no_evidence(rig: DeskRig) -> None:
    name = await opened(rig)
    await rig.decide(name, won=False)

    with pytest.raises(DisputeNotOpen):
        await rig.desk.submit(name, EVIDENCE)


async def test_a_dispute_that_is_given_up_is_lost(rig: DeskRig) -> None:
    name = await opened(rig)

    reports = [await rig.desk.accept(name) for _ in range(3)]

    assert {report.status for report in reports} == {DisputeStatus.LOST}
    assert await rig.money.held() == 0


async def test_a_dispute_is_not_given_up_while_the_bank_has_the_evidence(rig: DeskRig) -> None:
    name = await opened(rig)
    await rig.desk.submit(name, EVIDENCE)

    with pytest.raises(DisputeNotOpen):
        await rig.desk.accept(name)


async def test_disputed_money_is_not_refunded(rig: DeskRig) -> None:
    charge_id = await rig.money.charged(21_400)
    name = await rig.disputed(charge_id, 21_400)

    with pytest.raises(RefundDeclined) as declined:
        await rig.money.provider.refund(key=rig.money.key(), charge_id=charge_id, amount=100)
    assert declined.value.reason == "charge_disputed"

    await rig.decide(name, won=True)
    await rig.money.provider.refund(key=rig.money.key(), charge_id=charge_id, amount=100)


async def test_disputes_are_listed_newest_first_in_pages(rig: DeskRig) -> None:
    names = [await opened(rig) for _ in range(5)]
    await rig.decide(names[0], won=False)

    first = await rig.desk.page("", 2)
    second = await rig.desk.page(first[-1].name, 2)
    third = await rig.desk.page(second[-1].name, 2)

    listed = [*first, *second, *third]
    assert [report.name for report in listed] == names[::-1]
    assert listed[-1].status is DisputeStatus.LOST
    assert listed[0] == await found(rig, names[-1])
    assert await rig.desk.page(third[-1].name, 2) == []


async def test_disputes_are_movements_of_their_order(rig: DeskRig) -> None:
    order_id = rig.money.order_id()
    charge_id = await rig.money.charged(21_400, order_id)
    name = await rig.disputed(charge_id, 5_000)
    await rig.desk.submit(name, EVIDENCE)
    await rig.decide(name, won=True)

    for movements in (
        await rig.money.provider.movements("", 100),
        await rig.money.provider.movements_of([order_id]),
    ):
        assert [
            (each.kind, each.name, each.amount, each.order_id, each.charge_id)
            for each in movements[1:]
        ] == [
            (MovementKind.DISPUTE, name, 5_000, order_id, charge_id),
            (MovementKind.DISPUTE_REVERSAL, name, 5_000, order_id, charge_id),
        ]
        assert {each.account for each in movements} == {charge_id}
