"""Two who write one document at once: both have their effect, and the same cause has one."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from services.chassis import dead
from services.chassis.documents import Context, Decision, Document
from services.chassis.testing import record
from tests.conftest import Backends
from tests.integration.chassis.probe import (
    BATCH,
    EXPECTED,
    NOTES,
    Notes,
    lanes_in_order,
    noted,
    probe,
    published,
    told,
    word,
)


class TestTwoWriters:
    async def test_of_one_document_both_have_their_effect(
        self, backends: Backends, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, other = probe(backends), probe(backends)
        await one.start(listen=False)
        await other.start(listen=False)
        whole = one.database.replace
        rivals = [record(word("c0", "rival")), record(word("c1", "rival"))]

        async def after_the_rival(documents: Sequence[Document[Any]]) -> bool:
            if rivals:
                await other.processor.process([rivals.pop()])
            return await whole(documents)

        monkeypatch.setattr(one.database, "replace", after_the_rival)
        await one.processor.process(BATCH)
        found = await noted(one)
        assert {case: sorted(words) for case, words in found.items()} == {
            "c0": sorted([*EXPECTED["c0"], "rival"]),
            "c1": sorted([*EXPECTED["c1"], "rival"]),
            "c2": sorted(EXPECTED["c2"]),
        }
        for case, words in found.items():
            assert tuple(each for each in words if each != "rival") == EXPECTED[case]
        told = await published(one, 14)
        assert len({each.envelope().id for each in told}) == 14
        assert {case: sorted(order) for case, order in lanes_in_order(told).items()} == {
            "c0": [1, 2, 3, 4, 5],
            "c1": [1, 2, 3, 4, 5],
            "c2": [1, 2, 3, 4],
        }
        await one.stop()
        await other.stop()

    async def test_of_the_same_events_have_one_effect(self, backends: Backends) -> None:
        one, other = probe(backends), probe(backends)
        await one.start(listen=False)
        await other.start(listen=False)
        await asyncio.gather(
            *(service.processor.process(BATCH[start : start + 4]) for start in (0, 4, 8) for service in (one, other))
        )
        found = await noted(one)
        assert {case: sorted(words) for case, words in found.items()} == {
            case: sorted(words) for case, words in EXPECTED.items()
        }
        assert len({each.envelope().id for each in await published(one, 12)}) == 12
        await one.stop()
        await other.stop()


class TestCommands:
    @staticmethod
    def adding(text: str) -> Any:
        def decide(state: Notes | None, context: Context) -> Decision[Notes]:
            words = (*(state or Notes()).words, text)
            return Decision(Notes(words=words), (told(word("c", text), len(words)),))

        return decide

    async def test_fifty_at_once_on_one_document(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        texts = [f"w{number}" for number in range(50)]
        await asyncio.gather(
            *(service.repository.execute(NOTES, "c", f"cause-{text}", self.adding(text)) for text in texts)
        )
        assert sorted((await noted(service))["c"]) == sorted(texts)
        assert lanes_in_order(await published(service, 50)) == {"c": list(range(1, 51))}
        await service.stop()

    async def test_beside_a_batch_that_changes_the_same_document(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        texts = [f"w{number}" for number in range(10)]
        await asyncio.gather(
            service.processor.process(BATCH),
            *(service.repository.execute(NOTES, "c0", f"cause-{text}", self.adding(text)) for text in texts),
            service.processor.process([record(word("c0", "late"))]),
        )
        assert sorted((await noted(service))["c0"]) == sorted([*EXPECTED["c0"], *texts, "late"])
        assert len({each.envelope().id for each in await published(service, 23)}) == 23
        await service.stop()

    async def test_the_same_cause_twice_has_one_effect(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)
        results = await asyncio.gather(
            *(service.repository.execute(NOTES, "c", "key-1", self.adding("once")) for _ in range(5))
        )
        assert {each.state.words for each in results if each.state} == {("once",)}
        again = await service.repository.execute(NOTES, "c", "key-1", self.adding("once"))
        assert again.state == Notes(words=("once",))
        assert len(await published(service, 1)) == 1
        await service.stop()

    async def test_one_that_the_store_refuses_harms_no_other(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)

        def unwritable(state: Notes | None, context: Context) -> Decision[Notes]:
            return Decision(Notes(number=2**70))

        results = await asyncio.gather(
            *(service.repository.execute(NOTES, f"good-{number}", "x", self.adding("fine")) for number in range(5)),
            service.repository.execute(NOTES, "bad", "x", unwritable),
            return_exceptions=True,
        )
        assert isinstance(results[-1], OverflowError)
        assert set(await noted(service)) == {f"good-{number}" for number in range(5)}
        await service.stop()

    async def test_a_refusal_changes_nothing(self, backends: Backends) -> None:
        service = probe(backends)
        await service.start(listen=False)

        def refuse(state: Notes | None, context: Context) -> Decision[Notes]:
            raise ValueError("no")

        with pytest.raises(ValueError, match="no"):
            await service.repository.execute(NOTES, "c", "x", refuse)
        assert await noted(service) == {}
        assert await dead.letters(service.config.cluster, [service.name]) == []
        await service.stop()
