"""The training loop: losses of all heads on mixed batches, and a moving average of the weights."""

from __future__ import annotations

import copy
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from network import TaggerNetwork, marginal_loss
from rows import NO_SILVER, WITHHELD, Source, draw_batch
from torch.nn import functional

from jishi.stages.tagger import ENTITY_TAGS, FIRST_CHARACTER, FRAME_LABELS, FRAME_TAGS, MASK, ROLES, encode_characters

LOSSES = {"entities": 1.0, "frames": 0.5, "silver": 1.0, "roles": 0.3, "masked": 0.3}


@dataclass(frozen=True)
class Phase:
    """One stretch of training. shares: of the characters by source, or a group of sources."""

    name: str
    steps: int
    shares: Mapping[str, float]
    rate: float
    lanes: int = 16
    last_rate: float = 0.1  # of the first
    warm_up: int = 100
    dropout: float = 0.0
    masked: float = 0.08  # of the characters
    no_words: float = 0.15  # of the lanes
    average: float = 0.998
    losses: Mapping[str, float] = field(default_factory=lambda: LOSSES)


class Average:
    """A moving average of a network's weights."""

    def __init__(self, network: TaggerNetwork, decay: float) -> None:
        self.network = copy.deepcopy(network).eval()
        self.decay = decay
        self.steps = 0

    @torch.no_grad()
    def update(self, network: TaggerNetwork) -> None:
        self.steps += 1
        decay = min(self.decay, (1 + self.steps) / (10 + self.steps))
        pairs = zip(self.network.state_dict().values(), network.state_dict().values(), strict=True)
        own, new = zip(*((a, b) for a, b in pairs if a.is_floating_point()), strict=True)
        torch._foreach_lerp_(own, new, 1 - decay)


def hide(batch: dict[str, Any], phase: Phase, rng: np.random.Generator) -> tuple[dict[str, torch.Tensor], Any, Any]:
    """Mask characters and withhold words. Returns the inputs, which are masked, and what they were."""
    characters, words, shapes = batch["characters"].copy(), batch["words"].copy(), batch["shapes"].copy()
    masked = (rng.random(characters.shape) < phase.masked) & (characters >= FIRST_CHARACTER)
    hidden = characters[masked]
    characters[masked] = MASK
    lanes = rng.random(len(words)) < phase.no_words
    words[lanes] = WITHHELD
    shapes[lanes] = 0
    words[masked | (rng.random(words.shape) < 0.05)] = WITHHELD
    bigrams = np.stack([encode_characters(lane.astype(np.int32)) for lane in characters]).astype(np.int64)
    arrays = {"characters": characters, "bigrams": bigrams, "words": words, "shapes": shapes}
    return {name: torch.from_numpy(values) for name, values in arrays.items()}, masked, hidden


def bits(values: Any, count: int) -> torch.Tensor:
    return (torch.from_numpy(values).unsqueeze(-1) >> torch.arange(count)) & 1


def compute_losses(
    network: TaggerNetwork, features_of: Callable[..., torch.Tensor], batch: dict[str, Any], phase: Phase, rng: Any
) -> dict[str, torch.Tensor]:
    """Give the loss of every head."""
    inputs, masked, hidden = hide(batch, phase, rng)
    with torch.autocast("cpu", torch.bfloat16):
        features = features_of(**inputs)
        entities, frames, roles = network.entities(features), network.frames(features), network.roles(features)
        silver = network.silver(features)
        guesses = network.masked(features[torch.from_numpy(masked)])
    losses = {}
    allowed = bits(batch["entities"], len(ENTITY_TAGS)).bool()
    losses["entities"] = marginal_loss(entities.flatten(0, 1), allowed.flatten(0, 1))
    shape = (-1, len(FRAME_TAGS))
    allowed = bits(batch["frames"], len(FRAME_LABELS) * len(FRAME_TAGS)).bool()
    losses["frames"] = marginal_loss(frames.reshape(shape), allowed.reshape(shape))
    known = bits(batch["roles_known"], len(ROLES)).float()
    wrong = functional.binary_cross_entropy_with_logits(
        roles.float(), bits(batch["roles"], len(ROLES)).float(), reduction="none"
    )
    losses["roles"] = (wrong * known).sum() / known.sum().clamp(min=1)
    if (batch["silver"] != NO_SILVER).any():
        target = torch.from_numpy(batch["silver"]).flatten()
        losses["silver"] = functional.cross_entropy(silver.float().flatten(0, 1), target, ignore_index=NO_SILVER)
    if len(hidden):
        losses["masked"] = functional.cross_entropy(guesses.float(), torch.from_numpy(hidden))
    return losses


def train(
    network: TaggerNetwork,
    sources: Mapping[str, Source],
    phase: Phase,
    shares: Mapping[str, float],
    seed: int,
    evaluate: Callable[[TaggerNetwork], str] | None = None,
) -> TaggerNetwork:
    """Train for one phase; give the averaged network. shares: the phase's, with groups of sources divided."""
    torch.manual_seed(seed)
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=phase.rate, weight_decay=0.01, fused=True)
    average = Average(network, phase.average)
    network.encoder.dropout.p = phase.dropout
    network.train()
    features_of = torch.compile(network.features)
    started, shown = time.time(), {}  # type: float, dict[str, float]
    for step in range(1, phase.steps + 1):
        cosine = 0.5 * (1 + math.cos(math.pi * step / phase.steps))
        rate = phase.rate * min(1, step / phase.warm_up) * (phase.last_rate + (1 - phase.last_rate) * cosine)
        for group in optimiser.param_groups:
            group["lr"] = rate
        batch = draw_batch(sources, shares, rng, phase.lanes)
        losses = compute_losses(network, features_of, batch, phase, numbers)
        optimiser.zero_grad()
        torch.stack([phase.losses[name] * loss for name, loss in losses.items()]).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network)
        for name, loss in losses.items():
            shown[name] = shown.get(name, float(loss)) * 0.98 + float(loss) * 0.02
        if step % 50 == 0:
            speed = step * phase.lanes * 1024 / (time.time() - started)
            print(
                phase.name, step, f"{speed:,.0f} characters/s", {k: round(v, 4) for k, v in shown.items()}, flush=True
            )
        if evaluate and (step % 100 == 0 or step == phase.steps):
            print("   ", evaluate(average.network), flush=True)
    return average.network
