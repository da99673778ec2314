"""Who acts, and how a command is carried out on a stored case."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from pydantic import BaseModel

from schemas.base import Event
from schemas.organisation import NotInOrganisation, Organisation
from services.cases.api.asking import Acting, Actor, Reading, may
from services.cases.api.moving import require_one_meaning, require_unmoved
from services.cases.api.standing import Standing, require_declared
from services.cases.domain import Case, Refused
from services.cases.domain.terms import Terms
from services.cases.handlers import TermsOf, deciding
from services.cases.store import CASES, People
from services.chassis.documents import Context, Decision, Document
from services.chassis.errors import Problem
from services.chassis.service import Service

Rule = Callable[[Case, Terms, datetime], Sequence[Event]]

__all__ = ["Accepted", "Acting", "Actor", "All", "Commands", "Reading", "Rule", "may"]


class Accepted(BaseModel):
    """What became of a command. Given again under its key it is answered with the same ids, and the case as it is then."""

    case_id: str
    status: str
    version: int
    reply_id: str | None = None
    reply_status: str | None = None
    promise_id: str | None = None
    consult_id: str | None = None
    handover_id: str | None = None
    approval_id: str | None = None
    grant_id: str | None = None
    note_id: str | None = None
    feedback_id: str | None = None
    new_case_id: str | None = None
    correction_id: str | None = None


class Commands:
    """Carries commands out on stored cases."""

    def __init__(self, service: Service, organisation: Organisation, terms_of: TermsOf, people: People) -> None:
        self.service = service
        self.organisation = organisation
        self.people = people
        self._terms_of = terms_of

    async def find(self, case_id: str, actor: Actor) -> Document[Case]:
        """The case as stored. Raises Problem 404, for a case of a brand that the actor does not serve too (M7)."""
        standing = await self.standing(actor)
        document = await self.service.database.get(CASES, case_id)
        if document is None or document.state is None or document.state.brand not in standing.brands:
            raise _unknown(case_id)
        return document

    async def require_known(self, actor: Actor) -> None:
        """Raises Problem 403 for nobody we know, and for an operator. Every route asks; only for who is not in the files
        the store is asked."""
        filed = self.organisation.by_id["people"].get(actor.person)
        if filed is None or filed.role == "operator":
            await self.standing(actor)

    async def standing(self, actor: Actor, *people: str) -> Standing:
        """Who the actor is now, with the other named people as they are now. Raises Problem 403."""
        return Standing.of(actor.person, self.organisation, await self.people.find([actor.person, *people]))

    def now(self) -> datetime:
        """The moment."""
        return self.service.clock.now()

    def terms(self, brand: str, standing: Standing) -> Terms:
        """The brand's terms, with the people as they are now. Raises NotInOrganisation."""
        return self._terms_of(brand).knowing(standing.known)

    async def carry_out(
        self,
        case_id: str,
        actor: Actor,
        rule: Rule,
        *,
        people: Iterable[str] = (),
        told: Callable[[Case], Mapping[str, str]] | None = None,
        **named: str,
    ) -> Accepted:
        """Apply a rule. Raises Problem when it refuses; then nothing has changed.

        The terms that the rule is given know the actor and the other named `people` as they are now, not as in the files. What
        the answer says beside the ids is `told` by the case as it is afterwards.
        """
        standing = await self.standing(actor, *people)

        def decide(case: Case | None, context: Context) -> Decision[Case] | None:
            if case is None or case.brand not in standing.brands:
                raise _unknown(case_id)
            require_one_meaning(actor, context)
            require_unmoved(actor, context)
            terms = self.terms(case.brand, standing)
            events = rule(case, terms, context.now)
            require_declared(actor, standing, case, context.now)
            return deciding(lambda _: terms)(case, events)

        try:
            document = await self.service.repository.execute(CASES, case_id, actor.cause, decide, actor=actor.person)
        except Refused as error:
            raise Problem(error.status, error.kind, str(error)) from error
        except NotInOrganisation as error:
            raise Problem(422, f"unknown-{error.kind}", str(error)) from error
        assert document.state is not None  # noqa: S101 - decide() has raised otherwise
        more = {**named, **(told(document.state) if told else {})}
        return Accepted(case_id=case_id, status=document.state.status, version=document.version, **more)

    def require_skill(self, skill: str | None) -> None:
        """Raises Problem 422 for a skill that the organisation does not have."""
        if skill and skill not in self.organisation.by_id["skills"]:
            raise Problem(422, "unknown-skill", f"the organisation has no skill {skill!r}")


def _unknown(case_id: str) -> Problem:
    return Problem(404, "case-not-found", f"there is no case {case_id}")


def _commands(request: Request) -> Commands:
    found: Commands = request.app.state.commands
    return found


All = Annotated[Commands, Depends(_commands)]
