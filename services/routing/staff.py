"""Who is there and what they can do, from now on (P4): the people's records, in the store and in the engines."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from schemas.base import milliseconds
from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.ids import derive
from schemas.organisation import Organisation, Person, Stage
from services.chassis.documents import Collection, Context, Decision, Document
from services.chassis.errors import Unavailable
from services.chassis.service import Service
from services.routing.dispatcher import Dispatcher
from services.routing.domain.stages import GraduationRefused, graduation
from services.routing.store import ANSWERING, PEOPLE, AnsweringState, PersonState

OVERLAP = timedelta(seconds=30)
"""Changes of other instances are looked for so far back: their clocks differ, and a write takes its time."""
ENDED_AT_ONCE = 500

Change = Callable[[PersonState, datetime], PersonState]


class PersonUnknown(Exception):
    """There is no such person; nothing has changed."""


class PersonFiled(Exception):
    """The organisation's files say who this is; nothing has changed."""


class Staff:
    """The people of all pools. Every instance may change them; the one that decides hears of it from the store."""

    def __init__(self, service: Service, organisation: Organisation, dispatcher: Dispatcher) -> None:
        self._service = service
        self._organisation = organisation
        self._dispatcher = dispatcher
        self._latest: dict[tuple[str, str], tuple[int, PersonState | AnsweringState]] = {}
        """What is known by collection and id, with its version: what is read late must not undo it."""
        self._heard = {PEOPLE.name: 0, ANSWERING.name: 0}
        """The latest `changed_ms` heard of, by collection."""
        self.changed: Callable[[], Awaitable[None]] = _nothing
        """What is to be done once somebody has been recorded here."""

    async def seed(self) -> None:
        """Record the people of the organisation's files, where a file says something new about them.

        Other instances need not look for it: when one starts, Kafka distributes the pools anew, and all is read again.
        """
        stored = {document.id: document for document in await self._service.database.find(PEOPLE, {})}
        changed: list[Document[Any]] = []
        for person in self._organisation.people:
            document = stored.get(person.id) or Document(PEOPLE, person.id, person.id)
            known = document.state
            if known is None or known.from_file != person or not known.filed:
                state = known.as_filed(person) if known else PersonState(person=person, from_file=person)
                cause = derive("organisation", person.model_dump_json())
                context = Context(self._service.clock.now(), cause)
                document.apply(Decision(state, [recorded(state)]), context, self._service.repository.source, {})
                changed.append(document)
        await self._service.repository.commit(changed)

    async def load(self) -> Callable[[], None]:
        """Read everybody. What is returned puts them into the engines, without a pause."""
        people = await self._service.database.find(PEOPLE, {})
        answering = await self._service.database.find(ANSWERING, {})

        def take() -> None:
            for person in people:
                self._take(person)
            for each in answering:
                self._take(each)
            for (_, id), (_, state) in self._latest.items():
                self._tell(id, state)

        return take

    async def refresh(self, *, thoroughly: bool) -> None:
        """Hear what other instances have recorded; `thoroughly` also what came late or under a clock that is behind."""
        since = self._heard[PEOPLE.name]
        await self._hear(PEOPLE, min(since, milliseconds(self.now() - OVERLAP)) if thoroughly else since)

    async def refresh_answering(self) -> None:
        """Hear how people have answered of late."""
        await self._hear(ANSWERING, self._heard[ANSWERING.name])

    async def _hear(self, collection: Collection[Any], since_ms: int) -> None:
        for row in await self._service.database.rows(collection.name, {"changed_ms": {"$gt": since_ms}}):
            if row["version"] > self._version((collection.name, row["_id"])):
                self._take(Document.loaded(collection, row))

    async def record(self, person: Person, available: bool, cause: str) -> PersonState:
        """A person as known from now on."""
        filed = person.id in self._organisation.by_id["people"]

        def decide(state: PersonState | None, context: Context) -> Decision[PersonState] | None:
            first = state.from_file if state else person
            after = PersonState(person=person, available=available, filed=filed, from_file=first)
            if state:
                after = after.model_copy(update=_kept(state, after))
            return _decision(state, after, context.now)

        return await self._carry_out(person.id, cause, decide)

    async def change(self, person_id: str, cause: str, change: Change) -> PersonState:
        """Change what is known of somebody. Raises PersonUnknown, and what `change` raises; then nothing has changed."""

        def decide(state: PersonState | None, context: Context) -> Decision[PersonState] | None:
            if state is None:
                raise PersonUnknown(f"there is no person {person_id!r}")
            return _decision(state, change(state, context.now), context.now)

        return await self._carry_out(person_id, cause, decide)

    async def leave(self, person_id: str, cause: str) -> PersonState:
        """Somebody known by records alone works here no more. Raises PersonUnknown, and PersonFiled for anybody else."""
        if person_id in self._organisation.by_id["people"]:
            raise PersonFiled(f"the organisation's files have {person_id!r}: who is taken out of them has left")
        return await self.change(person_id, cause, _gone)

    async def graduate(self, person_id: str, stage: Stage, by: str, reason: str, cause: str) -> PersonState:
        """Give a person another stage, on the word of a coach or lead (P1). Raises GraduationRefused."""
        coach = await self.known(by)
        if coach is None:
            raise GraduationRefused(403, "unknown-person", f"the organisation has no person {by!r}")
        word = coach.person

        def decide(state: PersonState | None, context: Context) -> Decision[PersonState]:
            if state is None:
                raise GraduationRefused(404, "person-not-found", f"there is no person {person_id!r}")
            told = graduation(state.person, stage, word, reason, context.now)
            grown = state.person.model_copy(update={"stage": stage})
            changed = {"person": grown, "graduated": told, "changed_ms": milliseconds(context.now)}
            after = state.model_copy(update=changed)
            return Decision(after, [told, recorded(after)])

        return await self._carry_out(person_id, cause, decide)

    async def end_absences(self) -> None:
        """Who was absent until now is there again. Any instance may do it, several at once."""
        query = {"absent_until_ms": {"$lte": milliseconds(self.now())}}
        for document in await self._service.database.find(PEOPLE, query, sort="absent_until_ms", limit=ENDED_AT_ONCE):
            until = document.state.absent_until if document.state else None
            if until:
                await self.change(document.id, derive("absence", document.id, until.isoformat()), _there_again)

    async def people(self) -> list[Person]:
        """Everybody as known now."""
        return [each.state.person for each in await self._service.database.find(PEOPLE, {}) if each.state]

    async def known(self, person_id: str) -> PersonState | None:
        """The person as known now."""
        document = await self._service.database.get(PEOPLE, person_id)
        return document.state if document else None

    async def answering(self, person_id: str) -> AnsweringState | None:
        """How a specialist answers, None if nothing is known."""
        document = await self._service.database.get(ANSWERING, person_id)
        return document.state if document else None

    def now(self) -> datetime:
        """This moment, by the service's clock."""
        return self._service.clock.now()

    async def _carry_out(self, person_id: str, cause: str, decide: Any) -> PersonState:
        document = await self._service.repository.execute(PEOPLE, person_id, cause, decide)
        assert document.state is not None  # noqa: S101 - decide() has raised otherwise
        self._take(document)
        with suppress(Unavailable):  # the record is stored; what it makes possible happens a little later
            await self.changed()
        state: PersonState = document.state
        return state

    def _take(self, document: Document[Any]) -> None:
        """Put a person, or how they answer, into the engines, unless something later is there already."""
        name = (document.collection.name, document.id)
        if document.version <= self._version(name):
            return
        state = document.state
        assert state is not None  # noqa: S101 - stored documents have one
        self._latest[name] = (document.version, state)
        self._heard[document.collection.name] = max(self._heard[document.collection.name], state.changed_ms)
        self._tell(document.id, state)

    def _version(self, name: tuple[str, str]) -> int:
        known = self._latest.get(name)
        return known[0] if known else 0

    def _tell(self, id: str, state: PersonState | AnsweringState) -> None:
        if isinstance(state, PersonState):
            self._dispatcher.record(state.person, state.available)
        else:
            self._dispatcher.responsiveness(id, state.answering.share)


