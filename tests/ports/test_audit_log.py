"""Contract of AuditLog."""

from uuid import UUID

import pytest

from solebook.adapters.memory.virtual_clock import VirtualClock
from solebook.composition.adapters import Store
from solebook.ports.language.audit import (
    Act,
    AuditAction,
    AuditEntry,
    Target,
    TargetKind,
    parse_reason,
)
from solebook.ports.language.errors import InvalidText
from solebook.ports.language.ids import AuditEntryId, UserId
from solebook.ports.language.paging import Page, PageRequest

from .pages import all_pages
from .records import Records


async def add(store: Store, *acts: Act) -> list[AuditEntry]:
    async with store.transaction():
        return [await store.audit_log.add(act) for act in acts]


async def entries(
    store: Store, *, actor_id: UserId | None = None, target_id: UUID | None = None
) -> list[AuditEntry]:
    async def read(request: PageRequest) -> Page[AuditEntry]:
        return await store.audit_log.page(request, actor_id=actor_id, target_id=target_id)

    return await all_pages(read)


async def test_an_entry_is_stamped_and_found_whole(
    store: Store, records: Records, clock: VirtualClock
) -> None:
    facts = {"after": ("admin", "buyer"), "amount": 2_000, "suspended": True, "size": None}
    full = records.act(facts=facts)
    bare = Act(
        actor_id=records.user_id(),
        action=AuditAction.RULES_APPLIED,
        target=Target(TargetKind.MARKET),
        reason=None,
    )
    for entry, act in zip(await add(store, full, bare), (full, bare), strict=True):
        assert (entry.at, entry.act) == (clock.now(), act)
        assert await store.audit_log.find(entry.id) == entry
    assert await store.audit_log.find(AuditEntryId(records.order_id())) is None


async def test_entries_are_paged_newest_first_by_actor_and_by_target(
    store: Store, records: Records
) -> None:
    actor, target = records.user_id(), Target.order(records.order_id())
    every = await add(
        store,
        records.act(actor_id=actor),
        records.act(actor_id=actor, target=target),
        records.act(target=target),
        records.act(),
        records.act(actor_id=actor, target=target),
    )
    assert await entries(store) == every[::-1]
    assert await entries(store, actor_id=actor) == [every[4], every[1], every[0]]
    assert await entries(store, target_id=target.id) == [every[4], every[2], every[1]]
    assert await entries(store, actor_id=actor, target_id=target.id) == [every[4], every[1]]
    assert await entries(store, actor_id=records.user_id()) == []


async def test_entry_has_one_outcome_although_it_is_added_twice(
    store: Store, records: Records
) -> None:
    [asked, other] = await add(store, records.act(), records.act())
    assert await store.audit_log.outcome_of(asked.id) is None
    [done] = await add(store, records.act(action=AuditAction.CARRIED_OUT, about=asked.id))
    [again] = await add(store, records.act(action=AuditAction.NOT_CARRIED_OUT, about=asked.id))
    assert again == done
    assert await store.audit_log.outcome_of(asked.id) == done
    assert await store.audit_log.outcome_of(other.id) is None
    assert await entries(store) == [done, other, asked]


async def test_an_outcome_of_nothing_is_a_programming_error(store: Store, records: Records) -> None:
    with pytest.raises(AssertionError):
        await add(store, records.act(about=AuditEntryId(records.order_id())))


async def test_entry_is_rolled_back_with_its_transaction(store: Store, records: Records) -> None:
    async def act_and_fail() -> None:
        async with store.transaction():
            await store.audit_log.add(records.act())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_and_fail()
    assert await entries(store) == []


@pytest.mark.parametrize("reason", ["", "  ", "x" * 501, "two\nlines", "a bell \a"])
def test_a_reason_is_one_line_of_bounded_length(reason: str) -> None:
    with pytest.raises(InvalidText, match="reason"):
        parse_reason(reason)


def test_a_reason_may_be_as_long_as_the_limit() -> None:
    assert parse_reason(f" {'x' * 500} ") == "x" * 500
