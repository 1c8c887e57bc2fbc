"""Places in traces."""

import pytest

from solebook.ports.language.traces import Trace, current_trace, current_user, within, work_for

TEXT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_traceparent_is_read_and_written() -> None:
    trace = Trace.parsed(TEXT)
    assert trace == Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", is_sampled=True)
    assert trace.traceparent == TEXT
    assert Trace.parsed(TEXT[:-2] + "02") == Trace(trace.trace_id, trace.span_id)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        TEXT + "\n",
        TEXT.upper(),
        TEXT.replace("00-", "ff-", 1),
        f"00-{'0' * 32}-b7ad6b7169203331-01",
        f"00-0af7651916cd43dd8448eb211c80319c-{'0' * 16}-01",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert Trace.parsed(text) is None


def test_a_block_has_its_own_trace_and_user() -> None:
    outer, inner = Trace("1" * 32, "1" * 16), Trace("2" * 32, "2" * 16)
    with within(outer):
        work_for("somebody")
        with within(inner):
            assert (current_trace(), current_user()) == (inner, "")
            work_for("somebody else")
        assert (current_trace(), current_user()) == (outer, "somebody")
    assert (current_trace(), current_user()) == (None, "")
