"""What people do with replies, approvals and grants."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from schemas.ids import derive
from services.cases.domain import Case, Refused, commands
from services.cases.domain.allowance import Allowance, left, reserved, said_by, settled
from services.cases.domain.commands import ChangeDraft, ProposeGrant, SendDraft, WriteReply
from services.cases.domain.commands.approvals import Approve, RefuseApproval, approve, refuse, withdraw
from services.cases.domain.commands.grants import Period, room_needed
from services.cases.domain.commands.letters import Letter
from tests.unit.cases.machine.walk import ACTING, ANYBODY, ONE, PICK, Walk, act

TEXTS = st.sampled_from(["Done", "It is on its way", "Descale it", " ", "Descale it first. " * 5, "x" * 90])
KINDS = st.sampled_from(["answer", "answer", "holding"])
LATER = st.sampled_from([None, None, None, 20, 40, -1])
PROMISED = st.sampled_from([None, None, None, 30, 90, -1])
COACHES = st.sampled_from([*["coen"] * 6, *["kim", "lena"] * 3, "owner", "jonas", "eve"])


def drafted(case: Case) -> bool:
    return not case.closed and any(reply.status == "draft" for reply in case.replies.values())


def failed(case: Case) -> bool:
    return not case.closed and any(reply.status == "failed" for reply in case.replies.values())


def on_its_way(case: Case) -> bool:
    return any(reply.on_its_way for reply in case.replies.values())


def waiting(case: Case) -> bool:
    """Something waits for other eyes."""
    return any(each.status == "waiting" for each in case.approvals.values())


class ReplyRules(Walk):
    """Commands about what is said and given to the customer."""

    def _letter(self, case: Case | None, text: str, kind: str, promised: int | None, keeps: bool) -> dict[str, Any]:
        found: dict[str, Any] = {"text": text, "kind": kind}
        if promised is not None:
            found["promise"] = {"what": "a part", "due_at": self.stage.now + timedelta(minutes=promised)}
        if keeps and case and case.promises:
            found["keeps_promise"] = list(case.promises)[-1]
        return found

    def _later(self, minutes: int | None) -> dict[str, Any]:
        return {} if minutes is None else {"send_at": self.stage.now + timedelta(minutes=minutes)}

    @act(8, one=ONE, who=ACTING, text=TEXTS, kind=KINDS, promised=PROMISED, keeps=st.booleans(), later=LATER)
    def replies(
        self, one: int, who: str, text: str, kind: str, promised: int | None, keeps: bool, later: int | None
    ) -> None:
        letter = self._letter(self.case(one), text, kind, promised, keeps)
        command = WriteReply.model_validate(letter | self._later(later))
        self.press("reply", one, who, lambda c, a, t, n, k: commands.reply(c, command, a, t, derive("reply", k), n))

    @act(3, one=ONE, who=ANYBODY, text=TEXTS, kind=KINDS, promised=PROMISED, keeps=st.booleans())
    def drafts(self, one: int, who: str, text: str, kind: str, promised: int | None, keeps: bool) -> None:
        command = Letter.model_validate(self._letter(self.case(one), text, kind, promised, keeps))
        self.press("draft", one, who, lambda c, a, t, n, k: commands.draft(c, command, a, t, derive("reply", k), n))

    def _a_draft(self, case: Case, which: int) -> tuple[str, int]:
        """A reply, mostly a draft, and its version."""
        known = [id_ for id_, reply in case.replies.items() if which > 2 or reply.status == "draft"]
        id_ = self.pick(known, which)
        return id_, max(1, case.replies[id_].version) if id_ in case.replies else 1

    @act(3, having=drafted, one=ONE, who=ANYBODY, text=TEXTS, which=PICK, old=st.sampled_from([0, 0, 0, 1]))
    def changes_a_draft(self, one: int, who: str, text: str, which: int, old: int) -> None:
        if case := self.case(one, drafted):
            id_, version = self._a_draft(case, which)
            command = ChangeDraft(text=f"{text}!", version=max(1, version - old))
            self.command(
                "change-draft", case, who, lambda c, a, t, n, _: commands.change_draft(c, id_, command, a, t, n)
            )

    @act(3, having=drafted, one=ONE, who=ANYBODY, which=PICK)
    def discards_a_draft(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, drafted):
            id_, _ = self._a_draft(case, which)
            self.command("discard-draft", case, who, lambda c, a, _, n, __: commands.discard_draft(c, id_, a, n))

    @act(5, having=drafted, one=ONE, who=ACTING, which=PICK, old=st.sampled_from([0, 0, 0, 1]), later=LATER)
    def sends_a_draft(self, one: int, who: str, which: int, old: int, later: int | None) -> None:
        if case := self.case(one, drafted):
            id_, version = self._a_draft(case, which)
            command = SendDraft.model_validate({"version": max(1, version - old)} | self._later(later))
            self.command("send-draft", case, who, lambda c, a, t, n, _: commands.send_draft(c, id_, command, a, t, n))

    @act(3, having=on_its_way, one=ONE, who=ACTING, which=PICK)
    def cancels_a_reply(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, on_its_way):
            known = [id_ for id_, reply in case.replies.items() if which > 1 or reply.on_its_way]
            id_ = self.pick(known, which)
            self.command("cancel-reply", case, who, lambda c, a, _, n, __: commands.cancel_reply(c, id_, a, n))

    @act(4, having=failed, one=ONE, who=ANYBODY, which=PICK)
    def takes_up_a_reply(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, failed):
            known = [id_ for id_, reply in case.replies.items() if which > 1 or reply.status == "failed"]
            id_ = self.pick(known, which)
            self.command(
                "take-up", case, who, lambda c, a, t, n, k: commands.take_up(c, id_, derive("reply", k), a, t, n)
            )

    def _waiting(self, case: Case, which: int) -> str:
        known = [id_ for id_, each in case.approvals.items() if which > 1 or each.status == "waiting"]
        return self.pick(known, which)

    @act(
        6,
        having=waiting,
        one=ONE,
        who=COACHES,
        which=PICK,
        text=st.sampled_from([*[None] * 6, *["Kinder words"] * 3, " "]),
    )
    def approves(self, one: int, who: str, which: int, text: str | None) -> None:
        if case := self.case(one, waiting):
            id_, command = self._waiting(case, which), Approve(text=text)
            self.command("approve", case, who, lambda c, a, t, n, _: approve(c, id_, command, a, t, n))

    @act(3, having=waiting, one=ONE, who=COACHES, which=PICK)
    def refuses_approval(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, waiting):
            id_, command = self._waiting(case, which), RefuseApproval(reason="Warmer")
            self.command("refuse-approval", case, who, lambda c, a, t, n, _: refuse(c, id_, command, a, t, n))

    @act(3, having=waiting, one=ONE, who=ACTING, which=PICK)
    def withdraws_from_approval(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, waiting):
            id_ = self._waiting(case, which)
            self.command("withdraw-approval", case, who, lambda c, a, _, n, __: withdraw(c, id_, a, n))

    @act(
        8,
        one=ONE,
        who=ACTING,
        kind=st.sampled_from(["refund", "refund", "voucher", "airmiles"]),
        amount=st.sampled_from(["5", "20", "20", "20", "45", "50", "60", "400", "900", "0"]),
        dies=st.sampled_from(["", "", "", "before", "after"]),
    )
    def grants(self, one: int, who: str, kind: str, amount: str, dies: str) -> None:
        """Room in the person's allowance first, then the case, then the allowance hears; it may die in between."""
        case = self.case(one)
        if case is None:
            return
        command = ProposeGrant(kind=kind, amount=amount, currency="EUR", reason="It leaked")
        actor, grant_id = self.person(who, case), derive("grant", self.key("grant"))
        period = self._reserved(case, command, actor, grant_id)
        if dies == "before":
            return
        self.command(
            "grant", case, who, lambda c, a, t, n, _: commands.propose_grant(c, command, a, t, grant_id, n, period)
        )
        if period and period.reserved_at and dies != "after":
            said = said_by(self.stage.state(case.id), grant_id)
            self.allowances[actor] = settled(self.allowances[actor], {grant_id: said})

    def _reserved(self, case: Case, command: ProposeGrant, actor: str, grant_id: str) -> Period | None:
        now = self.stage.now
        try:
            needed = room_needed(case, command, actor, self.staff.terms_of(case.brand), now)
        except (Refused, LookupError):
            return None
        if needed is None:
            return None
        allowance = self.allowances.get(actor, Allowance(person=actor, brand=case.brand))
        stale = {id_: said_by(self.stage.state(each.case_id), id_) for id_, each in allowance.stale(now).items()}
        healed = settled(allowance, stale)
        room = left(healed, needed[1], now)
        assert room
        after = reserved(healed, grant_id, case.id, *needed, now)
        self.allowances[actor] = after or healed
        return Period(room, now if after else None)
