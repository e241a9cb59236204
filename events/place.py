"""Where a model is, for those who load it only when they meet its kind."""

from importlib import import_module
from typing import Any, NamedTuple


class ModelPlace(NamedTuple):
    """The module of a model, and its name there."""

    module: str
    name: str

    def load(self) -> type[Any]:
        """The model."""
        model: type[Any] = getattr(import_module(self.module), self.name)
        return model
