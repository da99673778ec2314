"""Live updates: whoever looks at something is told that it changed, a few times a second at most.

A stream carries no content, only "changed": what a reader may see is decided where they fetch it.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from sse_starlette import EventSourceResponse, ServerSentEvent

from services.desk.domain import CaseView
from services.desk.domain.board import Board
from services.desk.store.cases import Cases

RETRY_MILLISECONDS = 2000
SHORTEST_INTERVAL_SECONDS = 0.5
STREAMS_PER_SECOND = 50
"""So many fragments a second are rendered for all readers together; the more readers, the longer each interval."""
BOARD = "board"
APPROVALS = "approvals"
WHAT_IFS = "what-ifs"
SEARCH = "search"


def case_subject(case_id: str) -> str:
    return f"case:{case_id}"


def talk_subject(conversation: str) -> str:
    return f"talk:{conversation}"


def consults_subject(specialist: str) -> str:
    return f"consults:{specialist}"


def handovers_subject(person: str) -> str:
    return f"handovers:{person}"


@dataclass(eq=False, slots=True)
class Stream:
    """Somebody listens. `session` is theirs; empty for who needs none."""

    session: str
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    """Whether their session has ended."""


class Hub:
    """Wakes the streams whose subject changed, and ends those whose session is over."""

    def __init__(self) -> None:
        self._streams: dict[str, set[Stream]] = {}
        self._closed = False

    @property
    def sessions(self) -> set[str]:
        """Those in which somebody listens."""
        return {each.session for streams in self._streams.values() for each in streams if each.session}

    def is_heard(self, subject: str) -> bool:
        """Whether somebody listens to it."""
        return bool(self._streams.get(subject))

    def wake(self, subjects: Iterable[str]) -> None:
        for subject in subjects:
            for stream in self._streams.get(subject, ()):
                stream.woken.set()

    def end(self, sessions: Iterable[str]) -> None:
        """End the streams of these sessions."""
        ended = {each for each in sessions if each}
        for stream in [each for streams in self._streams.values() for each in streams if each.session in ended]:
            stream.over = True
            stream.woken.set()

    def close(self) -> None:
        """End all streams; their pages connect again, here or elsewhere."""
        self._closed = True
        self.wake(list(self._streams))

    @property
    def interval_seconds(self) -> float:
        """How long a stream is silent after it spoke."""
        streams = sum(len(each) for each in self._streams.values())
        return max(SHORTEST_INTERVAL_SECONDS, streams / STREAMS_PER_SECOND)

    async def stream(self, subject: str, session: str = "") -> AsyncIterator[ServerSentEvent]:
        """Says "changed" at once (something may have while nobody listened), then after every change; last "over", if so."""
        stream = Stream(session)
        stream.woken.set()
        self._streams.setdefault(subject, set()).add(stream)
        try:
            while not self._closed:
                await stream.woken.wait()
                stream.woken.clear()
                if self._closed:
                    return
                if stream.over:
                    yield ServerSentEvent(subject, event="over")
                    return
                yield ServerSentEvent(subject, event="changed", retry=RETRY_MILLISECONDS)
                await asyncio.sleep(self.interval_seconds)
        finally:
            self._streams[subject].discard(stream)
            if not self._streams[subject]:
                del self._streams[subject]

    def response(self, subject: str, session: str = "") -> EventSourceResponse:
        """The stream as an HTTP answer; it ends with the session."""
        return EventSourceResponse(self.stream(subject, session), headers={"Cache-Control": "no-store"})


class Live:
    """Takes note of what handlers decide; once it is stored, the board and the readers learn of it."""

    def __init__(self, board: Board, hub: Hub) -> None:
        self._board = board
        self._hub = hub
        self._also: list[Callable[[CaseView], None]] = []
        self._noticed: dict[str, CaseView] = {}
        self._subjects: set[str] = set()

    def also_tell(self, take: Callable[[CaseView], None]) -> None:
        """Somebody else learns of every case, too, once it is stored."""
        self._also.append(take)

    def notice(self, view: CaseView) -> None:
        """A case is about to be stored like this."""
        self._noticed[view.id] = view

    def notice_case(self, case_id: str) -> None:
        """Something beside a case is about to be stored that its page shows."""
        self._subjects.add(case_subject(case_id))

    async def publish(self) -> None:
        """All that was noticed is stored now."""
        views, self._noticed = self._noticed, {}
        subjects, self._subjects = self._subjects, set()
        for view in views.values():
            self._board.take(view)
            self._tell(view)
            subjects |= subjects_of(view)
        self._hub.wake(subjects)

    async def catch_up(self, cases: Cases, *, alone: bool) -> None:
        """The same for what other instances stored, unless this one is `alone` in handling events."""
        await self.publish()
        for view in await cases.catch_up(alone=alone):
            self._tell(view)
            self._hub.wake(subjects_of(view))

    def _tell(self, view: CaseView) -> None:
        for take in self._also:
            take(view)


def subjects_of(view: CaseView) -> set[str]:
    """Everything that shows this case."""
    specialists = {consults_subject(offer.specialist) for each in view.consults for offer in each.offers.values()}
    talks = {
        talk_subject(each) for each in (view.conversation, *(entry.conversation for entry in view.timeline)) if each
    }
    asked = {handovers_subject(entry.note) for entry in view.timeline if entry.kind == "handover-offered"}
    approvals = {APPROVALS} if view.approvals else set()
    return {BOARD, case_subject(view.id), *talks, *specialists, *asked, *approvals}
