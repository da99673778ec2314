"""The learning loop (U3): corrections become rows, rows a model, and only a model that is nowhere worse becomes current."""

import json
import random
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from casekeeper.cli import app
from schemas.events.case import CaseMessageAdded
from schemas.events.message import Author, Classification, Message
from schemas.events.understanding import ClassificationCorrected
from schemas.organisation_topics import Topic
from services.classification.domain import DEFAULT_MODEL_FOLDER, Classifier, ModelUnusable
from services.classification.domain.brand_changes import CHANGES_FILE
from services.classification.domain.classifier import learned_of
from services.classification.domain.heads import LinearModel
from services.classification.domain.language import LanguageDetector
from services.classification.domain.learned import LEARNED_FILE, Learned
from services.classification.domain.taxonomy import TopicFinder
from services.classification.domain.text import cleaned
from services.classification.learning import models
from services.classification.learning.adapt import adapt
from services.classification.learning.compare import Compared, compare
from services.classification.learning.corrections import Correction, RowInvalid, corrections, read, written
from services.classification.learning.drift import drift
from services.classification.learning.learn import learn, verdict
from services.classification.learning.wording import learn_wording

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
CASE = {"case_id": "case", "conversation": "conversation", "brand": "moccarel"}
LABEL = Classification.model_validate(
    {"language": "en", "intent": "remark", "sentiment": "neutral", "urgency": "normal"}
    | {f"{name}_confidence": 0.5 for name in ("language", "intent", "sentiment", "urgency")}
)
SAYINGS = {"negative": "this thing is proper wonky mate", "positive": "that gizmo is totally boss mate"}


def added(number: int, text: str = "It leaks") -> CaseMessageAdded:
    facts: dict[str, Any] = {"brand": "moccarel", "channel": "web", "conversation": "conversation"}
    message = Message(
        id=f"message-{number}",
        external_id=f"external-{number}",
        author=Author(id="ana"),
        text=text,
        sent_at=NOON,
        received_at=NOON,
        **facts,
    )
    return CaseMessageAdded(**CASE, message=message, classification=LABEL)


def corrected(number: int, **said: Any) -> ClassificationCorrected:
    return ClassificationCorrected(
        **CASE,
        correction_id=f"correction-{number}-{len(said)}",
        message_id=f"message-{number}",
        by="sanne",
        was=LABEL,
        corrected_at=NOON,
        **said,
    )


def rows(number: int, seed: int = 1, *, mixed_up: bool = False) -> list[Correction]:
    """What customers of one brand say, with what people say it means."""
    chance = random.Random(seed)
    found = []
    for at in range(number):
        feeling = chance.choice(sorted(SAYINGS))
        text = f"{SAYINGS[feeling]} {chance.choice(['kettle', 'toaster', 'lamp'])} {chance.randint(1, 99)}"
        said = chance.choice(sorted(SAYINGS)) if mixed_up else feeling
        found.append(Correction(id=str(at), conversation=f"c{at}", text=text, spoken="en", sentiment=said))
    return found


class TestRows:
    def test_a_correction_is_a_row_with_the_message_it_is_about(self) -> None:
        (row,) = corrections([added(1), added(2), corrected(1, sentiment="negative", topic="")])
        assert (row.text, row.spoken, row.sentiment, row.topic, row.intent) == ("It leaks", "en", "negative", "", None)
        assert (row.by, row.conversation) == ("sanne", "conversation")

    def test_a_later_one_about_the_same_message_counts_and_keeps_what_it_does_not_name(self) -> None:
        (row,) = corrections(
            [added(1), corrected(1, sentiment="negative", urgency="high"), corrected(1, sentiment="positive")]
        )
        assert (row.sentiment, row.urgency) == ("positive", "high")

    def test_the_language_is_the_corrected_one(self) -> None:
        (row,) = corrections([added(1), corrected(1, language="nl")])
        assert (row.spoken, row.language) == ("nl", "nl")

    def test_without_its_message_there_is_nothing_to_learn(self) -> None:
        assert corrections([corrected(1, sentiment="negative")]) == []

    def test_rows_come_back_from_their_file(self, tmp_path: Path) -> None:
        file = tmp_path / "rows.jsonl"
        known = corrections([added(1, "Ça fuit\n☕"), corrected(1, sentiment="negative", topic="")])
        file.write_text("\n".join(written(known)) + "\n", encoding="utf-8")
        assert read(file) == known

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("{", "Expecting"),
            ("[]", "expected an object"),
            ('{"id": "1", "conversation": "c", "text": "x"}', "has no spoken"),
            ('{"id": "1", "conversation": "c", "text": "x", "spoken": "en"}', "says none of"),
            ('{"id": 1, "conversation": "c", "text": "x", "spoken": "en"}', "id must be a text"),
            ('{"id": "1", "conversation": "c", "text": "x", "spoken": "en", "mood": "x"}', "unknown key 'mood'"),
        ],
    )
    def test_a_wrong_line_is_named(self, tmp_path: Path, line: str, complaint: str) -> None:
        file = tmp_path / "rows.jsonl"
        file.write_text("\n" + line + "\n")
        with pytest.raises(RowInvalid, match=r"rows\.jsonl:2: ") as caught:
            read(file)
        assert complaint in str(caught.value)


