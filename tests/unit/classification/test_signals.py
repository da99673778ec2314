"""Safety signals (U1): written rules per language, each with its own examples; a hint that names the words it saw."""

import pytest

from schemas.phrases.folding import fold
from schemas.phrases.patterns import PatternInvalid
from schemas.phrases.rules_file import RulesInvalid
from services.classification.domain import Classifier
from services.classification.domain.heads import Judgement
from services.classification.domain.signals import find_signals, with_learned
from services.classification.domain.signals.finder import MAX_CHARACTERS
from services.classification.domain.signals.ruleset import CatalogueFile, RulesFile, read, rulesets

LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
CASES = [
    pytest.param(language, rule.id, text, expected, id=f"{language} {rule.id} {text}")
    for language, rules in rulesets().items()
    for rule in rules.file.rules
    for texts, expected in ((rule.examples.signals, True), (rule.examples.harmless, False))
    for text in texts
]
CATALOGUE = CatalogueFile.model_validate({"rules": [{"id": "fire", "kind": "danger", "means": "It burned."}]})


def kinds(text: str, language: str = "en") -> list[str]:
    return [signal.kind for signal in find_signals(text, language)]


def test_seven_languages_have_the_same_rules() -> None:
    assert tuple(sorted(rulesets())) == LANGUAGES
    files: list[RulesFile] = [rules.file for rules in rulesets().values()]
    assert len({frozenset(rule.id for rule in file.rules) for file in files}) == 1


@pytest.mark.parametrize(("language", "rule", "text", "expected"), CASES)
def test_a_rule_keeps_its_examples(language: str, rule: str, text: str, expected: bool) -> None:
    """What must be seen is seen by that very rule; in what is harmless no rule sees anything."""
    by_rule = {match.owner.id for match in rulesets()[language].matcher.find(fold(text).text)}
    assert (rule in by_rule) or not expected
    assert bool(find_signals(text, language)) is expected


def test_the_words_are_named_by_their_place_in_the_text() -> None:
    text = "ÉÉN: de oplader vloog in brand 🔥"
    (signal,) = find_signals(text, "nl")
    assert (signal.kind, signal.rule, text[signal.start : signal.end]) == ("danger", "fire", "vloog in brand")


def test_each_kind_is_told_once_and_several_kinds_together() -> None:
    text = (
        "The charger caught fire. I got an electric shock. My lawyer and the press will hear of it: I'm a journalist."
    )
    assert kinds(text) == ["danger", "legal-threat", "press"]


def test_english_counts_in_every_language_and_all_rules_where_the_language_is_not_known() -> None:
    assert kinds("Ik ga you sue... see you in court!", "nl") == ["legal-threat"]
    assert kinds("Ich erstatte Anzeige", "und") == ["legal-threat"]
    assert kinds("Ich erstatte Anzeige", "fi") == ["legal-threat"]
    assert kinds("Ich erstatte Anzeige", "nl") == []


def test_zero_width_characters_do_not_hide_a_word() -> None:
    assert kinds("my law\u200byer will call you") == ["legal-threat"]


def test_what_stands_far_behind_in_a_paste_is_not_looked_for() -> None:
    assert kinds("word " * (MAX_CHARACTERS // 5) + "my lawyer") == []
    assert kinds("word " * 1_900 + "my lawyer") == ["legal-threat"]


def test_the_service_says_them(classifier: Classifier) -> None:
    (label,) = classifier.classify(["My account has been hacked and they changed the address."])
    assert [signal.kind for signal in label.signals] == ["account-takeover"]


def test_a_learned_head_adds_what_no_rule_saw_and_a_rule_goes_first() -> None:
    by_rule = find_signals("My lawyer will call you", "en")
    judged = {
        "danger": Judgement("yes", 0.7),
        "press": Judgement("no", 0.9),
        "legal-threat": Judgement("yes", 0.6),
        "intent": Judgement("complaint", 0.8),
    }
    signals = with_learned(by_rule, judged)
    assert [(each.kind, each.rule, each.confidence) for each in signals] == [
        ("legal-threat", "lawyer", 0.9),
        ("danger", "", 0.7),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("language: en\nrules: [", "xx.yaml:3: "),
        ("language: en\nrules:\n  - id: fire\n    patterns: ['(a']\n", "xx.yaml:4: "),
        ("language: en\nrules:\n  - id: fire\n    patterns: [smoke]\n    oops: 1\n", "unknown key"),
        (
            "language: en\nrules:\n  - {id: flood, patterns: [water], examples: {signals: [a], harmless: [b]}}\n",
            "xx.yaml:3: the catalogue has no rule flood",
        ),
    ],
)
def test_a_wrong_rules_file_is_told_with_file_and_line(text: str, complaint: str) -> None:
    with pytest.raises((RulesInvalid, PatternInvalid)) as caught:
        read("xx.yaml", text, CATALOGUE)
    assert complaint in str(caught.value)
