"""What people do with cases as such: own, hand over, cover, refuse, resolve, merge, split, note, mark, give feedback."""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from schemas.ids import derive
from services.cases.domain import Case, commands
from services.cases.domain.commands import NewPromise, coaching, covers, handovers, merging, notes, refusing
from services.cases.domain.commands.correcting import CorrectClassification, correct_classification
from tests.unit.cases.machine.team import PEOPLE
from tests.unit.cases.machine.walk import ACTING, ANYBODY, ONE, PICK, Walk, act

TO = st.sampled_from([*["mira", "jonas", "nina", "coen", "lena"] * 3, *PEOPLE])

ASKED = st.sampled_from([*["asked"] * 20, "owner", *PEOPLE])


def offered(case: Case) -> object:
    """It waits for somebody to take it over."""
    return case.pending_handover


def covered(case: Case) -> object:
    return case.cover


def open_(case: Case) -> bool:
    return bool(case.owner) and not case.resolved and not case.closed


def answered(case: Case) -> bool:
    """Its customer has had a reply."""
    return any(reply.status == "sent" for reply in case.replies.values())


def resolvable(case: Case) -> bool:
    return answered(case) and open_(case)


def assigned(case: Case) -> bool:
    return open_(case) and not case.replies


def several(case: Case) -> bool:
    """There is something to split off."""
    return open_(case) and case.messages > 1


def commented(case: Case) -> object:
    return case.feedback


