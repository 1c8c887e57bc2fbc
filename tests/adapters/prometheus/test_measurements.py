"""What a process tells Prometheus."""

from datetime import UTC, datetime, timedelta

from solebook.adapters.prometheus.measurements import PrometheusMeasurements
from solebook.ports.language.alarms import AlarmKind
from solebook.ports.language.messages import Queue
from solebook.ports.language.waiting_work import QueueLength, WaitingInStore

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def line(measurements: PrometheusMeasurements, series: str) -> float:
    """Return the value of a series."""
    lines = measurements.expose().decode().splitlines()
    [found] = [line for line in lines if line.startswith(f"{series} ")]
    return float(found.rpartition(" ")[2])


def test_what_was_counted_is_exposed() -> None:
    measurements = PrometheusMeasurements()
    for seconds in (0.3, 0.7):
        measurements.request("POST", "/v1/bids", 201, seconds)
    measurements.batch(bids=2, asks=1, matches=1, quotes=4, seconds=0.002)
    measurements.confirmed(3.0)
    bids = 'method="POST",route="/v1/bids"'
    assert line(measurements, f'solebook_requests_total{{{bids},status="201"}}') == 2
    within = f'solebook_request_duration_seconds_bucket{{le="0.5",{bids}}}'
    assert line(measurements, within) == 1
    assert [line(measurements, f"{name}_total") for name in ("bids", "asks", "matches")] == [
        2,
        1,
        1,
    ]
    assert line(measurements, 'order_processing_duration_bucket{le="2.5"}') == 0
    assert line(measurements, 'order_processing_duration_bucket{le="5.0"}') == 1


def test_a_loop_that_ended_still_has_its_failures() -> None:
    measurements = PrometheusMeasurements()
    measurements.loop_began("relay", "relay")
    measurements.loop_failed("relay", "relay")
    measurements.loop_ended("relay", "relay")
    assert line(measurements, 'solebook_loops{loop="relay",role="relay"}') == 0
    assert line(measurements, 'solebook_loop_failures_total{loop="relay",role="relay"}') == 1


def test_ages_are_by_the_clock_of_the_exchange_and_never_negative() -> None:
    measurements = PrometheusMeasurements()
    queues = dict.fromkeys(Queue, QueueLength(0, None))
    waiting = WaitingInStore(
        unsent=3,
        oldest_unsent=NOW - MINUTE,
        queues={**queues, Queue.MAILS: QueueLength(1, NOW + MINUTE)},
        dead_letters=1,
        oldest_unpaid=None,
        oldest_uncharged=NOW,
        oldest_deadline=NOW + MINUTE,
        alarms={AlarmKind.RECONCILIATION: 2},
    )
    measurements.waiting(waiting, now=NOW, real_now=NOW + MINUTE)
    assert line(measurements, "solebook_outbox_oldest_seconds") == 60
    assert line(measurements, 'solebook_queue_messages{queue="mails"}') == 1
    assert line(measurements, 'solebook_queue_oldest_seconds{queue="mails"}') == 0
    assert line(measurements, "solebook_oldest_deadline_seconds") == 0
    assert line(measurements, 'solebook_open_alarms{kind="reconciliation"}') == 2
    assert line(measurements, 'solebook_open_alarms{kind="refund_overdue"}') == 0
    read_at = line(measurements, "solebook_store_read_timestamp_seconds")
    assert read_at == (NOW + MINUTE).timestamp()
