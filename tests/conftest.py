"""Shared fixtures: the pipeline is loaded once."""

from __future__ import annotations

from pathlib import Path

import pytest
from spacy.language import Language

import jishi

SAMPLES = Path(__file__).parent.parent / "data/raw"


@pytest.fixture(scope="session")
def nlp() -> Language:
    """The default pipeline."""
    return jishi.load()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of the sample archive."""
    return SAMPLES
