"""What Z2 measures of itself."""

import re
from uuid import uuid4

import pytest
from prometheus_client.parser import text_string_to_metric_families

from application.models.stream import Usage
from application.ports import Conflict
from infrastructure import metrics
from infrastructure.event_store import PostgresEventStore
from infrastructure.metrics import Readings
from tests.support.writer import EVENT, write

UNITS = ("_seconds", "_events", "_position", "_total", "_subscribers", "_jobs", "_messages")
LABELS = {"method", "route", "status", "provider", "outcome", "kind", "projection", "transport"}


def samples(readings: Readings | None = None) -> dict[tuple[str, ...], float]:
    """Every sample by its name and the values of its labels, in the order of their names."""
    told = metrics.text(readings or Readings()).decode()
    families = text_string_to_metric_families(told)
    return {
        (each.name, *(value for _, value in sorted(each.labels.items()))): each.value
        for family in families
        for each in family.samples
    }


@pytest.mark.parametrize("each", metrics.described(), ids=lambda each: each.name)
def test_a_metric_is_named_as_prometheus_asks_and_has_bounded_labels_only(each: metrics.Described) -> None:
    assert re.fullmatch(r"z2_[a-z][a-z_]+[a-z]", each.name)
    assert each.name.endswith(UNITS)
    assert (each.kind == "counter") == each.name.endswith("_total")
    assert {*each.labels} <= LABELS
    assert each.meaning.endswith(".")


def test_every_metric_that_is_told_is_described() -> None:
    everything = Readings(1, {"runs": 1}, 1, 1, 1, {"dead": 1}, {"worker": 1})
    told = re.findall(r"^# TYPE (z2_\w+)", metrics.text(everything).decode(), re.MULTILINE)
    assert sorted(told) == [each.name for each in metrics.described()]
    assert not any(name.endswith("_created") for name in told)


def test_the_memory_and_the_time_of_the_process_are_told_too() -> None:
    assert samples()["process_resident_memory_bytes",] > 0


def test_what_is_looked_up_is_told_as_it_was_found() -> None:
    told = samples(
        Readings(120, {"runs": 100, "agents": 130}, 7, 3, 5, {"dead": 2, "failing": 0}, {"worker": 4, "agent": 1})
    )
    assert told["z2_log_head_position",] == 120
    assert (told["z2_projection_position", "runs"], told["z2_projection_lag_events", "runs"]) == (100, 20)
    assert told["z2_projection_lag_events", "agents"] == 0
    assert (told["z2_state_cache_hits_total",], told["z2_state_cache_misses_total",]) == (7, 3)
    assert told["z2_queue_jobs",] == 5
    assert (told["z2_queue_waiting_jobs", "worker"], told["z2_queue_waiting_jobs", "agent"]) == (4, 1)
    assert told["z2_webhook_undelivered_messages", "dead"] == 2
    assert told["z2_webhook_undelivered_messages", "failing"] == 0


def test_what_cannot_be_looked_up_is_left_out() -> None:
    told = samples(Readings(positions={"runs": 100}))
    assert ("z2_projection_position", "runs") in told
    names = {name for name, *_ in told}
    assert names & {"z2_log_head_position", "z2_projection_lag_events", "z2_queue_jobs"} == set()


async def test_an_append_is_measured_and_a_lost_race_is_counted(store: PostgresEventStore) -> None:
    before = samples()
    stream = uuid4()
    await store.append([write(stream, EVENT, EVENT, EVENT)])
    with pytest.raises(Conflict):
        await store.append([write(stream)])
    after = samples()

    def grown(name: str) -> float:
        return after[name,] - before[name,]

    assert grown("z2_append_seconds_count") == 2
    assert 0 < grown("z2_append_seconds_sum") < 60
    assert grown("z2_append_batch_events_sum") == 4
    assert grown("z2_append_conflicts_total") == 1


def test_a_request_counts_under_its_template_and_a_strange_method_under_other() -> None:
    metrics.answered("GET", "/api/things/{id}", 200, 0.02)
    metrics.answered("BREW", "none", 405, 0.02)
    told = samples()
    assert told["z2_http_request_seconds_count", "GET", "/api/things/{id}", "200"] == 1
    assert told["z2_http_request_seconds_count", "other", "none", "405"] == 1


def test_a_call_of_a_model_counts_with_its_tokens() -> None:
    metrics.model_called("some", "completed", 2.5, Usage(100, 20, 50, 5, 3))
    metrics.model_called("some", "model_timeout", 60, None)
    told = samples()
    assert told["z2_model_call_seconds_sum", "completed", "some"] == 2.5
    assert told["z2_model_call_seconds_count", "model_timeout", "some"] == 1
    kinds = ("input", "output", "cached_input", "cache_write", "reasoning")
    assert [told["z2_model_tokens_total", kind, "some"] for kind in kinds] == [100, 20, 50, 5, 3]
