"""Messages that the taxonomy does not know, offered as new nodes (U1)."""

import json
import random
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from casekeeper.cli import app
from schemas.organisation_topics import Topic
from services.classification.learning.suggest import Said, Suggestion, fragment, suggest

MATTERS = {
    "rattling": ("en", "The gearbox makes a rattling noise", ("vibrates", "buzzing")),
    "passport": ("en", "My passport shows the wrong stamp", ("border", "embassy")),
    "rammelt": ("nl", "De fietsketting rammelt enorm", ("trilt", "lawaai")),
}
EACH = 30
SMALL_TALK = {"en": "the weather is", "nl": "het weer is"}
SYLLABLES = ("ba", "do", "fi", "gu", "ka", "le", "mo", "nu", "pi", "ra", "so", "ty")
MAIL = "jan.jansen@example.org"


def messages(seed: int = 1) -> list[Said]:
    """What customers say about matters that no taxonomy of the tests knows, among much small talk."""
    chance = random.Random(seed)
    texts = [
        (language, f"{words} {chance.choice(more)} {chance.choice(more)}")
        for language, words, more in MATTERS.values()
        for _ in range(EACH)
    ]
    texts += [
        (language, f"{words} {''.join(chance.choices(SYLLABLES, k=4))}")
        for language, words in SMALL_TALK.items()
        for _ in range(250)
    ]
    chance.shuffle(texts)
    return [Said(f"{text} {MAIL}", f"{text} •••", language) for language, text in texts]


@pytest.fixture(scope="module")
def suggestions() -> list[Suggestion]:
    return suggest(messages())


class TestSuggesting:
    @pytest.mark.parametrize("word", MATTERS)
    def test_each_matter_is_a_group_with_its_words_and_language(self, word: str, suggestions: list[Suggestion]) -> None:
        language = MATTERS[word][0]
        (group,) = [each for each in suggestions if word in each.words.get(language, ())]
        about = [word in messages()[at].text for at in group.members]
        assert sum(about) == EACH
        assert sum(about) / len(about) > 0.9
        assert group.languages == {language: len(about)}

    def test_examples_show_no_personal_data(self, suggestions: list[Suggestion]) -> None:
        examples = [text for each in suggestions for text in each.examples]
        assert examples
        assert all(MAIL not in text and text.endswith("•••") for text in examples)

    def test_asked_again_it_says_the_same(self, suggestions: list[Suggestion]) -> None:
        assert suggest(messages()) == suggestions

    def test_the_fragment_is_a_piece_of_a_taxonomy(self, suggestions: list[Suggestion]) -> None:
        nodes = [Topic.model_validate(each) for each in yaml.safe_load(fragment(suggestions))]
        assert [node.id for node in nodes] == [each.id for each in suggestions]

    @pytest.mark.parametrize("few", [[], messages()[:5], [Said("", "", "und")] * 100, [Said("??", "??", "en")] * 100])
    def test_too_little_is_no_topic(self, few: list[Said]) -> None:
        assert suggest(few) == []


class TestTheCommand:
    def run(self, folder: Path, *words: str) -> str:
        file = folder / "messages.jsonl"
        texts = [said.text for said in messages()] + ["Where is my parcel?"] * 5
        file.write_text("".join(json.dumps({"id": at, "text": text}) + "\n" for at, text in enumerate(texts)))
        done = CliRunner().invoke(app, ["topics", "suggest", "--jsonl", str(file), *words])
        assert done.exit_code == 0, done.output
        return done.stdout

    def test_groups_what_a_file_holds_and_the_taxonomy_does_not_know(self, tmp_path: Path) -> None:
        told = json.loads(self.run(tmp_path, "--json", "--most", "2"))
        assert len(told["suggestions"]) == 2
        assert told["unknown"] <= len(messages())
        assert MAIL not in json.dumps(told)

    def test_prints_nodes_to_paste(self, tmp_path: Path) -> None:
        told = self.run(tmp_path)
        assert MAIL not in told
        nodes = yaml.safe_load(told.partition("to paste:\n\n")[2])
        assert all(Topic.model_validate(each) for each in nodes)

    def test_names_what_is_wrong_with_a_file(self, tmp_path: Path) -> None:
        file = tmp_path / "messages.jsonl"
        file.write_text("{}\n")
        done = CliRunner().invoke(app, ["topics", "suggest", "--jsonl", str(file)])
        assert done.exit_code == 1
        assert "messages.jsonl:1" in done.output
