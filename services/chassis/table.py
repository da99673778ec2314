"""A service's map: which function handles which event, on which document."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from schemas.base import Event
from schemas.topics import key_of
from services.chassis.documents import Collection, Context, Decision, S

E = TypeVar("E", bound=Event)

Handler = Callable[[S | None, E, Context], Decision[S] | None]
Locate = Callable[[E, Sequence[S]], str]
Transform = Callable[[Sequence[E]], Awaitable[Sequence[Sequence[Event]]]]


@dataclass(frozen=True, slots=True)
class Route(Generic[E, S]):
    """How one type of event is handled: load its lane, choose the document, decide."""

    event: type[E]
    collection: Collection[S]
    lane: Callable[[E], str]
    locate: Locate[E, S]
    handler: Handler[S, E]
    by_id: bool
    """Whether the lane is the id of the one document in it. What has an id is found at once, however many there are."""


@dataclass(frozen=True, slots=True)
class Transformation(Generic[E]):
    """An event that only leads to other events, without a document."""

    event: type[E]
    transform: Transform[E]


class Table:
    """Event type to handler. Types that are not in it are none of this service's business."""

    def __init__(self) -> None:
        self.routes: dict[str, tuple[Route[Any, Any], ...]] = {}
        self.transformations: dict[str, Transformation[Any]] = {}

    def on(
        self,
        event: type[E],
        collection: Collection[S],
        *,
        id: Callable[[E], str] | None = None,
        lane: Callable[[E], str] = key_of,
        locate: Locate[E, S] | None = None,
    ) -> Callable[[Handler[S, E]], Handler[S, E]]:
        """Register the decorated function `(state, event, context) -> Decision | None` for an event type.

        With `id`, the document has this id and is its own lane. Otherwise all documents of the `lane` are loaded (default: the
        event's Kafka key) and `locate` chooses, given their states from oldest to newest, the id of the one to decide on.
        An event may be registered for several collections: each has its effect once, whatever becomes of the others.
        """
        own_id = id
        if own_id is not None:
            lane, locate = own_id, lambda one, _: own_id(one)
        if locate is None:
            raise TypeError(f"{event.type}: give either id or locate")

        def register(handler: Handler[S, E]) -> Handler[S, E]:
            routes = self.routes.get(event.type, ())
            if event.type in self.transformations or any(each.collection.name == collection.name for each in routes):
                raise TypeError(f"{event.type} has two handlers for {collection.name}")
            self.routes[event.type] = (*routes, Route(event, collection, lane, locate, handler, own_id is not None))
            return handler

        return register

    def transform(self, event: type[E]) -> Callable[[Transform[E]], Transform[E]]:
        """Register the decorated coroutine function, which gives for each event of a batch the events that follow from it."""

        def register(transform: Transform[E]) -> Transform[E]:
            if event.type in self.routes or event.type in self.transformations:
                raise TypeError(f"{event.type} has two handlers")
            self.transformations[event.type] = Transformation(event, transform)
            return transform

        return register

    @property
    def collections(self) -> tuple[Collection[Any], ...]:
        """Every collection that a handler writes."""
        return tuple(
            {each.collection.name: each.collection for routes in self.routes.values() for each in routes}.values()
        )
