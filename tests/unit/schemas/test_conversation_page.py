"""What a brand says on its conversation page, and in which language."""

from schemas.organisation_web import ConversationPage

PAGE = ConversationPage.model_validate(
    {"greeting": {"nl": "Hallo", "de": "Guten Tag"}, "hours": {"nl": "Van negen tot vijf"}}
)


def test_a_text_is_in_the_pages_language_or_else_in_the_brands() -> None:
    assert PAGE.greeting_in("de", "nl") == ("Guten Tag", "de")
    assert PAGE.greeting_in("en", "nl") == ("Hallo", "nl")
    assert PAGE.hours_in("de", "nl") == ("Van negen tot vijf", "nl")
    assert ConversationPage().greeting_in("en", "en") == ("", "")


def test_every_text_is_there_in_the_brands_language() -> None:
    assert list(PAGE.without_main("nl")) == []
    assert list(PAGE.without_main("de")) == ["hours"]
    assert list(ConversationPage().without_main("en")) == []
