"""A second reading of messages, with multilingual embeddings (`casekeeper[embeddings]`): better, slower, later."""

from services.classification.embeddings.encoder import EncoderMissing
from services.classification.embeddings.reader import Reader

__all__ = ["EncoderMissing", "Reader"]
