"""The modules of the recipes in models/, which are no package: they import each other by their bare names."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

MODELS = Path(__file__).parents[1] / "models"
sys.path += [str(MODELS / name) for name in ("annotations", "ner", "relations")]

annotations = importlib.import_module("annotations")
augment = importlib.import_module("augment")
data = importlib.import_module("data")
evidence = importlib.import_module("evidence")
gold_docs = importlib.import_module("gold_docs")
rows = importlib.import_module("rows")