class OwnersRules(Walk):
    """Commands about who has the case, and about cases as a whole."""

    @act(3, one=ONE, who=ACTING, to=TO, minutes=st.sampled_from([None, 5, 5, 45]))
    def offers_a_handover(self, one: int, who: str, to: str, minutes: int | None) -> None:
        command = handovers.OfferHandover(to=to, reason="My shift ends", minutes=minutes)
        self.press(
            "offer-handover",
            one,
            who,
            lambda c, a, t, n, k: handovers.offer_handover(c, command, a, derive("handover", k), t, n),
        )

    def _offered(self, case: Case, which: int, who: str) -> tuple[str, str]:
        """A handover and who answers it: mostly the one who is asked."""
        id_ = self.pick(list(case.handovers), which)
        return id_, case.handovers[id_].to if who == "asked" and id_ in case.handovers else who

    @act(5, having=offered, one=ONE, who=ASKED, which=PICK)
    def accepts_a_handover(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, offered):
            id_, who = self._offered(case, which, who)
            self.command("accept-handover", case, who, lambda c, a, t, n, _: handovers.accept_handover(c, id_, a, t, n))

    @act(2, having=offered, one=ONE, who=ASKED, which=PICK)
    def declines_a_handover(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, offered):
            id_, who = self._offered(case, which, who)
            command = handovers.DeclineHandover(reason="Full")
            self.command(
                "decline-handover", case, who, lambda c, a, _, n, __: handovers.decline_handover(c, id_, command, a, n)
            )

    @act(2, having=offered, one=ONE, who=ACTING, which=PICK)
    def withdraws_a_handover(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, offered):
            id_ = self.pick(list(case.handovers), which)
            self.command(
                "withdraw-handover", case, who, lambda c, a, t, n, _: handovers.withdraw_handover(c, id_, a, t, n)
            )

    @act(3, one=ONE, who=st.sampled_from([*["lena"] * 8, "eve", "owner", "coen"]), to=TO)
    def forces_a_handover(self, one: int, who: str, to: str) -> None:
        command = handovers.ForceHandover(to=to, reason="Ill")
        self.press(
            "force-handover",
            one,
            who,
            lambda c, a, t, n, k: handovers.force_handover(c, command, a, derive("handover", k), t, n),
        )

    @act(
        3, one=ONE, who=ACTING, to=TO, begins=st.sampled_from([None, None, -5, 20]), lasts=st.sampled_from([-1, 15, 60])
    )
    def names_a_cover(self, one: int, who: str, to: str, begins: int | None, lasts: int) -> None:
        now = self.stage.now
        starts_at = None if begins is None else now + timedelta(minutes=begins)
        command = covers.NameCover(
            cover=to, reason="Off", starts_at=starts_at, ends_at=(starts_at or now) + timedelta(minutes=lasts)
        )
        self.press("name-cover", one, who, lambda c, a, t, n, _: covers.name_cover(c, command, a, t, n))

    @act(2, having=covered, one=ONE, who=ACTING)
    def ends_a_cover(self, one: int, who: str) -> None:
        self.press("end-cover", one, who, lambda c, a, t, n, _: covers.end_cover(c, a, t, n), having=covered)

    @act(3, having=assigned, one=ONE, who=st.sampled_from(["owner", "owner", "owner", "lena", "jonas"]))
    def refuses_the_assignment(self, one: int, who: str) -> None:
        command = refusing.RefuseAssignment(reason="A neighbour of mine")
        self.press(
            "refuse-assignment",
            one,
            who,
            lambda c, a, t, n, _: refusing.refuse_assignment(c, command, a, t, n),
            having=assigned,
        )

    @act(5, having=resolvable, one=ONE, who=ACTING)
    def resolves(self, one: int, who: str) -> None:
        self.press("resolve", one, who, lambda c, a, t, n, _: commands.resolve(c, a, t, n), having=resolvable)

    @act(3, one=ONE, who=ACTING, minutes=st.sampled_from([-1, 30, 200]))
    def promises(self, one: int, who: str, minutes: int) -> None:
        command = NewPromise(what="a part", due_at=self.stage.now + timedelta(minutes=minutes))
        self.press("promise", one, who, lambda c, a, _, n, k: commands.promise(c, command, a, derive("promise", k), n))

    @act(2, one=ONE, other=ONE, who=ACTING, fresh=st.booleans())
    def merges(self, one: int, other: int, who: str, fresh: bool) -> None:
        """What is known of the target may be old by now."""
        source = self.case(one)
        target = self.case(other, lambda case: case != source)
        if source and target:
            if not fresh:
                self.settle()
            command = merging.MergeCase(into=target.id, reason="the same leak")
            self.command("merge", source, who, lambda c, a, t, n, _: merging.merge(c, target, command, a, t, True, n))

    @act(3, who=ACTING)
    def merges_both(self, who: str) -> None:
        open_cases = [case for case in self.cases if case.owner and not case.closed and not case.resolved]
        if len(open_cases) > 1:
            source, target = open_cases[0], open_cases[-1]
            command = merging.MergeCase(into=target.id, reason="the same leak")
            self.command("merge", source, who, lambda c, a, t, n, _: merging.merge(c, target, command, a, t, True, n))

    @act(3, having=several, one=ONE, who=ACTING, which=PICK)
    def splits(self, one: int, who: str, which: int) -> None:
        if case := self.case(one, several):
            id_ = self.pick([each.message.id for each in case.heard], which)
            command = merging.SplitCase(messages=(id_,), reason="another matter")
            self.command(
                "split", case, who, lambda c, a, t, n, k: merging.split(c, command, a, t, derive("split", c.id, k), n)
            )

    @act(
        2,
        one=ONE,
        who=ANYBODY,
        which=PICK,
        what=st.sampled_from(
            ["note", "mark", "unmark", "save-consult", "correct", *["give-feedback", "see-feedback"] * 3]
        ),
    )
    def does_something_small(self, one: int, who: str, which: int, what: str) -> None:
        """Notes, marks, earlier answers and feedback."""
        feedback = "feedback" in what
        case = self.case(one, answered if what == "give-feedback" else commented if feedback else None)
        if case is None:
            return
        note, special = notes.WriteNote(text="She moved house"), notes.MarkSpecial(text="A birth")
        save = commands.SaveConsult(answer_id=f"answer-{which}", question="Why does it leak?")
        heard = self.pick([each.message.id for each in case.heard], which)
        wrong = CorrectClassification(message_id=heard, urgency="high", topic="" if which % 2 else None)
        comment = coaching.GiveFeedback(text="Warm words")
        sent = [id_ for id_, reply in case.replies.items() if reply.status == "sent"]
        reply, given = self.pick(sent, which), self.pick(list(case.feedback), which)
        coach = "coen" if who == "owner" else who
        author = case.feedback[given].author if who == "owner" and given in case.feedback else who
        rules: dict[str, tuple[str, Any]] = {
            "note": (who, lambda c, a, t, n, k: notes.write_note(c, note, a, derive("note", k), n)),
            "mark": (who, lambda c, a, t, n, _: notes.mark_special(c, special, a, n)),
            "unmark": (who, lambda c, a, t, n, _: notes.unmark_special(c, a)),
            "correct": (who, lambda c, a, t, n, k: correct_classification(c, wrong, a, derive("correction", k), t, n)),
            "save-consult": (who, lambda c, a, t, n, _: commands.save_consult(c, save, "mei", a, n)),
            "give-feedback": (
                coach,
                lambda c, a, t, n, k: coaching.give_feedback(c, reply, comment, a, t, derive("feedback", k), n),
            ),
            "see-feedback": (author, lambda c, a, t, n, _: coaching.see_feedback(c, given, a)),
        }
        self.command(what, case, *rules[what])
