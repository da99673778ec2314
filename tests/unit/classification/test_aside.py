"""What waits beside the way of messages is bounded: the oldest give way, and are counted."""

from datetime import UTC, datetime

from schemas.events.message import Author, Classification, Message
from services.classification.aside import Aside, kind_thread
from services.classification.domain import Classifier

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def seen(classifier: Classifier, *numbers: int) -> tuple[list[Message], list[Classification]]:
    messages = [
        Message(
            id=f"message-{number}",
            brand="moccarel",
            channel="web-moccarel",
            conversation=f"conversation-{number}",
            external_id=f"external-{number}",
            author=Author(id="ana"),
            text="Where is my parcel?",
            sent_at=NOON,
            received_at=NOON,
        )
        for number in numbers
    ]
    return messages, classifier.classify([each.text for each in messages])


async def taken(aside: Aside, most: int = 100) -> list[str]:
    await aside.release()
    return [each.message.id for each in aside.take(most)]


async def test_nothing_is_read_before_it_was_published(classifier: Classifier) -> None:
    aside = Aside("test", 10)
    aside.offer(*seen(classifier, 1, 2))
    assert aside.take(10) == []
    assert await taken(aside) == ["message-1", "message-2"]
    assert await taken(aside) == []


async def test_a_batch_that_comes_again_is_noted_once(classifier: Classifier) -> None:
    aside = Aside("test", 10)
    for _ in range(3):
        aside.offer(*seen(classifier, 1, 2))
    assert await taken(aside) == ["message-1", "message-2"]


async def test_the_oldest_give_way_and_are_counted(classifier: Classifier) -> None:
    aside = Aside("test", 2)
    aside.offer(*seen(classifier, 1, 2, 3))
    await aside.release()
    aside.offer(*seen(classifier, 4))
    assert await taken(aside) == ["message-3", "message-4"]
    assert aside.dropped == 2


async def test_some_are_taken_at_a_time(classifier: Classifier) -> None:
    aside = Aside("test", 10)
    aside.offer(*seen(classifier, 1, 2, 3))
    assert await taken(aside, 2) == ["message-1", "message-2"]
    assert await taken(aside, 2) == ["message-3"]


def test_the_thread_works() -> None:
    with kind_thread("test") as thread:
        assert thread.submit(lambda: 6 * 7).result() == 42
