"""All diagrams of other tools."""

from tests.workflows.verification.foreign.models import HEADS, MODELS
from tests.workflows.verification.foreign.more_models import MORE_MODELS

ALL_MODELS = (*MODELS, *MORE_MODELS)
__all__ = ["ALL_MODELS", "HEADS"]
