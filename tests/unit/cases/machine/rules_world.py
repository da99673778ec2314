"""What happens around the cases: customers write, lanes move and repeat themselves, delivery reports, time passes, people come,
go and grow."""

from datetime import timedelta

from hypothesis import strategies as st

from schemas.events.incident import IncidentAnswerOffered
from schemas.events.second_reading import MessageReclassified
from schemas.events.survey import SurveyRequested
from schemas.ids import derive
from services.cases.domain import commands
from services.cases.domain.commands import WriteReply
from tests.unit.cases.machine.walk import ONE, PICK, Walk, act

LANES = ("web", "mail")


class Surroundings(Walk):
    """Rules about all that is not a command."""

    @act(
        5,
        lane=st.sampled_from(["web", "web", "mail"]),
        back=st.sampled_from([0, 0, 0, 20, 90]),
        public=st.booleans(),
        language=st.sampled_from(["en", "en", "nl", "und"]),
        twice=st.booleans(),
        thanks=st.sampled_from([False, False, True]),
    )
    def customer_writes(self, lane: str, back: int, public: bool, language: str, twice: bool, thanks: bool) -> None:
        self.writes(lane, back, twice, thanks, visibility="public" if public else "private", language=language)
        self.moved()

    @act(4, one=ONE, days=st.integers(1, 7))
    def a_survey_is_sent(self, one: int, days: int) -> None:
        """Follow-up asks how it was, about a case that has come to its end (F5)."""
        if (case := self.case(one, lambda each: each.closed and not each.merged_into)) is None:
            return
        facts = {"case_id": case.id, "conversation": case.conversation, "brand": case.brand, "channel": case.channel}
        apart = {"kind": "nps", "language": case.language, "owner": case.owner or "mira", "team": case.pool}
        asked = SurveyRequested.model_validate(
            facts
            | apart
            | {"survey_id": derive("survey", case.id), "text": "0 to 10?", "text_language": "en"}
            | {"recipient_id": f"ana-{case.channel}", "requested_at": self.stage.now}
            | {"expires_at": self.stage.now + timedelta(days=days)}
        )
        self.stage.say(asked, derive("surveyed", case.id))

    @act(4, lane=st.sampled_from(LANES), says=st.sampled_from(["8", "8", "11", "stop", "9 - but it leaks"]))
    def customer_answers_a_survey(self, lane: str, says: str) -> None:
        """A number means something only to somebody who was asked."""
        self.writes(lane, text=says)
        self.moved()

    @act(3, one=ONE, incident=st.sampled_from(["flood", "fire"]))
    def an_incident_is_answered(self, one: int, incident: str) -> None:
        """Approved words come as a draft for the owner, whatever has become of the case meanwhile (F8)."""
        if (case := self.case(one)) is None:
            return
        offered = IncidentAnswerOffered(
            case_id=case.id,
            conversation=case.conversation,
            brand=case.brand,
            incident_id=incident,
            author="lena",
            approved_by="coen",
            language="en",
            text="We know of it and are at work.",
            offered_at=self.stage.now,
        )
        self.stage.say(offered, derive("offered", incident, case.id))

    @act(3, one=ONE, which=PICK, urgency=st.sampled_from(["low", "normal", "high"]))
    def a_message_is_read_again(self, one: int, which: int, urgency: str) -> None:
        """A better model is surer, at any moment, also after a person said what the message is (U1, U3)."""
        if (case := self.case(one, lambda each: bool(each.heard))) is None:
            return
        heard = case.heard[-1 - which % len(case.heard)]
        told = heard.classification.model_copy(update={"urgency": urgency, "model": "second"})
        read = MessageReclassified(message=heard.message, classification=told, changed=("urgency",))
        self.stage.say(read, derive("read-again", heard.message.id, urgency))

    @act(6, which=PICK, many=st.booleans())
    def a_lane_moves(self, which: int, many: bool) -> None:
        if busy := self.busy:
            lane, step = busy[which % len(busy)]
            step()
            while many and lane.waiting:
                step()
            self.moved()

    @act(3, which=st.integers(0, 9), back=st.integers(1, 6))
    def a_consumer_comes_back(self, which: int, back: int) -> None:
        """It had not told Kafka how far it was: the end of the lane comes again, in its order."""
        lanes = [*self.stage.lanes.values(), self.routing.lane, self.delivery.lane]
        lane = lanes[which % len(lanes)]
        lane.position = max(0, lane.position - back)

    @act(5)
    def everybody_hears_everything(self) -> None:
        """Routing looks again at what waits, too."""
        self.settle()
        self.routing.try_again(self.stage)
        self.settle()

    @act(
        3,
        one=ONE,
        who=st.sampled_from([*["owner"] * 6, "mira", "jonas", "nina", "coen", "diego", "mei"]),
        there=st.booleans(),
        stage=st.sampled_from(["", "shadow", "supervised", "independent"]),
    )
    def somebody_comes_goes_or_grows(self, one: int, who: str, there: bool, stage: str) -> None:
        case = self.case(one)
        person = self.person(who, case) if case else who
        if stage and self.staff[person].role == "agent":
            self.staff.grows(person, stage)
        self.routing.there(self.staff[person], there)

    @act(6, which=PICK, outcome=st.sampled_from(["sent", "sent", "sent", "failed", "uncertain"]))
    def delivery_acts(self, which: int, outcome: str) -> None:
        if known := [*self.delivery.uncertain, *self.delivery.at_hand]:
            self.delivery.act(self.stage, known[-1 - which % len(known)], outcome)
            self.moved()

    @act(
        8,
        minutes=st.sampled_from([1, 1, 5, 10, 16, 31, 46, 241, 2890, 2890]),
        noticed=st.booleans(),
    )
    def time_passes(self, minutes: int, noticed: bool) -> None:
        self.stage.pass_time(minutes)
        self.followup.speak(self.stage)
        if noticed:
            self.stage.wake()
            self.moved()

    @act(3, back=st.integers(0, 5))
    def somebody_presses_again(self, back: int) -> None:
        self.again(back)

    @act(4, one=ONE, quiet=st.booleans(), forgetful=st.sampled_from([False, False, True]))
    def the_owner_brings_it_to_its_end(self, one: int, quiet: bool, forgetful: bool) -> None:
        """So that long walks reach resolved and closed cases, and new ones after them."""
        self.settle(send=True)
        case = self.case(one)
        if case is None or not case.owner or case.closed:
            return
        for promise in [*[each.id for each in case.open_promises if not forgetful], ""]:
            command = WriteReply(text="Done", keeps_promise=promise)
            self.command(
                "reply",
                case,
                "owner",
                lambda c, a, t, n, k, w=command: commands.reply(c, w, a, t, derive("reply", k), n),  # type: ignore[misc]
            )
            self.settle(send=True)
        self.command("resolve", case, "owner", lambda c, a, t, n, _: commands.resolve(c, a, t, n))
        if quiet:
            self.stage.pass_time(timedelta(hours=48) / timedelta(minutes=1))
            self.followup.speak(self.stage)
            self.stage.wake()
            self.moved()
            self.settle()
