"""Traces and metrics through OpenTelemetry: the names we use, and how a trace goes on from event to event.

Attribute names are those of the messaging conventions v1.44, which FastStream's own middleware does not follow yet.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import metrics, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.exporter.prometheus import PrometheusMetricReader
from opentelemetry.metrics import CallbackOptions, Observation
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

TRACEPARENT = "traceparent"
SYSTEM = "messaging.system"
DESTINATION = "messaging.destination.name"
OPERATION = "messaging.operation.name"
OPERATION_TYPE = "messaging.operation.type"
GROUP = "messaging.consumer.group.name"
MESSAGE_ID = "messaging.message.id"
CONVERSATION_ID = "messaging.message.conversation_id"

_propagator = TraceContextTextMapPropagator()
_meter = metrics.get_meter("casekeeper")
_tracer = trace.get_tracer("casekeeper")

consumed = _meter.create_counter("messaging.client.consumed.messages", "{message}", "Events taken from Kafka")
sent = _meter.create_counter("messaging.client.sent.messages", "{message}", "Events given to Kafka")
processing = _meter.create_histogram(
    "messaging.process.duration",
    "s",
    "Time to handle a batch",
    explicit_bucket_boundaries_advisory=[0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
)
dead_letters = _meter.create_counter("care_dead_letters", "{message}", "Events put aside for good, by reason")
parked = _meter.create_counter(
    "care_parked_events", "{message}", "Events waiting for another try after an error in our code"
)
unavailable = _meter.create_counter("care_unavailable", "{time}", "Times that store or broker did not answer")
event_age = _meter.create_histogram(
    "care_event_age",
    "s",
    "Age of the oldest event of a batch when the batch was handled",
    explicit_bucket_boundaries_advisory=[0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 3600],
)

Labels = tuple[tuple[str, str], ...]


def configure(otlp_endpoint: str = "", service: str = "casekeeper") -> None:
    """Set metrics (and traces, where there is somewhere to send them) up for this process. Call once.

    `service` is the process's name in traces; a process that holds several services keeps the general one.
    """
    resource = Resource.create({"service.name": service})
    if not isinstance(metrics.get_meter_provider(), MeterProvider):
        metrics.set_meter_provider(MeterProvider(metric_readers=[PrometheusMetricReader()], resource=resource))
    if otlp_endpoint and not isinstance(trace.get_tracer_provider(), TracerProvider):
        provider = TracerProvider(resource=resource)
        provider.add_span_processor(
            BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{otlp_endpoint.rstrip('/')}/v1/traces"))
        )
        trace.set_tracer_provider(provider)


def gauge(name: str, unit: str, description: str, read: Callable[[], Mapping[Labels, float]]) -> None:
    """A figure that is read when somebody asks: label pairs to value."""

    def observe(_: CallbackOptions) -> Iterator[Observation]:
        for labels, value in read().items():
            yield Observation(value, dict(labels))

    _meter.create_observable_gauge(name, [observe], unit, description)


class Figure:
    """A gauge that keeps what each service of this process last put there.

    The SDK's own settable gauge shows a value to the first reader only, and then nothing until it is set again.
    """

    def __init__(self, name: str, unit: str, description: str) -> None:
        self._values: dict[str, Mapping[Labels, float]] = {}
        gauge(name, unit, description, self._read)

    def put(self, service: str, value: float | Mapping[Labels, float]) -> None:
        """Replaces everything that this service showed here: one value, or one per set of further labels."""
        self._values[service] = value if isinstance(value, Mapping) else {(): value}

    def drop(self, service: str) -> None:
        """This service shows nothing here any more."""
        self._values.pop(service, None)

    def _read(self) -> Mapping[Labels, float]:
        return {
            (("service", service), *labels): value
            for service, values in [*self._values.items()]
            for labels, value in values.items()
        }


ready = Figure("care_ready", "", "Whether the service can do its work: 1 or 0")
outbox_oldest = Figure("care_outbox_oldest_age", "s", "How long the event waits that waits longest to be published")
outbox_waiting = Figure("care_outbox_waiting_events", "{event}", "Events that wait to be published")
parked_waiting = Figure("care_parked_waiting_events", "{event}", "Events that wait for another try, or behind one")
lag = Figure("care_consumer_lag_messages", "{message}", "Events of a partition that the service has not handled yet")
FIGURES = (ready, outbox_oldest, outbox_waiting, parked_waiting, lag)


def appear(service: str) -> None:
    """Show this service's counters at 0: a counter that is first seen at 1 looks to Prometheus as if it never rose."""
    for counter in (consumed, parked, unavailable):
        counter.add(0, {"service": service})
    sent.add(0, {SYSTEM: "kafka", "service": service})
    dead_letters.add(0, {"service": service, "reason": "Rejected"})


def handled(service: str, count: int, seconds: float, oldest_ms: int) -> None:
    """Count a batch of so many events, handled in so many seconds, of which the oldest came to Kafka at `oldest_ms`."""
    consumed.add(count, {"service": service})
    processing.record(seconds, {"service": service})
    event_age.record(max(0.0, time.time() - oldest_ms / 1000), {"service": service})


def new_traceparent() -> str:
    """The start of a trace, for what comes without one."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


@contextmanager
def continued(
    service: str, topic: str, headers: Mapping[str, str], event_id: str, key: str
) -> Iterator[dict[str, str]]:
    """Handle one event inside its trace; yields the headers that its consequences carry.

    Without an exporter the trace is passed on as it came, so that logs of all services still share its id.
    """
    incoming = headers.get(TRACEPARENT, "")
    if not isinstance(trace.get_tracer_provider(), TracerProvider):
        yield {TRACEPARENT: incoming} if incoming else {}
        return
    attributes = {
        SYSTEM: "kafka",
        OPERATION: "process",
        OPERATION_TYPE: "process",
        DESTINATION: topic,
        GROUP: service,
        MESSAGE_ID: event_id,
        CONVERSATION_ID: key,
        "care.service": service,
    }
    parent = _propagator.extract({TRACEPARENT: incoming}) if incoming else None
    with _tracer.start_as_current_span(f"process {topic}", parent, trace.SpanKind.CONSUMER, attributes):
        outgoing: dict[str, str] = {}
        _propagator.inject(outgoing)
        yield outgoing