async def _nothing() -> None: ...


def recorded(state: PersonState) -> PersonRecorded:
    """What is told of a person."""
    return PersonRecorded(
        person_id=state.person.id,
        person=RosterPerson.model_validate(state.person.model_dump()),
        available=state.available,
        absent_until=state.absent_until,
        absence_reason=state.absence_reason,
        filed=state.filed,
        left=state.left,
    )


def _kept(state: PersonState, after: PersonState) -> Mapping[str, Any]:
    """What a record of a person says nothing of: how they came to their stage, and until when they are absent."""
    kept: dict[str, Any] = {}
    if state.person.stage == after.person.stage:
        kept["graduated"] = state.graduated
    if not state.available and not after.available:
        kept |= {"absent_until": state.absent_until, "absence_reason": state.absence_reason}
    return kept


def _decision(before: PersonState | None, after: PersonState, now: datetime) -> Decision[PersonState] | None:
    """The change, if it is one."""
    if before and after.model_copy(update={"changed_ms": before.changed_ms}) == before:
        return None
    after = after.model_copy(update={"changed_ms": milliseconds(now)})
    return Decision(after, [recorded(after)])


def _gone(state: PersonState, _: datetime) -> PersonState:
    changes = {"available": False, "left": True, "absent_until": None, "absence_reason": ""}
    return state.model_copy(update=changes)


def _there_again(state: PersonState, now: datetime) -> PersonState:
    if state.absent_until is None or state.absent_until > now:
        return state  # somebody said something else meanwhile
    return state.model_copy(update={"available": True, "absent_until": None, "absence_reason": ""})
