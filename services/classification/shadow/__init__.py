"""A model that may become the current one judges the same messages, without effect: how often would it say something else?"""

from services.classification.shadow.counting import Counted, Difference
from services.classification.shadow.worker import Shadow

__all__ = ["Counted", "Difference", "Shadow"]
