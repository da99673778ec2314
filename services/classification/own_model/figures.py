"""What can be watched of an organisation's own model."""

from opentelemetry import metrics

from services.chassis.telemetry import Figure

_meter = metrics.get_meter("casekeeper")

judged = _meter.create_counter("care_own_model_judged", "{message}", "Messages that the own model judged")
kept = _meter.create_counter(
    "care_own_model_kept", "{message}", "Messages that stayed as the shipped model judged them, by reason"
)
asking = _meter.create_histogram(
    "care_own_model_request",
    "s",
    "Time of one request to the own model, by outcome",
    explicit_bucket_boundaries_advisory=[0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
)
open_circuit = Figure("care_own_model_circuit_open", "", "Whether the own model is left alone for a while: 1 or 0")
