"""Lives in which replies wait: people of every stage, a brand with rules of its own, and time that passes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from schemas.events.delivery import DeliveryCancelled, DeliveryFailed
from schemas.organisation import Brand, Person
from services.cases.domain import Case, commands
from services.cases.domain.commands import ChangeDraft, SendDraft, WriteReply
from services.cases.domain.commands.approvals import Approve, RefuseApproval, approve, refuse, withdraw
from services.cases.domain.commands.letters import Letter
from services.cases.domain.records import Reply
from services.cases.domain.terms import Terms
from services.cases.domain.timers import timers
from tests.unit.cases import life as usual
from tests.unit.cases.life import OWNER, TERMS, Life, facts

COACH, SECOND, SHADOW, COLLEAGUE = "coen", "carla", "sam", "kim"
TEMPLATES = ("Good question, you hear from me by {by}.", "I am finding out; more by {by}.")


class Waits(Life):
    """A life under terms that can change: a brand's policy, people's stages."""

    def __init__(self, **policy: Any) -> None:
        super().__init__()
        self.policy: dict[str, Any] = {"holding_replies": {"en": TEMPLATES}} | policy
        self.stages: dict[str, str] = {SHADOW: "shadow"}
        self.roles: dict[str, str] = {COACH: "coach", SECOND: "coach", usual.EXPERT: "specialist"}
        self.limits: dict[str, Any] = {}
        self.hours: dict[str, Any] = {}

    @property
    def terms(self) -> Terms:
        brand = Brand.model_validate(usual.BRAND.model_dump() | {"policy": self.policy})
        return replace(TERMS, brand=brand, person=self.person, **self.limits)

    def person(self, id_: str) -> Person:
        facts = usual.person(id_).model_dump()
        facts |= {"stage": self.stages.get(id_, "independent"), "role": self.roles.get(id_, "agent")}
        facts |= {"hours": self.hours.get(id_, "24/7")}
        return Person.model_validate(facts | ({"brands": ["other"]} if id_ == "stranger" else {}))

    def reply(self, id_: str = "r") -> Reply:
        return self.case.replies[id_]

    def writes(self, actor: str = OWNER, id_: str = "r", **fields: Any) -> "Waits":
        """Send in one."""
        command = WriteReply.model_validate({"text": "Done"} | fields)
        self.do(lambda case: commands.reply(case, command, actor, self.terms, id_, self.now))
        return self

    def drafts(self, actor: str = OWNER, id_: str = "r", **fields: Any) -> "Waits":
        command = Letter.model_validate({"text": "A draft"} | fields)
        self.do(lambda case: commands.draft(case, command, actor, self.terms, id_, self.now))
        return self

    def changes(self, version: int, actor: str = OWNER, id_: str = "r", **fields: Any) -> "Waits":
        command = ChangeDraft.model_validate({"text": "A better draft", "version": version} | fields)
        self.do(lambda case: commands.change_draft(case, id_, command, actor, self.terms, self.now))
        return self

    def discards(self, actor: str = OWNER, id_: str = "r") -> "Waits":
        self.do(lambda case: commands.discard_draft(case, id_, actor, self.now))
        return self

    def sends(self, version: int = 1, actor: str = OWNER, id_: str = "r", **fields: Any) -> "Waits":
        command = SendDraft.model_validate({"version": version} | fields)
        self.do(lambda case: commands.send_draft(case, id_, command, actor, self.terms, self.now))
        return self

    def cancels(self, actor: str = OWNER, id_: str = "r") -> "Waits":
        self.do(lambda case: commands.cancel_reply(case, id_, actor, self.now))
        return self

    def fails(self, id_: str = "r", **delivered: Any) -> "Waits":
        """Delivery says that the channel refused it for good."""
        self.hear(DeliveryFailed(**facts(self.case), reply_id=id_, reason="the customer has gone", **delivered))
        return self

    def takes_up(self, id_: str = "r", draft_id: str = "again", actor: str = OWNER) -> "Waits":
        self.do(lambda case: commands.take_up(case, id_, draft_id, actor, self.terms, self.now))
        return self

    @property
    def approval(self) -> str:
        """The latest that was asked for."""
        return list(self.case.approvals)[-1]

    def approves(self, actor: str = COACH, approval: str = "", **fields: Any) -> "Waits":
        command = Approve.model_validate(fields)
        return self._four_eyes(lambda case, id_: approve(case, id_, command, actor, self.terms, self.now), approval)

    def refuses(self, actor: str = COACH, approval: str = "", reason: str = "Warmer, please") -> "Waits":
        command = RefuseApproval(reason=reason)
        return self._four_eyes(lambda case, id_: refuse(case, id_, command, actor, self.terms, self.now), approval)

    def withdraws(self, actor: str = OWNER, approval: str = "") -> "Waits":
        return self._four_eyes(lambda case, id_: withdraw(case, id_, actor, self.now), approval)

    def _four_eyes(self, rule: Callable[[Case, str], Any], approval: str) -> "Waits":
        self.do(lambda case: rule(case, approval or self.approval))
        return self

    def waits(self, **time: float) -> "Waits":
        """Time passes, and the case hears of it."""
        self.now += timedelta(**time)
        for timer in timers(self.case):
            if timer.at <= self.now and timer.name in {each.name for each in timers(self.case)}:
                self.do(lambda case, timer=timer: timer.fire(case, self.terms, self.now))
        return self

    def kept_back(self, id_: str = "r") -> "Waits":
        """Delivery says that it was cancelled in time."""
        self.hear(DeliveryCancelled(**facts(self.case), reply_id=id_))
        return self


def owned(visibility: str = "private", reach: int | None = None, **policy: Any) -> Waits:
    """A case with an owner, under a brand with this policy."""
    life = Waits(**policy)
    life.arrives(visibility=visibility, reach=reach).assigned()
    return life


def supervised(**policy: Any) -> Waits:
    """A case whose owner is at the stage supervised."""
    life = owned(**policy)
    life.stages[OWNER] = "supervised"
    return life
