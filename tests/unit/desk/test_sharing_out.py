"""Cases are shared out by language, and evenly."""

from services.desk.domain.sharing_out import Candidate, Load, shared_out

HOUSE = frozenset({"moccarel"})
DUTCH, BOTH, COACH = (
    Candidate("daan", HOUSE, frozenset({"nl"}), cases=1),
    Candidate("eva", HOUSE, frozenset({"nl", "pt"}), cases=2),
    Candidate("joost", HOUSE, frozenset({"nl", "pt"}), spared=True),
)


def loads(*languages: str, owner: str = "maaike") -> list[Load]:
    return [Load(str(number), owner, "moccarel", language) for number, language in enumerate(languages)]


def test_a_case_goes_to_who_speaks_its_language() -> None:
    assert shared_out(loads("pt"), [DUTCH, BOTH, COACH]) == {"0": "eva"}
    assert shared_out(loads("pt"), [DUTCH, COACH]) == {"0": "joost"}


def test_they_go_to_who_has_least_and_then_in_turn_whoever_their_owners_are() -> None:
    several = [Load(str(n), f"owner-{n}", "moccarel", "nl") for n in range(4)]
    assert list(shared_out(several, [DUTCH, BOTH, COACH]).values()) == ["daan", "daan", "eva", "daan"]


def test_a_language_that_nobody_speaks_goes_to_somebody_all_the_same() -> None:
    assert shared_out(loads("ja", "ja"), [DUTCH, BOTH]) == {"0": "daan", "1": "daan"}


def test_nobody_gets_their_own_case_back() -> None:
    assert shared_out(loads("nl", owner="daan"), [DUTCH, COACH]) == {"0": "joost"}
    assert shared_out(loads("nl", owner="daan"), [DUTCH]) == {}


def test_nobody_gets_a_case_of_a_brand_that_they_do_not_serve() -> None:
    assert shared_out([Load("1", "maaike", "pluvane", "nl")], [DUTCH, BOTH, COACH]) == {}
