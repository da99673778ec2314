"""F3, O4: until when a customer waits for a first reply, also where two cases become one."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from schemas.base import Event
from schemas.events.case import CaseAbsorbed, CaseMerged, CaseOpened
from schemas.events.reply import ReplySent
from schemas.events.understanding import CaseReclassified
from services.cases.domain import Case
from tests.unit.cases.machine.stage import Commit
from tests.unit.cases.machine.watch import Silent, hold


@dataclass
class Waits:
    """For the first reply in one case."""

    due_at: datetime | None = None
    sent: bool = False

    @property
    def until(self) -> datetime | None:
        """None: a first reply has been sent."""
        return None if self.sent else self.due_at


class FirstReplies(Silent):
    """When the first reply of each case is due, and whether it was sent."""

    def __init__(self) -> None:
        self._cases: defaultdict[str, Waits] = defaultdict(Waits)
        self._merged: dict[str, datetime | None] = {}

    def hears(self, event: Event, commit: Commit) -> None:
        waits = self._cases[commit.case_id]
        if isinstance(event, CaseOpened):
            waits.due_at = event.first_reply_due_at
        elif isinstance(event, CaseReclassified) and event.first_reply_due_at:
            sooner = waits.until is not None and event.first_reply_due_at < waits.until
            hold(sooner, "O4: what is urgent is due sooner, where nothing was said", event, waits)
            waits.due_at = event.first_reply_due_at
        elif isinstance(event, CaseMerged):
            hold(event.first_reply_due_at == waits.until, "F3: it says until when the customer waits", event, waits)
            self._merged[event.case_id] = waits.until
        elif isinstance(event, CaseAbsorbed):
            self._goes_on(waits, event)
        elif isinstance(event, ReplySent):
            hold(event.first is not waits.sent, "F3: the first reply is said once", event, waits)
            waits.sent = True

    def agrees(self, case: Case) -> None:
        waits = self._cases[case.id]
        shown = (case.first_reply_sent, case.first_reply_due_at)
        hold(shown == (waits.sent, waits.due_at), "F3: the first reply is due as was said", shown, waits)

    def _goes_on(self, waits: Waits, event: CaseAbsorbed) -> None:
        there, here = self._merged[event.source_case], waits.until
        earlier = min((each for each in (there, here) if each), default=None)
        changed = earlier if earlier != here else None
        hold(event.first_reply_due_at == changed, "F3, O4: the earlier of both deadlines holds", event, there, here)
        if changed:
            waits.due_at, waits.sent = changed, False
