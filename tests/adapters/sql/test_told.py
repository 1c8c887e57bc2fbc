"""Statements are spans of recorded traces, by what they read and write, and are counted."""

import pytest

from solebook.adapters.sql.engine.database import SqlDatabase
from solebook.composition.adapters import Store
from solebook.ports.language.errors import NotFound
from solebook.ports.language.traces import Trace, within
from solebook.ports.language.tracing import recording

from ...entrypoints.http.whole_trade import Recorder, names_of
from ...ports.records import Records

HERE = Trace("1" * 32, "2" * 16, is_sampled=True)


async def add_and_read(store: Store, records: Records) -> None:
    user = records.user()
    async with store.transaction():
        await store.users.add(user)
    assert await store.users.get(user.id) == user


async def test_a_span_tells_the_tables_and_no_value(store: Store, records: Records) -> None:
    recorder = Recorder()
    with recording(recorder.tracer), within(HERE):
        await add_and_read(store, records)
        with pytest.raises(NotFound):
            await store.users.get(records.user_id())
    names = names_of(recorder.spans)
    assert any(name.startswith("store write") and "users" in name for name in names), names
    assert any(name.startswith("store read") and "users" in name for name in names), names
    assert not any(span.attributes for span in recorder.spans)
    assert all("example.com" not in span.to_json() for span in recorder.spans)


async def test_what_is_not_recorded_is_counted_alone(
    database: SqlDatabase, store: Store, records: Records
) -> None:
    recorder = Recorder(sample=0.0)
    with recording(recorder.tracer), within(Trace("1" * 32, "2" * 16)):
        await add_and_read(store, records)
    assert recorder.spans == []
    assert database._calls.answered >= 2
    assert sum(database._calls.by_time) == database._calls.answered