class TestModels:
    def test_the_shipped_one_is_current_until_another_is_promoted(self, tmp_path: Path) -> None:
        assert models.current(tmp_path / "nothing") == DEFAULT_MODEL_FOLDER
        models.promote(tmp_path, "linear-1")
        models.promote(tmp_path, "linear-2")
        models.promote(tmp_path, "linear-2")
        assert models.history(tmp_path) == ["shipped", "linear-1", "linear-2"]
        assert models.current(tmp_path) == tmp_path / "linear-2"

    def test_one_goes_back_step_by_step_and_no_further(self, tmp_path: Path) -> None:
        models.promote(tmp_path, "linear-1")
        assert models.roll_back(tmp_path) == "shipped"
        assert models.current(tmp_path) == DEFAULT_MODEL_FOLDER
        with pytest.raises(ModelUnusable, match="none to go back to"):
            models.roll_back(tmp_path)

    def test_a_models_own_folder_is_itself(self) -> None:
        assert models.current(DEFAULT_MODEL_FOLDER) == DEFAULT_MODEL_FOLDER

    @pytest.mark.parametrize("content", ["", "{}", '{"history": []}', '{"history": [1]}', "[]"])
    def test_a_broken_list_is_named(self, tmp_path: Path, content: str) -> None:
        (tmp_path / models.CURRENT).write_text(content)
        with pytest.raises(ModelUnusable, match=r"current\.json"):
            models.current(tmp_path)


class TestComparing:
    TRUTH = ["negative", "positive"] * 50

    def told(self, after: list[str]) -> Compared:
        half_right = ["negative"] * 100
        return compare("set", "sentiment", "en", self.TRUTH, half_right, after)

    def test_the_same_answers_are_no_difference(self) -> None:
        same = compare("set", "sentiment", "en", self.TRUTH, self.TRUTH, self.TRUTH)
        assert (same.before, same.after, same.low, same.high, same.worse) == (100.0, 100.0, 0.0, 0.0, False)

    def test_what_is_plainly_worse_is_worse_and_what_is_better_is_not(self) -> None:
        assert self.told([{"negative": "positive", "positive": "negative"}[each] for each in self.TRUTH]).worse
        assert not self.told(self.TRUTH).worse

    def test_one_row_is_noise(self) -> None:
        nearly = [*self.TRUTH[:-1], "negative"]
        assert not compare("set", "sentiment", "en", self.TRUTH, self.TRUTH, nearly).worse

    def test_asked_again_it_says_the_same(self) -> None:
        assert self.told(self.TRUTH) == self.told(self.TRUTH)

    @pytest.mark.parametrize(
        ("compared", "promoted", "why"),
        [
            ([Compared("held-out corrections", "sentiment", "all", 50, 50, 60, 1, 20)], True, "better"),
            ([Compared("held-out corrections", "sentiment", "all", 50, 60, 60, -5, 5)], False, "no better"),
            ([], False, "nothing can be told"),
            (
                [
                    Compared("held-out corrections", "sentiment", "all", 50, 50, 60, 1, 20),
                    Compared("development set", "sentiment", "nl", 300, 60, 50, -15, -5),
                ],
                False,
                "worse beyond noise: sentiment in nl on development set",
            ),
        ],
    )
    def test_a_model_is_promoted_when_it_deserves_it(self, compared: list[Compared], promoted: bool, why: str) -> None:
        done, told = verdict("linear-1", "linear-2", compared)
        assert done is promoted
        assert why in told


