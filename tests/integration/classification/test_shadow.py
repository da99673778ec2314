"""A candidate beside the running service: it has no effect on what is said, and what it would have said is counted."""

from pathlib import Path

from casekeeper.understanding.shadow import beside_the_topic
from schemas.organisation_file import load
from services.chassis.testing import ManualClock
from services.classification.app import build
from services.classification.domain import Classifier
from services.classification.settings import Settings
from tests.conftest import Backends, eventually
from tests.integration.classification.test_classification import ORGANISATION, TUESDAY, batch, classified
from tests.unit.classification.candidates import rosy

TEXTS = ("Waardeloos, nooit meer!", "Thank you, you are great!", "This is horrible, shame on you")


async def test_it_judges_the_same_messages_and_changes_none(backends: Backends, tmp_path: Path) -> None:
    candidate = rosy(tmp_path)
    changes = {"organisation": ORGANISATION, "shadow_model": candidate}
    service = build(Settings.model_validate(backends.settings() | changes), ManualClock(TUESDAY))
    await service.start()
    try:
        records = batch(*TEXTS)
        await service.publisher.send([(each.topic, each.key, each.value, [*each.headers]) for each in records])

        async def all_of_them() -> bool:
            return len(await classified(service)) == len(TEXTS)

        await eventually(all_of_them, "not all came")
        models = {each.data.classification.model for each in await classified(service)}  # type: ignore[union-attr]
        assert "linear-rosy" not in models
        counted = await beside_the_topic(service.config.cluster, Classifier.of(load(ORGANISATION), candidate))
        differ = {(each.language, each.judgement): each.differ for each in counted.differences()}
        assert differ["all", "sentiment"] == 2
        assert differ["nl", "sentiment"] == 1
        assert differ["all", "intent"] == 0
    finally:
        await service.stop()
