"""Situations to begin with, each made by the machine's own rules."""

from collections.abc import Callable

from tests.unit.cases.machine.rules_consults import ConsultRules
from tests.unit.cases.machine.rules_owners import OwnersRules
from tests.unit.cases.machine.rules_replies import ReplyRules
from tests.unit.cases.machine.rules_world import Surroundings


class Scenes(OwnersRules, ReplyRules, ConsultRules, Surroundings):
    """All rules together, and what they lead to when they are followed on purpose."""

    def scene(self, name: str) -> None:
        scenes: dict[str, Callable[[], None]] = {
            "answered": self._answered,
            "resolved": self._resolved,
            "reopened": self._reopened,
            "parting": self._parting,
            "promised": lambda: self._says(promised=30),
            "held": self._held,
            "scheduled": lambda: self._says(later=20),
            "queued": self._says,
            "uncertain": self._uncertain,
            "offered": lambda: self.offers_a_handover(one=0, who="owner", to="jonas", minutes=None),
            "unanswered": self._unanswered,
            "covered": lambda: self.names_a_cover(one=0, who="owner", to="jonas", begins=None, lasts=15),
            "refused": lambda: self.refuses_the_assignment(one=0, who="owner"),
            "overtaken": self._overtaken,
            "asked": self._asks,
            "accepted": self._accepted,
            "declined": self._declined,
            "granted": lambda: self._grants("50"),
            "above": lambda: self._grants("400"),
            "expected": self._expected,
            "interpreted": self._interpreted,
            "two": lambda: self.writes("mail"),
            "merged": self._merged,
            "split": self._split,
        }
        scenes[name]()

    def _says(self, promised: int | None = None, later: int | None = None) -> None:
        self.replies(one=0, who="owner", text="Done", kind="answer", promised=promised, keeps=False, later=later)

    def _answered(self) -> None:
        self._says()
        self.settle(send=True)

    def _resolved(self) -> None:
        self._answered()
        self.resolves(one=0, who="owner")

    def _reopened(self) -> None:
        self._resolved()
        self.stage.pass_time(30)
        self.writes("web")
        self.settle()

    def _parting(self) -> None:
        """One more word in a resolved case, which others have to see."""
        self._resolved()
        self._held()

    def _held(self) -> None:
        if case := self.case(0):
            self.staff.grows(self.person("owner", case), "supervised")
        self._says()

    def _expected(self) -> None:
        """A reply that waits, and whoever is expected to act on it."""
        self._held()
        self.settle()

    def _interpreted(self) -> None:
        self.asks_an_interpreter(one=0, who="owner", source="nl", into=None, level="B2")
        self.settle()

    def _unanswered(self) -> None:
        """An offer whose time has passed, and nobody has noticed."""
        self.offers_a_handover(one=0, who="owner", to="jonas", minutes=5)
        self.stage.pass_time(6)

    def _overtaken(self) -> None:
        """Routing has found somebody for a case that was refused, and before that is heard a lead gives it to another."""
        self.refuses_the_assignment(one=0, who="owner")
        while self.routing.lane.waiting:
            self.routing.hear(self.stage)
        self.forces_a_handover(one=0, who="lena", to="coen")

    def _uncertain(self) -> None:
        self._says()
        self.settle()
        self.delivery_acts(which=0, outcome="uncertain")

    def _asks(self) -> None:
        self.asks_a_specialist(one=0, who="owner", places=2, named="", skill="coffee")
        self.settle()

    def _accepted(self) -> None:
        self._asks()
        self.a_specialist_accepts(one=0, who="asked", which=0, whom=0)

    def _declined(self) -> None:
        self._asks()
        self.a_specialist_declines(one=0, who="asked", which=0, whom=0)

    def _grants(self, amount: str) -> None:
        self.grants(one=0, who="owner", kind="refund", amount=amount, dies="")

    def _merged(self) -> None:
        self.writes("mail")
        self.settle()
        self.merges_both(who="lena")

    def _split(self) -> None:
        self.writes("web")
        self.settle()
        self.splits(one=0, who="owner", which=0)
