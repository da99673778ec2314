"""The reply check: rules as data, each with its own examples; advice that names the words (V1, V2)."""

import re
import sys
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.phrases.folding import fold
from schemas.phrases.patterns import Matcher, PatternInvalid, compile_pattern
from services.cases.domain.replycheck import About, check
from services.cases.domain.replycheck.ruleset import CatalogueFile, RulesInvalid, read, read_catalogue, rulesets
from tests.unit.cases.replycheck_examples import about_for

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
EXAMPLES = [
    pytest.param(
        language, rule.id, text, about_for(rule.id, rule.examples), kind == "bad", id=f"{language} {rule.id} {text}"
    )
    for language, rules in rulesets().items()
    for rule in rules.file.rules
    for kind in ("bad", "good")
    for text in getattr(rule.examples, kind)
]
UPSET = About(intent="complaint", sentiment="negative")


def kinds(text: str, language: str = "en", about: About = About(public=True)) -> list[str]:  # noqa: B008
    return [advice.kind for advice in check(text, language, about)]


def test_seven_languages_have_the_same_rules() -> None:
    """V2: every language is one data file; a rule has the same id everywhere."""
    assert tuple(sorted(rulesets())) == LANGUAGES
    assert len({frozenset(rules.rules) for rules in rulesets().values()}) == 1


@pytest.mark.parametrize(("language", "rule", "text", "about", "flagged"), EXAMPLES)
def test_a_rule_keeps_its_examples(language: str, rule: str, text: str, about: About, flagged: bool) -> None:
    """V2: bad examples are flagged by that rule, at words of the text; good ones are not."""
    found = [advice for advice in check(text, language, about) if advice.rule == rule]
    assert bool(found) is flagged, found
    for advice in found:
        assert advice.words == text[advice.start : advice.end] != ""
        assert advice.why.keys() == {"en", "nl"}
        assert advice.better


class TestWhatTheReplyIsAbout:
    """V2: the same words are right or wrong, depending on what is known."""

    def test_a_recorded_promise_is_not_empty(self) -> None:
        assert kinds("We will look into it.") == ["empty-promise"]
        assert kinds("We will look into it.", about=About(promised=True)) == []

    def test_who_says_by_when_does_not_promise_emptily(self) -> None:
        assert kinds("We will look into it and call you tomorrow before noon.") == []

    def test_emotion_is_acknowledged_in_a_complaint_only(self) -> None:
        assert kinds("Turn it off and on again.", about=UPSET) == ["no-acknowledgement"]
        assert kinds("I'm sorry! Turn it off and on again.", about=UPSET) == []
        assert kinds("Turn it off and on again.", about=replace(UPSET, intent="question")) == []
        assert kinds("Turn it off and on again.", about=replace(UPSET, sentiment="neutral")) == []

    def test_a_private_channel_may_ask_for_a_message(self) -> None:
        assert kinds("Send us a DM.", about=About(public=True)) == ["scripted-deflection"]
        assert kinds("Send us a DM.", about=About(public=None)) == ["scripted-deflection"]
        assert kinds("Send us a DM.", about=About(public=False)) == []

    def test_the_signature_counts_for_the_length(self) -> None:
        text = "a" * 20
        assert kinds(text, about=About(limit=20)) == []
        (advice,) = check(text, "en", About(limit=20, signature="^MK"))
        assert (advice.kind, advice.start, advice.end) == ("too-long", 16, 20)

    @pytest.mark.parametrize("signature", ["^MK", "Maaike · Moccarel", "Maaike Postma", "- Maaike", "Maaike, Moccarel"])
    def test_a_person_signs(self, signature: str) -> None:
        """V1."""
        assert kinds("It leaves today.", about=About(signature=signature)) == []

    @pytest.mark.parametrize("signature", ["", "The Moccarel team", "Customer Service", "^Team"])
    def test_nobody_signs(self, signature: str) -> None:
        """V1: a faceless reply is flagged."""
        assert kinds("It leaves today.", about=About(signature=signature)) == ["faceless"]

    def test_a_standard_text_is_recognised_with_its_holes_filled_and_a_greeting_added(self) -> None:
        template = (
            "Good question, and I'd rather give you the right answer than a quick one. You'll hear from me by {by}."
        )
        about = About(templates=("Another text that has nothing to do with this.", template))
        pasted = f"Hi Ana. {template.format(by='Friday 12:00')}"
        (advice,) = check(pasted, "en", about)
        assert (advice.rule, advice.kind) == ("template-unchanged", "standard-text")
        assert advice.words.startswith("Good question")
        assert kinds("Good question! It fits the older models too.", about=about) == []


