"""What an own model says, put in place of what was judged here. Safety signals stay: no model talks them away."""

from collections.abc import Mapping

from schemas.events.message import Classification
from services.classification.domain.classifier import URGENT
from services.classification.own_model.contract import Judged


def merged(label: Classification, said: Judged, model: str, skills: Mapping[str, str]) -> Classification:
    """The label as the own model has it. `skills` names every topic of the organisation with the skill it asks for.

    A topic that the organisation does not have is not taken over; a message with a danger in it stays urgent.
    """
    changes = said.said()
    if "topic" in changes:
        if changes["topic"] and changes["topic"] not in skills:
            del changes["topic"], changes["topic_confidence"]
        else:
            changes["skill"] = skills.get(changes["topic"], "")
    if "urgency" in changes and any(signal.kind in URGENT for signal in label.signals):
        del changes["urgency"], changes["urgency_confidence"]
    if not changes:
        return label
    return label.model_copy(update={**changes, "model": f"{model} over {label.model}"})