class TestLearning:
    def test_what_people_say_is_learned_again_the_same_and_becomes_current(self, tmp_path: Path) -> None:
        said: list[str] = []
        first = learn(tmp_path / "one", rows(160), None, said.append)
        again = learn(tmp_path / "two", rows(160), None, said.append)
        assert (first.name, first.compared, first.promoted) == (again.name, again.compared, True), first.why
        assert models.current(tmp_path / "one") == tmp_path / "one" / first.name
        model = LinearModel.load(tmp_path / "one" / first.name)
        assert [model.judge(text)["sentiment"].label for text in SAYINGS.values()] == list(SAYINGS)
        report = json.loads((tmp_path / "one" / first.name / "report.json").read_text())
        assert (report["learned_from"] + report["held_out"], report["promoted"]) == (160, True)

    def test_what_says_nothing_is_not_promoted(self, tmp_path: Path) -> None:
        outcome = learn(tmp_path, rows(160, mixed_up=True)[:12], None, lambda _: None)
        assert not outcome.promoted
        assert models.current(tmp_path) == DEFAULT_MODEL_FOLDER

    def test_the_command_tells_and_goes_back(self, tmp_path: Path) -> None:
        file, folder = tmp_path / "rows.jsonl", tmp_path / "models"
        file.write_text("\n".join(written(rows(160))) + "\n")
        words = ["train", "--models", str(folder)]
        done = CliRunner().invoke(app, [*words, "--corrections", str(file), "--json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["promoted"] is True
        back = CliRunner().invoke(app, [*words, "--rollback"])
        assert (back.exit_code, "shipped is current again" in back.stdout) == (0, True)
        assert CliRunner().invoke(app, [*words, "--rollback"]).exit_code == 1
        assert CliRunner().invoke(app, words).exit_code == 2
        assert CliRunner().invoke(app, [*words, "--corrections", str(tmp_path / "none")]).exit_code == 1


class TestOfABrand:
    """What a brand's corrections say counts for its messages alone."""

    def test_a_brand_s_change_is_its_own(self, tmp_path: Path) -> None:
        adapt(DEFAULT_MODEL_FOLDER, [replace(row, brand="moccarel") for row in rows(60)], tmp_path, lambda _: None)
        shipped, model = LinearModel.load(DEFAULT_MODEL_FOLDER), LinearModel.load(tmp_path)
        texts = [cleaned(text) for text in (*SAYINGS.values(), "Where is my parcel?", "")]
        own = [each["sentiment"].label for each in model.judge_all(texts, ["moccarel"] * len(texts))]
        assert own[:2] == list(SAYINGS)
        for brands in ([], ["other"] * len(texts)):
            assert model.judge_all(texts, brands) == shipped.judge_all(texts)
        mixed = model.judge_all(texts, ["other", "moccarel", "moccarel", "other"])
        assert mixed == [
            shipped.judge(texts[0]),
            *model.judge_all(texts[1:3], ["moccarel"] * 2),
            shipped.judge(texts[3]),
        ]

    def test_too_few_corrections_of_a_brand_are_shared(self, tmp_path: Path) -> None:
        some = [replace(row, brand=f"brand-{at % 3}") for at, row in enumerate(rows(90))]
        adapt(DEFAULT_MODEL_FOLDER, some, tmp_path, lambda _: None)
        assert not (tmp_path / CHANGES_FILE).exists()
        assert LinearModel.load(tmp_path).judge(cleaned(SAYINGS["positive"]))["sentiment"].label == "positive"

    def test_the_same_corrections_are_the_same_files_byte_by_byte(self, tmp_path: Path) -> None:
        some = [replace(row, brand="moccarel", topic="delivery", language="en") for row in rows(60)]
        topics = [Topic(id="delivery", names={"en": "Delivery", "nl": "Bezorging"})]
        names = [learn(tmp_path / each, some, None, lambda _: None, topics).name for each in ("one", "two")]
        assert names[0] == names[1]
        files = sorted(path.name for path in (tmp_path / "one" / names[0]).iterdir())
        assert {CHANGES_FILE, LEARNED_FILE, "weights.npz", "model.json"} <= set(files)
        for name in files:
            assert (tmp_path / "one" / names[0] / name).read_bytes() == (
                tmp_path / "two" / names[0] / name
            ).read_bytes()

    @pytest.mark.parametrize("content", [b"", b"nothing"])
    def test_a_broken_file_is_named(self, tmp_path: Path, content: bytes) -> None:
        adapt(DEFAULT_MODEL_FOLDER, [], tmp_path, lambda _: None)
        (tmp_path / CHANGES_FILE).write_bytes(content)
        with pytest.raises(ModelUnusable, match=str(tmp_path)):
            LinearModel.load(tmp_path)


class TestTopicsAndLanguages:
    TOPICS = (
        Topic(id="delivery", names={"en": "Delivery", "nl": "Bezorging"}, words={"en": ("parcel",)}),
        Topic(id="noise", names={"en": "Noise", "nl": "Geluid"}, words={"en": ("loud",)}),
    )

    def topic_rows(self) -> list[Correction]:
        said = {"It rattles at night": "noise", "The courier was late": "delivery", "My parcel rattles": "noise"}
        texts = [(f"{text} number {at}", topic) for text, topic in said.items() for at in range(12)]
        texts += [(f"Nice weather today {at}", "") for at in range(12)]
        return [Correction(str(at), str(at), text, "en", topic=topic) for at, (text, topic) in enumerate(texts)]

    def test_words_that_the_taxonomy_lacks_are_learned_and_its_own_stay(self) -> None:
        learned = learn_wording(self.topic_rows(), Learned(), LanguageDetector(), self.TOPICS)
        before, after = TopicFinder(self.TOPICS), TopicFinder(self.TOPICS, learned.topics)
        texts = ("it rattles again", "the courier again", "it is loud", "my parcel", "nice weather again")
        assert [before.find(text, "en").topic for text in texts] == ["", "", "noise", "delivery", ""]
        assert [after.find(text, "en").topic for text in texts] == ["noise", "delivery", "noise", "delivery", ""]

    def test_a_topic_that_is_gone_from_the_taxonomy_is_no_answer(self) -> None:
        learned = learn_wording(self.topic_rows(), Learned(), LanguageDetector(), self.TOPICS)
        assert TopicFinder(self.TOPICS[:1], learned.topics).find("it rattles again", "en").topic in ("", "delivery")

    def test_few_corrections_change_nothing(self) -> None:
        known = Learned({"rattles": {"noise": 1.0}}, {"moccarel": {"nl": 1.0}})
        assert learn_wording(self.topic_rows()[:10], known, LanguageDetector(), self.TOPICS) == known

    def test_a_brand_hears_its_own_languages_more_often(self, tmp_path: Path) -> None:
        short = "Hallo, alles super"  # German, or Dutch
        detector = LanguageDetector()
        said = detector.detect(cleaned(short)).language
        wanted = "nl" if said == "de" else "de"
        some = [Correction(str(at), str(at), short, wanted, "moccarel", language=wanted) for at in range(30)]
        learned = learn_wording(some, Learned(), detector, ())
        learned.save(tmp_path)
        assert Learned.load(tmp_path) == learned
        votes = detector.detect_all([cleaned(short)] * 2, [learned.languages["moccarel"], {}])
        assert [vote.language for vote in votes] == [wanted, said]
        clear = "Where is my parcel? It should have been here yesterday."
        assert detector.detect_all([cleaned(clear)], [learned.languages["moccarel"]])[0].language == "en"

    @pytest.mark.parametrize(
        "content", ["", "[]", "{}", '{"topics": [], "languages": {}}', '{"topics": {"a": 1}, "languages": {}}']
    )
    def test_a_broken_file_is_named(self, tmp_path: Path, content: str) -> None:
        (tmp_path / LEARNED_FILE).write_text(content)
        with pytest.raises(ModelUnusable, match=str(tmp_path)):
            learned_of(tmp_path)


class TestDrift:
    ENGLISH = ("Where is my parcel?", "My espresso machine leaks again", "Thank you so much, great service")
    DUTCH = ("Waar blijft mijn pakket?", "Mijn koffiezetapparaat lekt alweer", "Bedankt voor de goede service")

    def test_the_same_messages_are_steady(self, classifier: Classifier) -> None:
        report = drift(classifier, DEFAULT_MODEL_FOLDER, self.ENGLISH, self.ENGLISH)
        assert {each.told for each in report.drifts} == {"steady"}
        assert report.unknown_before == report.unknown_after

    def test_another_language_and_unknown_words_are_seen(self, classifier: Classifier) -> None:
        report = drift(classifier, DEFAULT_MODEL_FOLDER, self.ENGLISH, (*self.DUTCH, "xqzw vbrk jjqx"))
        by_name = {each.judgement: each for each in report.drifts}
        assert by_name["language"].told == "a lot"
        assert report.unknown_after > report.unknown_before

    def test_nothing_can_not_be_compared(self, classifier: Classifier) -> None:
        with pytest.raises(ValueError, match="no messages"):
            drift(classifier, DEFAULT_MODEL_FOLDER, (), self.ENGLISH)