@pytest.mark.parametrize(
    ("text", "gaps"),
    [
        ("I have asked ..., and I will tell you on ... what they say.", ["...", "..."]),
        ("The rule is there because … It is yours.", ["…"]),
        ("I am sorry that we ... (what happened)", ["..."]),
        ("Hello [your name], {by} <time> ____", ["[your name]", "{by}", "<time>", "____"]),
        ("The price is “...”.", ["..."]),
        ("Well... yes. So… no!", []),
        ("This may help ... https://example.org/x", []),
        ("See [our page](https://example.org), note [1], <https://example.org> and ana_maria__x.", []),
    ],
)
@pytest.mark.parametrize("language", [*LANGUAGES, "fi"])
def test_what_is_left_to_be_filled_in_is_flagged_in_every_language(language: str, text: str, gaps: list[str]) -> None:
    """V2: our own better phrases have gaps; none of them is for the customer."""
    assert [each.words for each in check(text, language) if each.rule == "fill-in-the-gap"] == gaps


def test_every_gap_in_the_phrases_that_the_check_proposes_is_found() -> None:
    for language, rules in rulesets().items():
        for rule in rules.file.rules:
            found = [each.words for each in check(rule.better, language) if each.rule == "fill-in-the-gap"]
            assert len(found) == rule.better.count("..."), (language, rule.better)


def test_without_rules_for_the_language_only_what_needs_none_is_said() -> None:
    about = About(intent="complaint", sentiment="negative", limit=10, signature="")
    assert sorted(kinds("We will look into it.", "fi", about)) == ["faceless", "too-long"]


def test_nothing_is_said_of_nothing() -> None:
    assert check("  \n", "en", UPSET) == ()


def test_accents_case_and_apostrophes_do_not_matter_and_the_words_stay_the_customers() -> None:
    text = "😀 Straße. YOU COULD’VE known: You Cóuld have read that on our site!"
    found = [advice.words for advice in check(text, "en", About())]
    assert found == ["Cóuld have read that on our site"]


@given(st.text(max_size=300), st.sampled_from([*LANGUAGES, "fi"]), st.booleans())
def test_any_text_is_checked_and_every_span_is_one_of_it(text: str, language: str, known: bool) -> None:
    about = About("complaint", "negative", False, 50, True, "", ("a b c d e f g h",)) if known else About()
    for advice in check(text, language, about):
        assert 0 <= advice.start <= advice.end <= len(text)
        assert advice.words == text[advice.start : advice.end]


class TestPatterns:
    """The small language of the rules."""

    @pytest.mark.parametrize(
        ("pattern", "text", "found"),
        [
            ("look into it", "We look into it.", "look into it"),
            ("look into it", "We look. Into it.", ""),
            ("look (into|at) it", "look at it", "look at it"),
            ("look [closely] at", "look at", "look at"),
            ("[please] look up", "Please look up", "Please look up"),
            ("look ~2 it", "look at all it", "look at all it"),
            ("look ~2 it", "look at all of it", ""),
            ("pass* it", "passing it", "passing it"),
            ("^ sorry", "Sorry. I am", "Sorry"),
            ("^ sorry", "I am sorry", ""),
            ("sorry $", "I am sorry!", "sorry"),
            ("sorry $", "I am sorry too", ""),
            ("we'll see", "We’ll see", "We’ll see"),
            ("see", "unforeseen", ""),
        ],
    )
    def test_says_what_it_means(self, pattern: str, text: str, found: str) -> None:
        folded = fold(text)
        hits = list(Matcher([("a rule", compile_pattern(pattern))]).find(folded.text))
        words = [text[slice(*folded.span(hit.start, hit.end))] for hit in hits][:1]
        assert words == ([found] if found else [])

    @pytest.mark.parametrize(
        "pattern",
        [
            "",
            "(a|b",
            "a)",
            "[a",
            "(a||b)",
            "~2 a",
            "a ~2",
            "a ~7 b",
            "a ~1 b ~1 c ~1 d ~1 e",
            "ab* c",
            "a | b",
            "<day> a",
            "a ^ b",
            "! a",
        ],
    )
    def test_that_can_not_be_read_is_refused(self, pattern: str) -> None:
        with pytest.raises(PatternInvalid):
            compile_pattern(pattern)

    def test_work_grows_with_the_length_of_the_text_and_not_faster(self) -> None:
        """Counted in lines of Python for the matcher, and bounded for the expressions by their form: see the next test."""
        matcher = rulesets()["en"].flagging
        unit = "you could have of we will pass your the to our a a a , "
        list(matcher.find(unit))  # what is done once, at the first use, is not counted
        steps = [_steps(matcher, unit * times) for times in (4, 8, 16)]
        assert steps[1] - steps[0] == pytest.approx((steps[2] - steps[1]) / 2, rel=0.05)

    def test_no_expression_repeats_without_bound_except_possessively(self) -> None:
        """No catastrophic backtracking: `+` and `*` only as `++`, `*+`, so that nothing is tried twice."""
        for rules in rulesets().values():
            grammar = rules.file.promises.grammar
            matchers = (rules.flagging, *rules.lacking.values(), grammar.commitments, grammar.times, grammar.unless)
            for matcher in matchers:
                for pattern in matcher.patterns:
                    bare = re.sub(r"\\.|\[[^\]]*\]", "c", pattern.regex.pattern)
                    assert not re.search(r"(?<![+*?}])[+*](?![+])", bare.replace("++", "").replace("*+", "")), (
                        pattern.source
                    )


