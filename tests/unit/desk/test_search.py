"""The search: words of any script, filters, ranking, marks, masks, and whose brands."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.message import Author
from services.desk.domain.search_query import Filters, QueryInvalid, query_of
from services.desk.domain.search_text import Found, excerpts, found_of
from services.desk.domain.search_words import asked_words, beginnings, folded, marked, words
from services.desk.store.search_index import CaseIndex, Wanted
from tests.unit.desk.stories import NOON, Story
from tests.unit.desk.test_folding import folded as told

BRANDS = frozenset({"moccarel"})
EVERYWHERE = frozenset({"moccarel", "pluvane"})


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("Crème BRÛLÉE, Straße; Ørsted!", ["creme", "brulee", "strasse", "orsted"]),
            ("order_12-B 3.50", ["order", "12", "b", "3", "50"]),
            ("電池交換", ["電池", "池交", "交換", "換"]),
            ("iPhone電池", ["iphone", "電池", "池"]),
            ("\u0627\u0644\u0637\u0644\u0628 \u0623\u064a\u0646\u061f", ["\u0637\u0644\u0628", "\u0627\u064a\u0646"]),
            ("ＡＢＣ ｶﾞ", ["abc", "ガ"]),
            ("नमस्ते", ["नमस्ते"]),
            ("Γειά σας", ["γεια", "σασ"]),
        ],
    )
    def test_are_folded_and_parted_in_any_script(self, text: str, expected: list[str]) -> None:
        assert words(text) == expected

    @given(st.text(max_size=200))
    def test_any_text_folds_to_what_folds_no_further(self, text: str) -> None:
        assert folded(folded(text)) == folded(text)

    @given(st.text(max_size=80))
    def test_a_text_is_whole_when_its_pieces_are_put_together(self, text: str) -> None:
        assert "".join(piece.text for piece in marked(text, beginnings(text))) == text

    @pytest.mark.parametrize(
        ("text", "asked", "expected"),
        [
            ("Een crème brûlée", "brul", ["brûlée"]),
            ("the machine and machines", "machine", ["machine", "machines"]),
            ("電池交換したい", "交換", ["交換"]),
            ("أين الطلب؟", "طلب", ["الطلب"]),
            ("unmachined", "machine", []),
        ],
    )
    def test_are_marked_where_they_begin_as_asked(self, text: str, asked: str, expected: list[str]) -> None:
        assert [piece.text for piece in marked(text, beginnings(asked)) if piece.marked] == expected


class TestQuery:
    def test_has_words_phrases_and_what_must_not_occur(self) -> None:
        terms = query_of('leaks "coffee machine" -refund', {}).terms
        assert [(term.words, term.open, term.excluded) for term in terms] == [
            (("leaks",), True, False),
            (("coffee", "machine"), False, False),
            (("refund",), True, True),
        ]

    def test_takes_filters_from_the_text_and_the_form_and_the_text_counts_more(self) -> None:
        query = query_of("owner:me has:promise is:late from:2026-11-01 leaks", {"owner": "sem", "brand": "moccarel"})
        expected = Filters(brand="moccarel", owner="me", opened_from=date(2026, 11, 1), promise=True, late=True)
        assert query.filters == expected
        assert [term.words for term in query.terms] == [("leaks",)]

    def test_leaves_a_colon_alone_that_names_no_filter(self) -> None:
        assert [term.words for term in query_of("error:42", {}).terms] == [("error", "42")]

    @pytest.mark.parametrize(
        ("text", "given", "said"),
        [
            ("from:yesterday", {}, "from"),
            ("", {"until": "2026-13-01"}, "until"),
            ("", {"from": "2026-11-02", "until": "2026-11-01"}, "after"),
            ("x" * 401, {}, "400"),
            ("a " * 21, {}, "20"),
        ],
    )
    def test_says_what_it_can_not_mean(self, text: str, given: dict[str, str], said: str) -> None:
        with pytest.raises(QueryInvalid, match=said):
            query_of(text, given)

    @given(st.text(max_size=400))
    def test_any_text_can_be_asked(self, text: str) -> None:
        try:
            query_of(text, {})
        except QueryInvalid:
            return

    def test_filters_survive_the_way_through_an_address(self) -> None:
        filters = query_of("state:open language:nl until:2026-11-20 is:late", {}).filters
        assert query_of("", filters.given).filters == filters


def case(case_id: str, text: str, brand: str = "moccarel", name: str = "Jonas Weber", **changes: object) -> Found:
    customer = Author(id="c1", name=name, address="jonas@example.org")
    story = Story(case_id, brand=brand, customer=customer, language="en").opened().wrote(text).assigned()
    found = found_of(told(story.events), {"maaike.postma": "NL"}.get)
    return found.model_copy(update=changes)


CASES = (
    case("aaaa-1", "My machine leaks, mail me at jonas@example.org or call +31 6 12345678", language="nl"),
    case("bbbb-2", "電池を交換したいです"),
    case("cccc-3", "أين الطلب؟"),
    case("dddd-4", "Crème brûlée for the machine", status="closed", updated_at=NOON - timedelta(days=90)),
    case("eeee-5", "The machine again", brand="pluvane", name="Machine Lover"),
    case("ffff-6", "Hello", name="Machine Hater", urgency="high", opened_at=NOON - timedelta(days=3)),
)  # fmt: skip


@pytest.fixture(scope="module")
def index() -> CaseIndex:
    made = CaseIndex()
    made.replace(CASES)
    return made


def search(index: CaseIndex, text: str, given: dict[str, str] | None = None, **more: object) -> list[str]:
    wanted = replace(Wanted(query_of(text, given or {}), BRANDS, NOON), **more)
    page = index.search(wanted, 10)
    assert page.total == len(page.found)
    return [each.id for each in page.found]


class TestIndex:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("leaks", ["aaaa-1"]),
            ("LEAK", ["aaaa-1"]),
            ("brulee", ["dddd-4"]),
            ("Brûl", ["dddd-4"]),
            ("交換", ["bbbb-2"]),
            ("電", ["bbbb-2"]),
            ("換電", []),
            ("طلب", ["cccc-3"]),
            ('"machine leaks"', ["aaaa-1"]),
            ('"leaks machine"', []),
            ("machine -leaks", ["ffff-6", "dddd-4"]),
            ("aaaa-1", ["aaaa-1"]),
            ("dddd", ["dddd-4"]),
            ("machine jonas", ["aaaa-1", "dddd-4"]),
            ("nothing of it", []),
        ],
    )
    def test_finds_words_of_any_script_without_accents_by_their_beginning(
        self, index: CaseIndex, text: str, expected: list[str]
    ) -> None:
        assert search(index, text) == expected

    def test_puts_a_name_before_a_word_and_an_open_case_before_a_closed_one(self, index: CaseIndex) -> None:
        assert search(index, "machine") == ["ffff-6", "aaaa-1", "dddd-4"]

    def test_never_finds_another_brands_cases(self, index: CaseIndex) -> None:
        assert "eeee-5" not in search(index, "machine")
        assert search(index, "eeee-5") == search(index, "", {"brand": "pluvane"}) == []
        assert search(index, "machine", brands=frozenset({"pluvane"})) == ["eeee-5"]
        assert search(index, "machine", brands=frozenset()) == []

    @pytest.mark.parametrize("text", ["jonas@example.org", "example", "12345678", "+31612345678", "0612345678"])
    def test_never_finds_what_is_masked(self, index: CaseIndex, text: str) -> None:
        assert search(index, text) == []

    @pytest.mark.parametrize(
        ("text", "given", "expected"),
        [
            ("", {"state": "closed"}, ["dddd-4"]),
            ("machine state:open", {}, ["ffff-6", "aaaa-1"]),
            ("language:nl", {}, ["aaaa-1"]),
            ("", {"urgency": "high"}, ["ffff-6"]),
            ("machine", {"owner": "maaike.postma", "country": "NL"}, ["ffff-6", "aaaa-1", "dddd-4"]),
            ("machine owner:sem.schouten", {}, []),
        ],
    )
    def test_keeps_to_the_filters(
        self, index: CaseIndex, text: str, given: dict[str, str], expected: list[str]
    ) -> None:
        assert search(index, text, given) == expected

    def test_knows_days_and_late_clocks_by_the_moment_of_asking(self, index: CaseIndex) -> None:
        assert search(index, "hello", opened_before=NOON - timedelta(days=1)) == ["ffff-6"]
        assert search(index, "hello", opened_from=NOON - timedelta(days=1)) == []
        assert search(index, "is:late leaks") == []
        assert search(index, "is:late leaks", now=NOON + timedelta(minutes=61)) == ["aaaa-1"]

    def test_forgets_what_is_no_longer_so(self) -> None:
        index = CaseIndex()
        index.replace([case("aaaa-1", "leaks")])
        index.replace([case("aaaa-1", "drips")])
        assert (search(index, "leaks"), search(index, "drips")) == ([], ["aaaa-1"])


class TestExcerpts:
    def shown(self, found: Found, text: str) -> Sequence[str]:
        return [
            f"{each.kind}: " + "".join(f"[{piece.text}]" if piece.marked else piece.text for piece in each.pieces)
            for each in excerpts(found, query_of(text, {}).beginnings)
        ]

    def test_mark_the_words_and_keep_the_mask(self) -> None:
        [shown] = self.shown(CASES[0], "leaks mail")
        assert shown.startswith("message: My machine [leaks], [mail] me at j•••@e•••.org or call •••")
        assert "1234567" not in shown

    def test_are_cut_around_what_was_found(self) -> None:
        [shown] = self.shown(case("a", "so it goes on, " * 40 + "then it exploded" + " and more" * 40), "exploded")
        assert shown.startswith("message: …")
        assert "[exploded]" in shown
        assert shown.endswith("…")
        assert len(shown) < 220

    def test_tell_promises_questions_and_answers_apart(self) -> None:
        story = Story(language="en").opened().wrote("Which filter?").assigned().asked("the blue filter?")
        story.answered("no, the red filter", "harry.carter").promised("send a filter", 60)
        found = found_of(told(story.events), lambda _: "")
        kinds = {line.split(":")[0] for line in self.shown(found, "filter")}
        assert kinds <= {"message", "promise", "consult", "answer"}
        assert self.shown(found, "blue") == ["consult: the [blue] filter?"]
        assert self.shown(found, "red") == ["answer: no, the [red] filter"]
        assert self.shown(found, "send") == ["promise: [send] a filter"]


def test_what_is_asked_of_unparted_scripts_is_found_in_the_middle() -> None:
    assert asked_words("交換") == ["交換"]
    assert asked_words("池") == ["池"]
