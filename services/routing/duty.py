"""Routing's recurring duties: know the people, rebuild what the engines hold, serve what waits."""

import asyncio
from datetime import datetime
from typing import Any

from schemas.events.roster import PersonRecorded, RosterPerson
from schemas.ids import derive
from schemas.organisation import Organisation, Person, Stage
from services.chassis.documents import Context, Decision, Document
from services.chassis.service import Service
from services.routing.dispatcher import Dispatcher
from services.routing.domain.stages import GraduationRefused, graduation
from services.routing.store import PEOPLE, REQUESTS, PersonState, RequestState

TRIED_AT_ONCE = 200


class Duty:
    """What the service does by itself."""

    def __init__(self, service: Service, organisation: Organisation, dispatcher: Dispatcher) -> None:
        self._service = service
        self._organisation = organisation
        self._dispatcher = dispatcher
        self._turn = asyncio.Lock()
        self._in_doubt: set[str] = set()
        """Requests that the engine may hold while nobody knows whether the store took it."""

    async def seed(self) -> None:
        """Record the people of the organisation's files, where a file says something new about them."""
        stored = {document.id: document for document in await self._service.database.find(PEOPLE, {})}
        changed: list[Document[Any]] = []
        for person in self._organisation.people:
            document = stored.get(person.id) or Document(PEOPLE, person.id, person.id)
            if document.state is None or document.state.from_file != person:
                state = (
                    document.state.as_filed(person) if document.state else PersonState(person=person, from_file=person)
                )
                cause = derive("organisation", person.model_dump_json())
                context = Context(self._service.clock.now(), cause)
                document.apply(Decision(state, [_recorded(state)]), context, self._service.repository.source, {})
                changed.append(document)
        await self._service.repository.commit(changed)

    async def rebuild(self) -> None:
        """Fill the engines from the store: after a start, or when Kafka gives us a pool that another instance had."""
        async with self._turn:
            people = await self._service.database.find(PEOPLE, {})
            assigned = await self._service.database.find(REQUESTS, {"status": "assigned"})
            self._dispatcher.reset()  # from here on without a pause: nobody may see it half filled
            for person in people:
                assert person.state is not None  # noqa: S101 - stored documents have one
                self._dispatcher.record(person.state.person, person.state.available)
            self._dispatcher.settle(document.state for document in assigned if document.state)
            self._in_doubt.clear()

    async def record(self, person: Person, available: bool, cause: str) -> None:
        """A person as known from now on (P4)."""

        def decide(state: PersonState | None, _: Context) -> Decision[PersonState] | None:
            after = PersonState(person=person, available=available, from_file=state.from_file if state else person)
            if state and state.person.stage == person.stage:
                after = after.model_copy(update={"graduated": state.graduated})
            return None if after == state else Decision(after, [_recorded(after)])

        async with self._turn:
            document = await self._service.repository.execute(PEOPLE, person.id, cause, decide)
            assert document.state is not None  # noqa: S101 - decide() has set it
            self._dispatcher.record(document.state.person, document.state.available)

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
            after = state.model_copy(update={"person": grown, "graduated": told})
            return Decision(after, [told, _recorded(after)])

        async with self._turn:
            document = await self._service.repository.execute(PEOPLE, person_id, cause, decide)
            assert document.state is not None  # noqa: S101 - decide() has raised otherwise
            self._dispatcher.record(document.state.person, document.state.available)
        return document.state

    async def known(self, person_id: str) -> PersonState | None:
        """The person as known now."""
        document = await self._service.database.get(PEOPLE, person_id)
        return document.state if document else None

    def now(self) -> datetime:
        """This moment, by the service's clock."""
        return self._service.clock.now()

    async def serve_waiting(self) -> None:
        """Try what waits again, least slack first. Only the instance to which Kafka gave the requests does it."""
        if not self._service.has_partitions:
            return
        await self._service.take_over()
        async with self._turn:
            await self._settle_doubts()
            query = {"status": "waiting"}
            for document in await self._service.database.find(REQUESTS, query, sort="due_at", limit=TRIED_AT_ONCE):
                if document.state and self._dispatcher.could_serve(document.state.request, self._service.clock.now()):
                    await self._serve(document.id)

    async def _serve(self, request_id: str) -> None:
        def decide(state: RequestState | None, context: Context) -> Decision[RequestState] | None:
            assert state is not None  # noqa: S101 - requests are never deleted
            if state.status != "waiting":  # somebody was faster: what we may have held for it a try ago is not so
                self._dispatcher.settle([state])
                return None
            decision = self._dispatcher.decide(state.request, context.now)
            return decision if decision.state.status == "assigned" else None

        try:
            await self._service.repository.execute(REQUESTS, request_id, derive("served", request_id), decide)
        except Exception:
            self._in_doubt.add(request_id)
            raise

    async def _settle_doubts(self) -> None:
        if not self._in_doubt:
            return
        found = await self._service.database.find(REQUESTS, {"_id": {"$in": sorted(self._in_doubt)}})
        self._dispatcher.settle(document.state for document in found if document.state)
        self._in_doubt.clear()


def _recorded(state: PersonState) -> PersonRecorded:
    person = RosterPerson.model_validate(state.person.model_dump())
    return PersonRecorded(person_id=person.id, person=person, available=state.available)
