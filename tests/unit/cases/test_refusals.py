"""Every way in which a command is refused, and what HTTP calls it; a refused command changes nothing."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

import pytest

from services.cases import domain
from services.cases.domain import Refused, commands
from services.cases.domain.commands import AnswerConsult, DeclineConsult, RateAnswer
from tests.unit.cases.life import EXPERT, LIMIT, OTHER, OWNER, Life
from tests.unit.cases.test_rules import owned, resolved

Try = Callable[[Life], object]


def new() -> Life:
    return Life().arrives()


def closed() -> Life:
    return resolved().quiet_passes()


def with_open_promise() -> Life:
    life = owned().answered()
    life.promises()
    return life


def with_reply_on_its_way() -> Life:
    life = owned().answered()
    life.replies()
    return life


def with_only_a_holding_reply() -> Life:
    life = owned()
    return life.sent(life.replies("holding"))


def with_consult() -> Life:
    life = owned()
    return life.offered(life.asks())


def with_consult_not_offered() -> Life:
    life = owned()
    life.asks()
    return life


def with_answered_consult() -> Life:
    life = with_consult()
    answer(EXPERT)(life)
    return life


def with_declined_consult() -> Life:
    life = with_consult()
    words = DeclineConsult(reason="I do not know it")
    life.do(lambda case: commands.decline_consult(case, "consult-1-of-1", words, EXPERT, life.now))
    return life


def accept(actor: str) -> Try:
    return lambda life: life.do(lambda case: commands.accept_consult(case, "consult-1-of-1", actor))


def rate() -> Try:
    stars = RateAnswer(stars=5)
    return lambda life: life.do(lambda case: commands.rate_answer(case, "consult-1-of-1", stars, OWNER, life.now))


def answer(actor: str, consult: str = "consult-1-of-1") -> Try:
    words = AnswerConsult(answer="A new seal")
    return lambda life: life.do(lambda case: commands.answer_consult(case, consult, words, actor, life.now))


def withdraw(actor: str) -> Try:
    return lambda life: life.do(lambda case: commands.withdraw_consult(case, "consult-1-of-1", actor, life.now))


def reply(actor: str = OWNER, **more: Any) -> Try:
    return lambda life: life.replies(actor=actor, **more)


def promise_in_reply(minutes: float) -> Try:
    return lambda life: life.replies(promise={"what": "a part", "due_at": life.now + timedelta(minutes=minutes)})


def promise(actor: str = OWNER, minutes: float = 60) -> Try:
    return lambda life: life.promises(minutes, actor)


def ask(actor: str = OWNER) -> Try:
    return lambda life: life.asks(actor)


def resolve(actor: str = OWNER) -> Try:
    return lambda life: life.resolves(actor)


BY_OWNER_ONLY = {"reply": reply, "promise": promise, "ask": ask, "resolve": resolve, "withdraw": withdraw}
REFUSED: list[tuple[str, int, str, Callable[[], Life], Try]] = [
    *(("not-the-owner", 403, "only the owner, mira", with_consult, each(OTHER)) for each in BY_OWNER_ONLY.values()),
    *(("no-owner-yet", 409, "no owner yet", new, each(OWNER)) for each in BY_OWNER_ONLY.values()),
    *(("case-closed", 409, "a new message", closed, each(OWNER)) for each in BY_OWNER_ONLY.values()),
    ("case-resolved", 409, "next message opens it", resolved, promise()),
    ("case-resolved", 409, "next message opens it", resolved, promise_in_reply(60)),
    ("case-resolved", 409, "next message opens it", resolved, ask()),
    ("open-promise", 409, "still promised: a part", with_open_promise, resolve()),
    ("promise-not-open", 409, "no open promise nothing", owned, reply(keeps_promise="nothing")),
    ("promise-in-the-past", 422, "has passed", owned, promise(minutes=0)),
    ("promise-in-the-past", 422, "has passed", owned, promise_in_reply(-1)),
    ("consult-not-open", 409, "no open consult", owned, answer(EXPERT)),
    ("consult-not-open", 409, "no open consult", with_answered_consult, answer(EXPERT)),
    ("consult-not-open", 409, "no open consult", with_answered_consult, withdraw(OWNER)),
    ("not-the-specialist", 403, "somebody else", with_consult, answer(OTHER)),
    ("not-the-specialist", 403, "somebody else", with_consult, answer(OWNER)),
    ("not-the-specialist", 403, "somebody else", with_consult_not_offered, answer(EXPERT)),
    ("not-a-specialist", 422, "has the role agent", owned, lambda life: life.asks(specialist=OTHER)),
    ("offer-ended", 409, "you have declined it", with_declined_consult, accept(EXPERT)),
    ("consult-not-answered", 409, "no answer that could be rated", with_consult, rate()),
    ("text-too-long", 422, f"has {LIMIT + 1} characters; web takes {LIMIT}", owned, reply(text="x" * (LIMIT - 3))),
    ("text-empty", 422, "needs words", owned, reply(text=" \n\t")),
    ("reply-on-its-way", 409, "still on its way", with_reply_on_its_way, resolve()),
    ("nothing-answered", 409, "has not had an answer", owned, resolve()),
    ("nothing-answered", 409, "has not had an answer", with_only_a_holding_reply, resolve()),
]


@pytest.mark.parametrize(("kind", "status", "words", "given", "tried"), REFUSED, ids=lambda value: str(value)[:20])
def test_is_refused_with_its_type_and_changes_nothing(
    kind: str, status: int, words: str, given: Callable[[], Life], tried: Try
) -> None:
    life = given()
    before, said = life.case, len(life.said)
    with pytest.raises(Refused, match=words) as refused:
        tried(life)
    assert (refused.value.kind, refused.value.status) == (kind, status)
    assert (life.case, len(life.said)) == (before, said)


def test_every_kind_is_told_by_some_story() -> None:
    """Each way of saying no is provoked by a test beside: in the table above, or where its concern is told."""
    for module in walk_packages(domain.__path__, f"{domain.__name__}."):
        import_module(module.name)  # some kinds are known only once their module is
    tests = Path(__file__).parents[2]
    stories = "".join(
        path.read_text(encoding="utf-8")
        for kind in ("unit", "integration")
        for path in (tests / kind / "cases").rglob("*.py")
    )
    untold = {kind.kind for kind in _kinds(Refused) if f'"{kind.kind}"' not in stories and kind.__name__ not in stories}
    assert not untold


def _kinds(base: type[Refused]) -> Iterator[type[Refused]]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def test_the_longest_text_that_fits_with_its_signature_is_taken() -> None:
    assert owned().replies(text="x" * (LIMIT - 4))
