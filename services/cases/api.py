"""Commands of people on a case, over HTTP. Called by the desk and by bridges, with the acting person named."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel

from schemas.base import Event
from schemas.ids import derive
from schemas.organisation import NotInOrganisation, Organisation
from services.cases.domain import Case, Refused, commands
from services.cases.domain.commands import AnswerConsult, AskSpecialist, NewPromise, WriteReply
from services.cases.handlers import TermsOf, decided
from services.cases.store import CASES
from services.chassis.documents import Context, Decision
from services.chassis.errors import Problem
from services.chassis.http import require_internal
from services.chassis.ids import fresh
from services.chassis.service import Service

Rule = Callable[[Case, datetime], Sequence[Event]]

router = APIRouter(dependencies=[Depends(require_internal)])


class Actor(BaseModel):
    """Who does it, and the name of the command: the same person's same key at the same address is the same command."""

    person: str
    command: str


class Accepted(BaseModel):
    """What became of a command."""

    case_id: str
    status: str
    reply_id: str | None = None
    promise_id: str | None = None
    consult_id: str | None = None


class Commands:
    """Carries commands out on stored cases."""

    def __init__(self, service: Service, organisation: Organisation, terms_of: TermsOf) -> None:
        self.service = service
        self.organisation = organisation
        self.terms_of = terms_of

    async def find(self, case_id: str) -> dict[str, Any]:
        """The case as stored. Raises Problem 404."""
        document = await self.service.database.get(CASES, case_id)
        if document is None or document.state is None:
            raise _unknown(case_id)
        return document.state.model_dump(mode="json") | {"status": document.state.status, "version": document.version}

    async def carry_out(self, case_id: str, actor: Actor, rule: Rule, **named: str) -> Accepted:
        """Apply a rule. Raises Problem when it refuses; then nothing has changed."""

        def decide(case: Case | None, context: Context) -> Decision[Case] | None:
            if case is None:
                raise _unknown(case_id)
            return decided(case, rule(case, context.now))

        try:
            document = await self.service.repository.execute(CASES, case_id, actor.command, decide)
        except Refused as error:
            raise Problem(error.status, error.kind, str(error)) from error
        except NotInOrganisation as error:
            raise Problem(422, f"unknown-{error.kind}", str(error)) from error
        assert document.state is not None  # noqa: S101 - decide() has raised otherwise
        return Accepted(case_id=case_id, status=document.state.status, **named)

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


@router.get("/cases/{case_id}")
async def show(case_id: str, cases: All) -> dict[str, Any]:
    """A case as it is now."""
    return await cases.find(case_id)


@router.post("/cases/{case_id}/replies", status_code=202)
async def write_reply(case_id: str, command: WriteReply, actor: Acting, cases: All) -> Accepted:
    """Send something to the customer, with or without a promise."""
    reply_id = derive("reply", actor.command)
    promised = {"promise_id": derive("promise", reply_id)} if command.promise else {}

    def rule(case: Case, now: datetime) -> Sequence[Event]:
        return commands.reply(case, command, actor.person, cases.terms_of(case.brand), reply_id, now)

    return await cases.carry_out(case_id, actor, rule, reply_id=reply_id, **promised)


@router.post("/cases/{case_id}/promises", status_code=202)
async def make_promise(case_id: str, command: NewPromise, actor: Acting, cases: All) -> Accepted:
    """Record what was promised by when."""
    promise_id = derive("promise", actor.command)

    def rule(case: Case, now: datetime) -> Sequence[Event]:
        return commands.promise(case, command, actor.person, promise_id, now)

    return await cases.carry_out(case_id, actor, rule, promise_id=promise_id)


@router.post("/cases/{case_id}/consults", status_code=202)
async def ask_specialist(case_id: str, command: AskSpecialist, actor: Acting, cases: All) -> Accepted:
    """Ask a specialist; routing finds one."""
    cases.require_skill(command.skill)
    consult_id = derive("consult", actor.command)

    def rule(case: Case, now: datetime) -> Sequence[Event]:
        due_at = now + timedelta(minutes=command.due_minutes)
        return commands.ask_specialist(case, command, actor.person, consult_id, due_at)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/answer", status_code=202)
async def answer_consult(case_id: str, consult_id: str, command: AnswerConsult, actor: Acting, cases: All) -> Accepted:
    """Answer the owner, as the specialist who was asked."""

    def rule(case: Case, _: datetime) -> Sequence[Event]:
        return commands.answer_consult(case, consult_id, command, actor.person)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/consults/{consult_id}/withdrawal", status_code=202)
async def withdraw_consult(case_id: str, consult_id: str, actor: Acting, cases: All) -> Accepted:
    """Take a question back."""

    def rule(case: Case, _: datetime) -> Sequence[Event]:
        return commands.withdraw_consult(case, consult_id, actor.person)

    return await cases.carry_out(case_id, actor, rule, consult_id=consult_id)


@router.post("/cases/{case_id}/resolution", status_code=202)
async def resolve(case_id: str, actor: Acting, cases: All) -> Accepted:
    """Hold the question answered."""

    def rule(case: Case, now: datetime) -> Sequence[Event]:
        return commands.resolve(case, actor.person, cases.terms_of(case.brand), now)

    return await cases.carry_out(case_id, actor, rule)
