"""What a running service shows at `/metrics`: the figures that the dashboards and alerts in `deploy/` are made of."""

from httpx2 import AsyncClient
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import consumed_by, retry_topic
from services.chassis import telemetry
from services.chassis.service import Service
from tests.conftest import Backends, eventually
from tests.integration.chassis.probe import Moods, noted, probe, publish, word

Shown = dict[str, dict[tuple[tuple[str, str], ...], float]]
ABOUT_US = ("service", "otel_scope_name", "otel_scope_version", "otel_scope_schema_url")


async def shown(service: Service) -> Shown:
    """Name to labels to value, of this service's own samples."""
    async with AsyncClient() as client:
        text = (await client.get(f"{service.url}/metrics", timeout=30)).text
    samples: Shown = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.labels.get("service") == service.name:
                labels = tuple(sorted((name, value) for name, value in sample.labels.items() if name not in ABOUT_US))
                samples.setdefault(sample.name, {})[labels] = sample.value
    return samples


async def test_a_running_service_shows_what_alerts_are_made_of(backends: Backends) -> None:
    telemetry.configure()
    moods = Moods(broken={"bug"})
    service = probe(backends, moods)
    before = (await first_look(service))["care_dead_letters_total"][(("reason", "Rejected"),)]
    try:
        await publish(service, [word("a", "one"), word("b", "bug"), word("b", "behind"), word("c", "refused")])

        async def handled() -> Shown | None:
            await service.gauges.look()
            figures = await shown(service)
            there = await noted(service) == {"a": ("one",)} and not any(figures["care_consumer_lag_messages"].values())
            return figures if there and figures["care_parked_waiting_events"][()] == 2 else None

        figures = await eventually(handled, "the figures never said what happened")
        assert isinstance(figures, dict)
        assert figures["care_ready"][()] == 1
        assert figures["care_outbox_waiting_events"][()] == 0
        assert figures["care_dead_letters_total"][(("reason", "Rejected"),)] == before + 1
        partitions = [dict(labels) for labels in figures["care_consumer_lag_messages"]]
        prefix = service.config.kafka_prefix
        listened = {topic.name: topic.partitions for topic in consumed_by("followup")} | {retry_topic("followup"): 1}
        assert len(partitions) == sum(listened.values())
        assert {each["topic"] for each in partitions} == {f"{prefix}{name}" for name in listened}
    finally:
        await service.stop(0)
    assert not any(service.name in figure._values for figure in telemetry.FIGURES)


async def first_look(service: Service) -> Shown:
    """Counters are there before anything happened; the service is not ready before it has started."""
    await service.start()
    await service.gauges.look()
    figures = await shown(service)
    assert figures["care_ready"][()] == 1
    assert {"care_parked_events_total", "care_unavailable_total", "messaging_client_sent_messages_total"} <= set(
        figures
    )
    return figures
