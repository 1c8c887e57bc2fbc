"""The health of a process: what answers, what does not, and what hangs."""

import asyncio

from solebook.core.operations.view_health import InTrouble, ViewHealth
from solebook.ports.language.errors import QueueFull, Unavailable


async def answers() -> str:
    return "owner"


async def refuses() -> str:
    raise Unavailable(what="the database", retry_after=2.5)


async def hangs() -> str:
    try:
        await asyncio.get_running_loop().create_future()
    finally:
        await asyncio.get_running_loop().create_future()  # its cancellation hangs, too
    return "never"


async def is_defective() -> str:
    raise ZeroDivisionError


async def test_each_dependency_has_its_state() -> None:
    found = await ViewHealth({"lease": answers, "store": refuses, "bus": is_defective})()
    assert {name: one.state for name, one in found.items()} == {
        "lease": "owner",
        "store": "does not answer",
        "bus": "does not answer",
    }
    assert found["lease"].refusal is None
    refusal = found["store"].refusal
    assert refusal is not None
    assert (refusal.what, refusal.retry_after) == ("the database", 2.5)


async def test_a_dependency_that_hangs_does_not_hang_the_answer() -> None:
    found = await ViewHealth({"store": hangs, "lease": answers}, patience=0.01)()
    assert found["store"].state == "does not answer in time"
    assert found["store"].refusal is not None
    assert found["lease"].refusal is None


async def test_what_a_process_can_do_without_is_not_used_while_it_does_not_answer() -> None:
    optional = {"replica": refuses, "mute": hangs, "other": answers}
    found = await ViewHealth({"store": answers}, patience=0.01, optional=optional)()
    assert {name: one.state for name, one in found.items()} == {
        "store": "owner",
        "replica": "is not used",
        "mute": "is not used",
        "other": "owner",
    }
    assert {name for name, one in found.items() if one.is_optional} == optional.keys()
    assert {name for name, one in found.items() if one.refusal is not None} == {"replica", "mute"}


async def test_what_works_but_is_in_trouble_says_what_is_wrong() -> None:
    async def jumped() -> str:
        raise InTrouble("the system's time jumped")

    found = await ViewHealth({}, optional={"clock": jumped})()
    assert found["clock"].state == "the system's time jumped"
    assert found["clock"].refusal is not None


async def test_any_other_refusal_is_told_as_it_is() -> None:
    async def full() -> str:
        raise QueueFull(what="the queue", retry_after=1.0)

    found = await ViewHealth({"store": full})()
    assert found["store"].refusal is not None


async def test_a_process_that_depends_on_nothing_has_nothing_to_tell() -> None:
    assert await ViewHealth({})() == {}
