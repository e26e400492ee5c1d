"""Evidence: what the relation stages ask the tagger about any place."""

from __future__ import annotations

import numpy as np

from jishi.stages.evidence import LEVELS, Evidence
from jishi.stages.tagger import FRAME_LABELS, FRAME_TAGS, ROLES

TOPIC = FRAME_LABELS.index("TOPIC")


def make_evidence() -> Evidence:
    """Six characters; a topic stands at 1 to 4 for sure, and the second is a chair's."""
    frames = np.full((6, len(FRAME_LABELS), len(FRAME_TAGS)), 0.01)
    frames[:, :, 0] = 0.96
    for offset, tag in ((1, "B"), (2, "I"), (3, "E")):
        frames[offset, TOPIC] = 0.0125
        frames[offset, TOPIC, FRAME_TAGS.index(tag)] = 0.95
    roles = np.zeros((6, len(ROLES)))
    roles[1, ROLES.index("chair")] = 0.8
    return Evidence(np.log(frames), roles)


def test_a_frame_is_likely_where_it_stands_and_less_beside_it():
    evidence = make_evidence()
    assert np.isclose(evidence.exact("TOPIC", 1, 4), 0.95)
    assert evidence.exact("TOPIC", 1, 3) < 0.5
    assert evidence.exact("TOPIC", 0, 4) < 0.5
    assert evidence.exact("EVENT", 1, 4) < 0.05


def test_what_is_part_of_a_frame_is_said_beside_its_edges():
    features = make_evidence().frame("TOPIC", 2, 4)
    top = len(LEVELS)
    assert f"in_TOPIC={top}" in features
    assert f"TOPIC_ends={top}" in features
    assert "TOPIC_starts=0" in features


def test_a_role_is_the_mean_over_the_mention():
    evidence = make_evidence()
    assert np.isclose(evidence.role("chair", 1, 3), 0.4)
    assert evidence.role("chair", 3, 5) == 0


def test_without_a_tagger_there_is_no_evidence():
    evidence = Evidence(None, None)
    assert evidence.frame("TOPIC", 0, 3) == []
    assert evidence.exact("TOPIC", 0, 3) == 0
    assert evidence.role("chair", 0, 3) == 0
