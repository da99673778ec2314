"""Who acts, and how a command is carried out on a stored case."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from pydantic import BaseModel

from schemas.base import Event
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation
from services.cases.domain import Case, Refused
from services.cases.domain.terms import Terms
from services.cases.handlers import TermsOf, decided
from services.cases.store import CASES, People
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.ids import fresh
from services.chassis.service import Service

Rule = Callable[[Case, Terms, datetime], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does it, and the name of the command: the same person's same key at the same address is the same command."""

    person: str
    command: str


class Accepted(BaseModel):
    """What became of a command."""

    case_id: str
    status: str
    version: int
    reply_id: str | None = None
    promise_id: str | None = None
    consult_id: str | None = None
    handover_id: str | None = None
    approval_id: str | None = None
    grant_id: str | None = None
    note_id: str | None = None
    feedback_id: str | None = None
    new_case_id: str | None = None


class Commands:
    """Carries commands out on stored cases."""

    def __init__(self, service: Service, organisation: Organisation, terms_of: TermsOf, people: People) -> None:
        self.service = service
        self.organisation = organisation
        self.people = people
        self._terms_of = terms_of

    async def find(self, case_id: str) -> dict[str, Any]:
        """The case as stored. Raises Problem 404."""
        document = await self.service.database.get(CASES, case_id)
        if document is None or document.state is None:
            raise _unknown(case_id)
        return document.state.model_dump(mode="json") | {"status": document.state.status, "version": document.version}

    async def carry_out(
        self, case_id: str, actor: Actor, rule: Rule, *, people: Iterable[str] = (), **named: str
    ) -> Accepted:
        """Apply a rule. Raises Problem when it refuses; then nothing has changed.

        The terms that the rule is given know the actor and the other named `people` as they are now, not as in the files.
        """
        known = await self.people.find([actor.person, *people])

        def decide(case: Case | None, context: Context) -> Decision[Case] | None:
            if case is None:
                raise _unknown(case_id)
            terms = self._terms_of(case.brand).knowing(known)
            return decided(case, rule(case, terms, context.now))

        try:
            document = await self.service.repository.execute(CASES, case_id, actor.command, decide)
        except Refused as error:
            raise Problem(error.status, error.kind, str(error)) from error
        except NotInOrganisation as error:
            raise Problem(422, f"unknown-{error.kind}", str(error)) from error
        assert document.state is not None  # noqa: S101 - decide() has raised otherwise
        return Accepted(case_id=case_id, status=document.state.status, version=document.version, **named)

    def require_skill(self, skill: str | None) -> None:
        """Raises Problem 422 for a skill that the organisation does not have."""
        if skill and skill not in self.organisation.by_id["skills"]:
            raise Problem(422, "unknown-skill", f"the organisation has no skill {skill!r}")


def _unknown(case_id: str) -> Problem:
    return Problem(404, "case-not-found", f"there is no case {case_id}")


def _commands(request: Request) -> Commands:
    found: Commands = request.app.state.commands
    return found


def _actor(
    request: Request,
    acting_person: Annotated[str, Header(min_length=1)],
    idempotency_key: Annotated[str, Header(max_length=255)] = "",
) -> Actor:
    address = request.url.path
    name = derive("command", address, acting_person, idempotency_key) if idempotency_key else fresh()
    return Actor(person=acting_person, command=name)


Acting = Annotated[Actor, Depends(_actor)]
All = Annotated[Commands, Depends(_commands)]
