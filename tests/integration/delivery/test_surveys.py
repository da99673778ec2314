"""A survey leaves as a reply does: once, on the customer's channel, whatever comes twice or dies (F5)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.events.delivery import DeliverySent
from schemas.events.survey import SurveyRequested
from services.chassis.testing import ManualClock, record
from tests.conftest import Backends
from tests.integration.delivery.outside import mail_server, receiver
from tests.integration.delivery.stand import social, stand
from tests.unit.delivery.replies import NOW


def survey(**changes: Any) -> SurveyRequested:
    """As follow-up asks it."""
    facts = {"survey_id": "survey-1", "case_id": "case-1", "conversation": "a", "brand": "moccarel"}
    apart = {"kind": "csat", "channel": "social", "language": "es", "owner": "ada", "team": "care"}
    words = {"text": "¿Del 1 al 5? https://desk.example/survey/token", "text_language": "es", "recipient_id": "bo"}
    moments = {"requested_at": NOW, "expires_at": NOW + timedelta(days=7)}
    return SurveyRequested.model_validate(facts | apart | words | moments | changes)


async def test_it_is_sent_once_however_often_it_is_asked_and_after_what_was_said_before(backends: Backends) -> None:
    async with receiver() as outside, stand(backends, outside) as one:
        await one.queue(social(1))
        for _ in range(2):
            await one.service.processor.process([record(survey())])
        for _ in range(3):
            await one.round("social")
        assert [request["id"] for request in outside.requests] == ["a-1", "survey-1"]
        assert (outside.requests[1]["text"], outside.requests[1]["language"]) == (survey().text, "es")
        assert [type(each) for each in await one.told()] == [DeliverySent, DeliverySent]
        assert await one.mailbox("a") == ["a-1", "survey-1"]


async def test_by_mail_to_the_customers_address_and_never_twice_after_a_crash(backends: Backends) -> None:
    async with mail_server() as box:
        clock = ManualClock(datetime.now(UTC))
        async with stand(backends, box=box, clock=clock) as one:
            by_mail = survey(channel="mail", recipient_address="bo@example.org")
            await one.service.processor.process([record(by_mail)])
            await one.round("mail")
            await one.die()
        clock.forward(hours=1)
        async with stand(backends, box=box, clock=clock) as next_life:
            await next_life.service.processor.process([record(by_mail)])
            await next_life.round("mail")
        assert len(box.mails) == 1


async def test_without_an_address_it_fails_and_says_so(backends: Backends) -> None:
    async with mail_server() as box, stand(backends, box=box) as one:
        await one.service.processor.process([record(survey(channel="mail"))])
        assert (await one.state("survey-1")).reason == "no address is known for this customer"
