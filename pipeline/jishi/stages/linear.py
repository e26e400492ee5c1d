"""Small linear models over named features: what the relation stages learn from annotated articles.

A model is a JSON file made by the recipe in models/relations: `{"labels", "bias", "weights": {feature: [one weight a
label]}}`. A weight can be read, and why a decision was taken can be told by listing the features that spoke for it.
"""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt

FOLDER = "models/relations"


def _squash(total: float) -> float:
    if not -30.0 < total < 30.0:
        total = 30.0 if total > 0 else -30.0
    return 1.0 / (1.0 + math.exp(-total))


class LinearModel:
    """Logistic regression, one label against the rest."""

    def __init__(self, labels: list[str], bias: list[float], weights: dict[str, list[float]]) -> None:
        self.labels = labels
        self.bias = bias
        self.weights = weights

    @functools.cached_property
    def _first(self) -> dict[str, float]:
        return {feature: row[0] for feature, row in self.weights.items()}

    @functools.cached_property
    def _rows(self) -> dict[str, int]:
        return {feature: number for number, feature in enumerate(self.weights, 1)}

    @functools.cached_property
    def _matrix(self) -> npt.NDArray[np.float64]:
        return np.array([self.bias, *self.weights.values()], dtype=np.float64)

    def score(self, features: Iterable[str]) -> dict[str, float]:
        """Give each label's probability for one item described by its features. Unknown features count for nothing."""
        known = filter(None, map(self._rows.get, dict.fromkeys(features)))  # each counts once, in a fixed order
        sums = np.add.reduce(self._matrix.take([0, *known], axis=0), axis=0).tolist()
        return {label: _squash(total) for label, total in zip(self.labels, sums, strict=True)}

    def probability(self, features: Iterable[str]) -> float:
        """Give the probability of the model's first label: for models that answer yes or no."""
        total = self.bias[0]
        for weight in filter(None, map(self._first.get, dict.fromkeys(features))):
            total += weight
        return _squash(total)


def locate_models(folder: str) -> Path:
    """Give the folder `models/<…>`: inside the installed package, else at the repository's top.

    Raises FileNotFoundError where neither holds it.
    """
    packaged = Path(str(resources.files("jishi"))) / folder
    checkout = Path(__file__).resolve().parents[3] / folder
    for path in (packaged, checkout):
        if path.is_dir():
            return path
    raise FileNotFoundError(f"{folder}: not found in the package nor in the checkout; reinstall jishi")


@functools.cache
def load_linear_model(name: str) -> LinearModel:
    """Load `models/relations/<name>.json`. Raises FileNotFoundError if it is missing."""
    data = json.loads((locate_models(FOLDER) / f"{name}.json").read_text(encoding="utf-8"))
    return LinearModel(data["labels"], data["bias"], data["weights"])
