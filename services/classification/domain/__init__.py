"""Understanding a message (U1, U3): pure and thread-safe. `Classifier` is all that other code needs."""

from services.classification.domain.classifier import DEFAULT_MODEL_FOLDER, Classifier
from services.classification.domain.heads import ModelUnusable

__all__ = ["DEFAULT_MODEL_FOLDER", "Classifier", "ModelUnusable"]
