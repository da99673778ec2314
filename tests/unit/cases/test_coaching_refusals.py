"""What coaching and practice say no to (P3, P6)."""

import pytest

from services.cases.domain.coaching_refusals import AnswerUnknown, ExerciseFull, NothingToLearn, OwnReply
from services.cases.domain.commands.coaching import GiveFeedback, give_feedback
from services.cases.domain.practice import MOST_ANSWERS, Exercise, PracticeAnswer, answered, commented, exercise
from tests.unit.cases.life import OWNER, START, TERMS, person
from tests.unit.cases.test_rules import owned, resolved

EXERCISE = Exercise.model_construct(
    id="exercise-1",
    answers={
        str(number): PracticeAnswer(id=str(number), by=f"trainee-{number}", text="Sorry to hear it", answered_at=START)
        for number in range(MOST_ANSWERS)
    },
    withdrawn=False,
)


def test_nobody_comments_on_their_own_reply() -> None:
    life = owned().answered()
    coach = TERMS.knowing({OWNER: person(OWNER).model_copy(update={"role": "coach"})})
    [reply] = life.case.replies
    with pytest.raises(OwnReply, match="ask another coach"):
        give_feedback(life.case, reply, GiveFeedback(text="Well done"), OWNER, coach, "feedback-1", life.now)


def test_from_a_case_that_nobody_answered_nobody_learns() -> None:
    case = resolved().quiet_passes().case.model_copy(update={"replies": {}})
    with pytest.raises(NothingToLearn, match="never had an answer"):
        exercise(None, case, "exercise-1", "vera", (), (), (), START)


def test_an_exercise_has_room_for_so_many_answers() -> None:
    with pytest.raises(ExerciseFull, match=f"{MOST_ANSWERS} people have answered this one"):
        answered(EXERCISE, "Hello", "late", "answer-late", START)


def test_an_answer_that_is_not_there_can_not_be_commented_on() -> None:
    with pytest.raises(AnswerUnknown, match="no answer nowhere"):
        commented(EXERCISE, "nowhere", "Nice", "vera", START)
