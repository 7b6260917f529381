"""What Z2 measures of itself, in the text format of Prometheus; no label holds anything personal or unbounded."""

from collections.abc import Iterator, Mapping

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client import disable_created_metrics as _without_created
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from application.models.stream import Usage
from domain.kernel import Record

CONTENT_TYPE = CONTENT_TYPE_LATEST
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_without_created()  # type: ignore[no-untyped-call] # the library leaves it so

REGISTRY = CollectorRegistry()
"""Of this process."""

ProcessCollector(registry=REGISTRY)

APPEND_SECONDS = Histogram(
    "z2_append_seconds",
    "How long Postgres takes to append a batch of commands.",
    registry=REGISTRY,
    buckets=(0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
APPEND_EVENTS = Histogram(
    "z2_append_batch_events",
    "How many events are appended at once.",
    registry=REGISTRY,
    buckets=(1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000),
)
CONFLICTS = Counter("z2_append_conflicts", "Commands that lost a race for a stream.", registry=REGISTRY)
SUBSCRIBERS = Gauge("z2_subscribers", "Clients that follow the log.", registry=REGISTRY)
SUBSCRIBERS_DROPPED = Counter(
    "z2_subscribers_dropped", "Clients that were dropped because they read too slowly.", registry=REGISTRY
)
SUBSCRIBER_LAG = Gauge(
    "z2_subscriber_lag_events",
    "How many events the client that is furthest behind has yet to be sent or passed over, by `sse` or `websocket`.",
    ("transport",),
    registry=REGISTRY,
)
WEBHOOK_LAG = Gauge(
    "z2_webhook_lag_events",
    "How many events the webhook that is furthest behind has yet to be sent or passed over; 0 where nobody sends.",
    registry=REGISTRY,
)
WEBHOOK_DELIVERIES = Counter(
    "z2_webhook_deliveries",
    "Messages to webhooks: `delivered`, `failed` and to be sent again, or `dead` and given up.",
    ("outcome",),
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "z2_http_request_seconds",
    "How long a request waits for its answer to begin.",
    ("method", "route", "status"),
    registry=REGISTRY,
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
QUEUE_SECONDS = Histogram(
    "z2_queue_wait_seconds",
    "How long a due job has waited for a worker, its turn and its slots.",
    registry=REGISTRY,
    buckets=(0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800),
)
MODEL_SECONDS = Histogram(
    "z2_model_call_seconds",
    "How long a model takes to answer; the outcome is `completed`, `cancelled`, or the code of the error.",
    ("provider", "outcome"),
    registry=REGISTRY,
    buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320),
)
MODEL_TOKENS = Counter(
    "z2_model_tokens",
    "Tokens that models have used; `input` and `output` are whole, the other kinds are parts of them.",
    ("provider", "kind"),
    registry=REGISTRY,
)

KEPT = (
    *(APPEND_SECONDS, APPEND_EVENTS, CONFLICTS, SUBSCRIBERS, SUBSCRIBERS_DROPPED),
    *(SUBSCRIBER_LAG, WEBHOOK_LAG, WEBHOOK_DELIVERIES),
    *(HTTP_SECONDS, QUEUE_SECONDS, MODEL_SECONDS, MODEL_TOKENS),
)
"""What is counted as it happens. The library tells the names of its labels nowhere but in a private field."""


class Readings(Record):
    """What is looked up when somebody asks; None is not to be had just now."""

    head: int | None = None
    positions: Mapping[str, int] = {}
    state_hits: int = 0
    state_misses: int = 0
    jobs: int | None = None
    undelivered: Mapping[str, int] | None = None
    waiting: Mapping[str, int] | None = None


def appended(seconds: float, events: int) -> None:
    """A batch is on the record."""
    APPEND_SECONDS.observe(seconds)
    APPEND_EVENTS.observe(events)


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """A request has begun to be answered; `route` is a template."""
    HTTP_SECONDS.labels(method if method in METHODS else "other", route, status).observe(seconds)


def model_called(provider: str, outcome: str, seconds: float, usage: Usage | None) -> None:
    """A model has answered, or has not."""
    MODEL_SECONDS.labels(provider, outcome).observe(seconds)
    if usage is None:
        return
    kinds = {
        "input": usage.input_tokens,
        "output": usage.output_tokens,
        "cached_input": usage.cached_input_tokens,
        "cache_write": usage.cache_write_tokens,
        "reasoning": usage.reasoning_tokens,
    }
    for kind, tokens in kinds.items():
        MODEL_TOKENS.labels(provider, kind).inc(tokens)


def text(readings: Readings) -> bytes:
    """All that there is to tell, once."""
    looked_up = CollectorRegistry()
    looked_up.register(LookedUp(readings))
    return generate_latest(REGISTRY) + generate_latest(looked_up)


class LookedUp(Collector):
    """Readings as Prometheus wants them."""

    def __init__(self, readings: Readings) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        told = self._readings
        if told.head is not None:
            yield GaugeMetricFamily("z2_log_head_position", "The position of the last event of the log.", told.head)
        yield from self._projections()
        yield CounterMetricFamily("z2_state_cache_hits", "States that were in memory.", told.state_hits)
        yield CounterMetricFamily("z2_state_cache_misses", "States that were read from the log.", told.state_misses)
        if told.jobs is not None:
            yield GaugeMetricFamily("z2_queue_jobs", "Jobs that wait for a worker or have one.", told.jobs)
        if told.waiting is not None:
            yield self._waiting(told.waiting)
        if told.undelivered is not None:
            yield self._undelivered(told.undelivered)

    def _waiting(self, counts: Mapping[str, int]) -> Metric:
        meaning = (
            "Jobs that nobody does yet: they wait for a `worker` and their turn, for a `moment`,"
            " or for a limit of their `workspace`, `agent`, `provider` or `workflow`."
        )
        family = GaugeMetricFamily("z2_queue_waiting_jobs", meaning, labels=["kind"])
        for kind, count in sorted(counts.items()):
            family.add_metric([kind], count)
        return family

    def _undelivered(self, counts: Mapping[str, int]) -> Metric:
        meaning = "Messages to webhooks that have not succeeded: `failing`, `redriven` by somebody, or `dead` letters."
        family = GaugeMetricFamily("z2_webhook_undelivered_messages", meaning, labels=["status"])
        for status, count in sorted(counts.items()):
            family.add_metric([status], count)
        return family

    def _projections(self) -> Iterator[Metric]:
        position = GaugeMetricFamily(
            "z2_projection_position", "How far a read model or policy has come.", labels=["projection"]
        )
        lag = GaugeMetricFamily("z2_projection_lag_events", "How many events it is behind.", labels=["projection"])
        for name, reached in sorted(self._readings.positions.items()):
            position.add_metric([name], reached)
            if self._readings.head is not None:
                lag.add_metric([name], max(0, self._readings.head - reached))
        yield from (position, lag)


class Described(Record):
    """A metric as the reference tells of it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def described() -> list[Described]:
    """Every metric of Z2's own, by name."""
    families = {metric: family for metric in KEPT for family in metric.describe()}
    told = [_described(family, metric._labelnames) for metric, family in families.items()]  # noqa: SLF001 - see KEPT
    looked_up = LookedUp(Readings(0, {"": 0}, 0, 0, 0, {"": 0}, {"": 0})).collect()
    told += [_described(family, tuple(family.samples[0].labels)) for family in looked_up]
    return sorted(told, key=lambda each: each.name)


def _described(family: Metric, labels: tuple[str, ...]) -> Described:
    name = f"{family.name}_total" if family.type == "counter" else family.name
    return Described(name, family.type, labels, family.documentation)
