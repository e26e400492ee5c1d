"""Fitting small yes/no models over named features, for the recipes of this folder."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from jishi.stages.linear import LinearModel

SMALLEST_WEIGHT = 0.02  # smaller weights are left out of the file


def fit_yes_no(rows: Sequence[list[str]], answers: Sequence[bool], strength: float, least: int = 2) -> LinearModel:
    """Fit one model. strength: C of the logistic regression; least: articles' rows that a feature must occur in."""
    counts = Counter(feature for features in rows for feature in set(features))
    vectoriser = DictVectorizer(dtype=np.float64)
    matrix = vectoriser.fit_transform([{f: 1.0 for f in features if counts[f] >= least} for features in rows])
    matrix.indices, matrix.indptr = matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=strength, solver="liblinear", max_iter=1000, random_state=0)
        model.fit(matrix, np.array(answers))
    weights = zip(vectoriser.feature_names_, model.coef_[0], strict=True)
    kept = {feature: [round(float(w), 3)] for feature, w in weights if abs(w) >= SMALLEST_WEIGHT}
    return LinearModel(["yes"], [round(float(model.intercept_[0]), 3)], kept)


def cross_validate(
    rows: Sequence[list[str]], answers: Sequence[bool], groups: Sequence[int], strength: float, folds: int = 5
) -> np.ndarray:
    """Give each row's probability by a model that has seen nothing of its group (article)."""
    probabilities = np.zeros(len(rows))
    places = np.arange(len(rows))
    for seen, unseen in GroupKFold(folds).split(places, groups=groups):
        model = fit_yes_no([rows[i] for i in seen], [answers[i] for i in seen], strength)
        for i in unseen:
            probabilities[i] = model.probability(rows[i])
    return probabilities


def write_model(model: LinearModel, path: Path) -> None:
    """Write a model as readable JSON, one feature a line."""
    data = {"labels": model.labels, "bias": model.bias, "weights": dict(sorted(model.weights.items()))}
    path.write_text(json.dumps(data, ensure_ascii=False, indent=0) + "\n", encoding="utf-8")
