"""An organisation's own model behind an HTTP address. `docs/own-model.md` is for those who run one."""

from services.classification.own_model.asking import OwnModel, Place

__all__ = ["OwnModel", "Place"]
