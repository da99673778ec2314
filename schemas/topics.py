"""The registry: each topic with its key, producer, consumers, partitions, retention and events.

Every topic about a conversation has the same key and the same number of partitions, so that one conversation is handled
in order everywhere ("one conversation, one lane").
"""

from dataclasses import dataclass

from schemas.base import Event
from schemas.events import (
    approval,
    case,
    channel_test,
    coaching,
    consult,
    customer,
    delivery,
    followup,
    grant,
    handover,
    improvement,
    incident,
    message,
    promise,
    reply,
    review,
    roster,
    routing,
    second_reading,
    staff,
    survey,
    understanding,
)

PARTITIONS = 4
"""Few partitions keep batches large: FastStream hands over one partition at a time."""
DAY_MILLISECONDS = 86_400_000


@dataclass(frozen=True, slots=True)
class Topic:
    """A stream of one context's facts. `key` names the field of the data (dotted) that decides the lane."""

    name: str
    description: str
    key: str
    producer: str
    consumers: tuple[str, ...]
    events: tuple[type[Event], ...]
    partitions: int = PARTITIONS
    retention_ms: int = 30 * DAY_MILLISECONDS
    compacted: bool = False


TOPICS: tuple[Topic, ...] = (
    Topic(
        "messages.received",
        "Customers' messages, authentic, normalised, each once",
        "message.conversation",
        "ingestion",
        ("classification",),
        (message.MessageReceived,),
    ),
    Topic(
        "messages.classified",
        "The same messages with language, intent, topic, sentiment and urgency",
        "message.conversation",
        "classification",
        ("cases",),
        (message.MessageClassified, second_reading.MessageReclassified),
    ),
    Topic(
        "cases.events",
        "Everything that happens to a case, its consults, replies and promises",
        "conversation",
        "cases",
        ("cases", "routing", "followup", "delivery", "desk"),
        (
            case.CaseOpened,
            case.CaseMessageAdded,
            case.CaseAssigned,
            case.CaseResolved,
            case.CaseReopened,
            case.CaseClosed,
            consult.ConsultRequested,
            consult.ConsultOffered,
            consult.ConsultAnswered,
            consult.ConsultWithdrawn,
            reply.ReplyQueued,
            reply.ReplySent,
            reply.ReplyFailed,
            reply.ReplyUncertain,
            promise.PromiseMade,
            promise.PromiseKept,
            promise.PromiseBroken,
            promise.PromiseWithdrawn,
            case.CaseAssignmentRefused,
            case.CaseOwnerChanged,
            case.CaseCoverWanted,
            case.CaseCoverUnwanted,
            case.CaseCoverNamed,
            case.CaseCoverEnded,
            case.CaseNoteAdded,
            case.CaseMarked,
            case.CaseUnmarked,
            case.CaseEscalated,
            understanding.CaseReclassified,
            understanding.ClassificationCorrected,
            case.CaseWeighed,
            case.CaseMerged,
            case.CaseAbsorbed,
            case.CaseMergeRefused,
            case.CaseUnmerged,
            case.CaseMessageForwarded,
            case.CaseSplit,
            handover.HandoverOffered,
            handover.HandoverAccepted,
            handover.HandoverDeclined,
            handover.HandoverExpired,
            handover.HandoverWithdrawn,
            handover.HandoverForced,
            consult.ConsultAccepted,
            consult.ConsultDeclined,
            consult.ConsultOfferExpired,
            consult.ConsultOfferEnded,
            consult.ConsultAskedBack,
            consult.ConsultClarified,
            consult.ConsultRated,
            consult.ConsultSaved,
            reply.ReplyDrafted,
            reply.ReplyDiscarded,
            reply.ReplyScheduled,
            reply.ReplyCancelRequested,
            reply.ReplyCancelled,
            approval.ApprovalRequested,
            approval.ApprovalGiven,
            approval.ApprovalRefused,
            approval.ApprovalWithdrawn,
            approval.ApprovalAssigned,
            approval.ApprovalPassedOn,
            grant.GrantProposed,
            grant.GrantMade,
            grant.GrantRefused,
            coaching.FeedbackGiven,
            coaching.FeedbackSeen,
            survey.CaseSurveyed,
            survey.SurveyReplied,
            case.CaseThanked,
        ),
        retention_ms=365 * DAY_MILLISECONDS,
    ),
    Topic(
        "routing.requests",
        "Owner, cover, specialist, interpreter or approver wanted, capacity released or taken; one partition: one writer",
        "pool",
        "cases",
        ("routing",),
        (
            routing.OwnerRequested,
            routing.CoverRequested,
            routing.SpecialistRequested,
            routing.InterpreterRequested,
            routing.ApproverRequested,
            routing.CapacityReleased,
            routing.CapacityTaken,
            understanding.RequestChanged,
        ),
        partitions=1,
    ),
    Topic(
        "routing.decisions",
        "Who owns, who covers, who is asked, who approves, or that nobody can, each with its explanation",
        "conversation",
        "routing",
        ("cases", "desk"),
        (
            routing.OwnerAssigned,
            routing.CoverFound,
            routing.SpecialistOffered,
            routing.RequestUnserved,
            routing.ApproverFound,
        ),
    ),
    Topic(
        "roster.events",
        "Each person as known now: working hours, languages, skills, capacity",
        "person_id",
        "routing",
        ("cases", "desk", "followup"),
        (roster.PersonRecorded,),
        compacted=True,
    ),
    Topic(
        "staff.events",
        "What happens to the people of the team: how they grow into it; for audit, and for systems of others",
        "person_id",
        "routing",
        (),
        (staff.PersonGraduated,),
        retention_ms=365 * DAY_MILLISECONDS,
    ),
    Topic(
        "customers.events",
        "Which identities on which channels are one customer, as people have said; for audit, and for systems of others",
        "customer_id",
        "cases",
        (),
        (customer.IdentityLinked, customer.IdentityUnlinked),
        retention_ms=365 * DAY_MILLISECONDS,
    ),
    Topic(
        "deliveries.events",
        "How each reply left",
        "conversation",
        "delivery",
        ("cases",),
        (
            delivery.DeliverySent,
            delivery.DeliveryFailed,
            delivery.DeliveryUncertain,
            delivery.DeliveryCancelled,
        ),
    ),
    Topic(
        "followup.events",
        "The clocks of a case, and the surveys after it",
        "conversation",
        "followup",
        ("classification", "cases", "followup", "delivery", "desk"),
        (
            followup.ClockSet,
            followup.ClockWarned,
            followup.ClockBreached,
            followup.ClockStopped,
            followup.ClockPaused,
            followup.ClockResumed,
            followup.ClockMoved,
            followup.ClockEscalated,
            channel_test.ChannelTestSent,
            channel_test.ChannelTestPassed,
            channel_test.ChannelTestFailed,
            channel_test.ChannelTestAlerted,
            channel_test.ChannelTestRecovered,
            survey.SurveyRequested,
            survey.SurveyAnswered,
            survey.SurveyDeclined,
            survey.SurveyExpired,
            survey.SurveyAnswerRefused,
            incident.IncidentAnswerOffered,
        ),
    ),
    Topic(
        "surveys.classified",
        "What customers wrote on the page of a survey, as the classifier reads it",
        "conversation",
        "classification",
        ("followup",),
        (survey.SurveyClassified,),
    ),
    Topic(
        "escalations.events",
        "What was late in such numbers that the leads of a brand are told as a sum; for the leads, and for systems of others",
        "brand",
        "followup",
        ("followup",),
        (followup.ClocksSummedUp,),
    ),
    Topic(
        "reviews.events",
        "The daily review of cases: what is proposed and why, what was said and learned; for systems of others",
        "review_id",
        "followup",
        (),
        (
            review.ReviewProposed,
            review.ReviewCaseAdded,
            review.ReviewCaseDropped,
            review.ReviewCaseDiscussed,
            review.LessonRecorded,
        ),
        retention_ms=365 * DAY_MILLISECONDS,
    ),
    Topic(
        "incidents.events",
        "Sudden rises of what customers write about: whose they are, the one answer, their cases; for systems of others",
        "incident_id",
        "followup",
        (),
        (
            incident.IncidentRaised,
            incident.IncidentRisen,
            incident.IncidentOwned,
            incident.IncidentChanged,
            incident.IncidentAnswerProposed,
            incident.IncidentAnswerApproved,
            incident.IncidentClosed,
            incident.IncidentCaseJoined,
        ),
        retention_ms=365 * DAY_MILLISECONDS,
    ),
    Topic(
        "improvements.events",
        "What is changed because of what customers keep writing about; for audit, and for systems of others",
        "improvement_id",
        "followup",
        (),
        (
            improvement.ImprovementProposed,
            improvement.ImprovementEdited,
            improvement.ImprovementAgreed,
            improvement.ImprovementDone,
            improvement.ImprovementDropped,
        ),
        retention_ms=365 * DAY_MILLISECONDS,
    ),
)

BY_NAME = {topic.name: topic for topic in TOPICS}
BY_EVENT: dict[type[Event], Topic] = {event: topic for topic in TOPICS for event in topic.events}


def consumed_by(service: str) -> tuple[Topic, ...]:
    """The topics a service listens to, in the order of the registry."""
    return tuple(topic for topic in TOPICS if service in topic.consumers)


def retry_topic(consumer: str) -> str:
    """Where a consumer's second chances arrive: dead letters that somebody replays."""
    return f"{consumer}.retry"


def dead_topic(consumer: str) -> str:
    """Where a consumer puts what it can not handle."""
    return f"{consumer}.dead"


def key_of(event: Event) -> str:
    """The Kafka key of an event, read from its data as its topic says. Raises KeyError for an event without a topic."""
    value: object = event
    for name in BY_EVENT[type(event)].key.split("."):
        value = getattr(value, name)
    return str(value)
