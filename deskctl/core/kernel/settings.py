"""The settings of a desk that every feature uses, and access to those of each feature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any, TypeVar

from ...dataclass import dataclass

S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a desk. `features` are those of the features, by their class.

    A feature declares its settings as a frozen dataclass with default values.
    """

    name: str = "Help desk"
    timezone: str = "UTC"
    language: str = "en"
    features: Mapping[type[Any], Any] = field(default_factory=dict)

    def of(self, kind: type[S]) -> S:
        """Return the settings of a feature, by their class; the defaults if the desk has none."""
        found: S = self.features[kind] if kind in self.features else kind()
        return found

    def with_features(self, *features: object) -> Settings:
        """Return the settings with those of features added or replaced."""
        return replace(self, features={**self.features, **{type(one): one for one in features}})