def _steps(matcher: Matcher[object], text: str) -> int:
    count = Counter[str]()

    def tracing(*_: object) -> object:
        count["lines"] += 1
        return tracing

    sys.settrace(tracing)  # type: ignore[arg-type]
    try:
        list(matcher.find(text))
    finally:
        sys.settrace(None)
    return count["lines"]


CATALOGUE = CatalogueFile.model_validate(
    {"rules": [{"id": "a-rule", "kind": "condescension", "why": {"en": "why", "nl": "waarom"}}]}
)


class TestARulesFile:
    """What is wrong in it is told with file and line."""

    def test_that_is_no_yaml(self) -> None:
        with pytest.raises(RulesInvalid, match=r"^xx\.yaml:3: "):
            read("xx.yaml", "language: xx\nrules: [", CATALOGUE)

    def test_that_has_a_pattern_nobody_can_read(self) -> None:
        text = 'language: xx\nrules:\n  - id: a-rule\n    patterns:\n      - "(a|b"\n    better: b\n'
        with pytest.raises(RulesInvalid, match=r"xx\.yaml:5: rules\.0\.patterns: .*lacks a \)"):
            read("xx.yaml", text, CATALOGUE)

    def test_that_lacks_something(self) -> None:
        with pytest.raises(RulesInvalid, match=r"xx\.yaml:3: rules\.0\.better: is missing") as caught:
            read("xx.yaml", "language: xx\nrules:\n  - id: a-rule\n    extra: 1\n", CATALOGUE)
        assert "xx.yaml:4: rules.0.extra: unknown key" in str(caught.value)
        assert "promises: is missing" in str(caught.value)

    def test_that_has_rules_of_its_own(self) -> None:
        text = _whole("en").replace("id: calm-down", "id: calm-up")
        line = text[: text.index("calm-up")].count("\n") + 1
        with pytest.raises(RulesInvalid, match=rf"en\.yaml:{line}: the catalogue has no rule calm-up") as caught:
            read("en.yaml", text, _catalogue())
        assert "lacks calm-down" in str(caught.value)

    def test_that_has_another_name(self) -> None:
        with pytest.raises(RulesInvalid, match=r"xx\.yaml:2: the file of en is en\.yaml"):
            read("xx.yaml", _whole("en"), _catalogue())

    def test_that_has_a_rule_twice(self) -> None:
        with pytest.raises(RulesInvalid, match="rule calm-down is there twice"):
            read("en.yaml", _whole("en").replace("id: so-simple", "id: calm-down"), _catalogue())

    def test_a_catalogue_says_why_in_the_languages_of_the_desk(self) -> None:
        with pytest.raises(RulesInvalid, match=r"c\.yaml:4: rules\.0\.why: .*en and nl"):
            read_catalogue("c.yaml", "rules:\n  - id: a\n    kind: faceless\n    why: {en: because}\n")


def _whole(language: str) -> str:
    from importlib import resources

    return (resources.files("services.cases.domain.replycheck") / "rules" / f"{language}.yaml").read_text(
        encoding="utf-8"
    )


def _catalogue() -> CatalogueFile:
    return read_catalogue("catalogue.yaml", _whole("catalogue"))
