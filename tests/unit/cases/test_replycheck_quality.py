"""The reply check does not become worse on the labelled replies that its rules were not tuned on (V2)."""

import pytest

from tests.quality.replycheck import ALL, LANGUAGES, replies, scores

RECORDED = {"en": (0.95, 0.79), "nl": (0.94, 0.83)}
"""Precision and recall over all kinds on the test part; what docs/reply-check.md tells."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_precision_and_recall_do_not_fall(language: str) -> None:
    total = scores(language, "test").by_kind[ALL]
    precision, recall = RECORDED[language]
    assert total.precision >= precision
    assert total.recall >= recall


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_replies_and_no_reply_is_in_both_parts(language: str) -> None:
    every = list(replies(language))
    tune, test = ({reply.text for reply in every if reply.split == split} for split in ("tune", "test"))
    assert len(every) >= 300
    assert not tune & test
    assert len({reply.id for reply in every}) == len(every)
