"""Holding replies that vary, and what would leave before it does (O5, V2, V3, V7)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.organisation import Policy
from services.cases.domain import Refused, holding
from services.cases.domain.commands.letters import Letter
from services.cases.domain.preview import Preview, preview
from tests.unit.cases.life import OWNER, START
from tests.unit.cases.replying import SHADOW, TEMPLATES, Waits, owned, supervised

FIRST, SECOND = TEMPLATES
EN = {"en": TEMPLATES}


class TestHoldingReplies:
    def test_the_same_holding_reply_is_refused_whatever_its_time(self) -> None:
        """O5: never sent twice the same to one customer."""
        life = owned().writes(kind="holding", text=FIRST.format(by="16:00 (Amsterdam)"))
        with pytest.raises(Refused, match="in other words") as refused:
            life.writes(id_="r2", kind="holding", text=FIRST.format(by="di 24 nov, 18:00 (Amsterdam)"))
        assert (refused.value.kind, refused.value.status) == ("holding-reply-repeated", 409)
        life.writes(id_="r3", kind="holding", text=SECOND.format(by="18:00"))

    def test_own_words_are_not_repeated_either(self) -> None:
        life = owned().writes(kind="holding", text="I am asking Diego")
        with pytest.raises(Refused, match="in other words"):
            life.writes(id_="r2", kind="holding", text="I am  asking diego")

    def test_what_never_left_was_not_said(self) -> None:
        life = (
            owned().writes(kind="holding", text=FIRST.format(by="16:00"), send_at=START + timedelta(hours=1)).cancels()
        )
        life.sends()
        assert life.reply().status == "queued"

    def test_they_vary_over_cases_and_none_comes_twice(self) -> None:
        assert {holding.unused(TEMPLATES, (), f"case-{number}") for number in range(20)} == {*TEMPLATES}
        assert holding.unused(TEMPLATES, {FIRST}, "case-1") == SECOND
        assert holding.unused(TEMPLATES, {*TEMPLATES}, "case-1") is None

    def test_what_was_said_is_known_by_its_template(self) -> None:
        life = (
            owned().writes(kind="holding", text=FIRST.format(by="16:00 (Amsterdam)")).writes(id_="r2", text="An answer")
        )
        assert holding.said(life.case, EN) == {FIRST}
        assert holding.said(life.case, EN, besides="r") == frozenset()

    @pytest.mark.parametrize(
        ("language", "today", "another_day"),
        [
            ("en", "4:30\u202fpm (Amsterdam)", "Wed, 2 Dec, 4:30\u202fpm (Amsterdam)"),
            ("nl", "16:30 (Amsterdam)", "wo 2 dec, 16:30 (Amsterdam)"),
            ("de", "16:30 (Amsterdam)", "Mi., 2. Dez., 16:30 (Amsterdam)"),
            ("es", "16:30 (Ámsterdam)", "mié, 2 dic, 16:30 (Ámsterdam)"),
            ("und", "4:30\u202fpm (Amsterdam)", "Wed, 2 Dec, 4:30\u202fpm (Amsterdam)"),
        ],
    )
    def test_the_time_is_written_as_the_customer_reads_it_with_its_zone(
        self, language: str, today: str, another_day: str
    ) -> None:
        now = datetime(2026, 11, 24, 13, 30, tzinfo=UTC)
        at = datetime(2026, 11, 24, 15, 30, tzinfo=UTC)
        assert holding.time_written_out(at, now, "Europe/Amsterdam", language) == today
        later = at + timedelta(days=8)
        assert holding.time_written_out(later, now, "Europe/Amsterdam", language) == another_day


class TestPreview:
    @staticmethod
    def shown(life: Waits, actor: str = OWNER, **fields: Any) -> Preview:
        letter = Letter.model_validate({"text": "It is the seal"} | fields)
        return preview(life.case, letter.content, actor, life.terms, life.now)

    def kinds(self, life: Waits, actor: str = OWNER, **fields: Any) -> list[str]:
        return [each.kind for each in self.shown(life, actor, **fields).warnings]

    def test_it_shows_what_would_leave(self) -> None:
        """V1: signed."""
        shown = self.shown(owned())
        assert (shown.text, shown.length, shown.limit, shown.parts) == ("It is the seal\n^MI", 18, 280, (shown.text,))
        assert shown.warnings == ()

    def test_a_public_reply_is_one_to_the_world(self) -> None:
        """V7: the composer says so before sending, with the reach."""
        life = owned("public", reach=1200)
        life.arrives(2, 1, visibility="public", reach=90_000)
        (warning,) = self.shown(life).warnings
        assert (warning.kind, warning.reach) == ("public", 90_000)
        assert "90000 followers" in warning.text

    def test_nobody_knows_the_reach(self) -> None:
        (warning,) = self.shown(owned("public")).warnings
        assert (warning.reach, warning.text) == (None, "everybody can read this")

    def test_four_eyes_are_announced(self) -> None:
        (warning,) = self.shown(supervised()).warnings
        assert (warning.kind, warning.reasons) == ("held", ("stage",))

    def test_a_shadow_agent_is_told_that_it_is_a_draft(self) -> None:
        assert self.kinds(owned(), SHADOW) == ["draft-only"]

    def test_too_long_for_the_channel_or_in_parts(self) -> None:
        life, words = owned(), "Turn it off. " * 40
        assert self.kinds(life, text=words) == ["too-long"]
        life.limits = {"threads": lambda _: True}
        assert self.kinds(life, text=words) == ["in-parts"]
        assert len(self.shown(life, text=words).parts) > 1

    def test_a_repeated_holding_reply_and_a_picture_without_words(self) -> None:
        life = owned().writes(kind="holding", text=FIRST.format(by="16:00"))
        picture = {"url": "https://media.example/a.png", "media_type": "image/png"}
        said = FIRST.format(by="18:00")
        assert self.kinds(life, kind="holding", text=said, attachments=[picture]) == ["repeated", "no-alt-text"]


class TestReplyCheck:
    """The check advises; only what the brand's policy lists is refused (V3). `too-long` stands for any of its rules."""

    def test_it_advises_while_somebody_writes(self) -> None:
        shown = TestPreview.shown(owned(), text="x" * 300)
        (advice,) = [each for each in shown.advice if each.rule == "too-long"]
        assert (advice.blocks, advice.end) == (False, 300)
        assert advice.why["en"]

    def test_what_the_policy_lists_is_refused_with_the_words_concerned(self) -> None:
        words = "You could have read that on our site."
        life = owned(blocking_checks=["condescension"])
        with pytest.raises(Refused) as refused:
            life.writes(text=words)
        assert (refused.value.kind, refused.value.status) == ("reply-check", 422)
        assert "read that on our site" in str(refused.value)
        assert owned().writes(text=words).reply().status == "queued"

    def test_a_policy_that_names_no_rule_is_not_valid(self) -> None:
        with pytest.raises(ValueError, match="blocking_checks"):
            Policy.model_validate({"blocking_checks": ["Not An Id"]})

    @pytest.mark.parametrize("gap", ["I have asked ..., and more on Friday.", "Dear [name], it is the seal.", "By …"])
    def test_a_gap_in_a_proposed_phrase_does_not_leave(self, gap: str) -> None:
        """V3: nobody means to send it, so that no policy has to say so."""
        (advice,) = TestPreview.shown(owned(), text=gap).advice
        assert (advice.rule, advice.kind, advice.blocks) == ("fill-in-the-gap", "unfinished", True)
        with pytest.raises(Refused, match="leaves something open") as refused:
            owned().writes(text=gap)
        assert refused.value.kind == "reply-check"
        with pytest.raises(Refused, match="leaves something open"):
            owned().drafts(text=gap).sends()
        with pytest.raises(Refused, match="leaves something open"):
            supervised().writes().approves(text=gap)

    def test_a_brand_that_lists_it_as_advice_lets_a_gap_out(self) -> None:
        life = owned(advisory_checks=["fill-in-the-gap"])
        (advice,) = TestPreview.shown(life, text="It is ... the seal").advice
        assert not advice.blocks
        assert life.writes(text="It is ... the seal").reply().status == "queued"
