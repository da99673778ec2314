"""Templates leave something open, and what they leave open is what the reply check does not let out (V2)."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.organisation_file import load
from schemas.organisation_templates import ReplyTemplate, Templates
from services.cases.domain.replycheck.lacks import gaps

LEAK = {"id": "leak", "names": {"en": "Leak"}, "texts": {"en": "Hello [their name], it leaks."}}


@pytest.mark.parametrize("text", ["Hello, it leaks.", "See [1].", "Hello {name}", "[]", "[ name ]"])
def test_a_text_that_could_leave_as_it_is_is_no_template(text: str) -> None:
    with pytest.raises(ValidationError, match="must leave something to be made personal"):
        ReplyTemplate.model_validate(LEAK | {"texts": {"en": text}})


def test_two_templates_have_two_ids() -> None:
    with pytest.raises(ValidationError, match="has 'leak' twice"):
        Templates.model_validate({"reply_templates": [LEAK, LEAK]})


def test_a_text_is_given_in_its_language_only_and_a_name_in_any() -> None:
    template = ReplyTemplate.model_validate(LEAK)
    assert (template.text_in("en"), template.text_in("nl")) == (LEAK["texts"]["en"], "")  # type: ignore[index]
    assert template.name_in("nl") == "Leak"


def test_the_example_s_templates_can_not_be_sent_before_they_are_made_personal() -> None:
    brands = load(Path("deploy/example-org")).brands
    texts = [text for brand in brands for each in brand.policy.reply_templates for text in each.texts.values()]
    assert texts
    assert all(list(gaps(text)) for text in texts)
