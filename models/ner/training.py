"""The training loop: losses of all heads on mixed batches, and a moving average of the weights."""

from __future__ import annotations

import copy
import math
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
from network import TaggerNetwork, marginal_loss
from rows import NO_SILVER, WITHHELD, Pool
from torch.nn import functional

from jishi.stages.tagger import ENTITY_TAGS, FIRST_CHARACTER, FRAME_LABELS, FRAME_TAGS, MASK, PADDING, ROLES

LOSSES = {"entities": 1.0, "frames": 2.0, "silver": 0.5, "roles": 0.6, "masked": 0.15, "taught": 1.0}


@dataclass(frozen=True)
class Phase:
    """One stretch of training. shares: of the characters by source, or a group of sources.

    It ends after `steps`, or sooner where a device is given `seconds` and they are over; the rate falls to nothing by
    whichever comes first.
    """

    name: str
    steps: int
    shares: Mapping[str, float]
    rate: float
    seconds: float = math.inf
    lanes: int = 16
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


def pair_characters(characters: torch.Tensor) -> torch.Tensor:
    """Give the buckets of neighbouring characters, as `jishi.stages.tagger.encode_characters` does."""
    padded = functional.pad(characters, (1, 1), value=PADDING)
    mixed = ((padded[:, :-1] * 8191 + padded[:, 1:]) * 2654435761) & 0xFFFFFFFF
    return mixed >> 16


def hide(batch: dict[str, torch.Tensor], phase: Phase) -> tuple[dict[str, torch.Tensor], torch.Tensor]:
    """Mask characters, one or two together, and withhold words. Gives the inputs, and which are masked."""
    characters, words, shapes = batch["characters"], batch["words"], batch["shapes"]
    drawn = torch.rand(characters.shape, device=characters.device) < phase.masked * 0.7
    longer = drawn & (torch.rand(characters.shape, device=characters.device) < 0.43)
    drawn |= functional.pad(longer[:, :-1], (1, 0))
    masked = drawn & (characters >= FIRST_CHARACTER)
    lanes = torch.rand((len(words), 1), device=words.device) < phase.no_words
    withheld = lanes | masked | (torch.rand(words.shape, device=words.device) < 0.05)
    characters = characters.masked_fill(masked, MASK)
    inputs = {
        "characters": characters,
        "bigrams": pair_characters(characters),
        "words": words.masked_fill(withheld, WITHHELD),
        "shapes": shapes.masked_fill(lanes, 0),
        "rows": batch["rows"],
    }
    return inputs, masked


def bits(values: torch.Tensor, count: int) -> torch.Tensor:
    return ((values.unsqueeze(-1) >> torch.arange(count, device=values.device)) & 1).bool()


def compute_losses(network: TaggerNetwork, batch: dict[str, torch.Tensor], phase: Phase) -> dict[str, torch.Tensor]:
    """Give the loss of every head that the phase asks for."""
    inputs, masked = hide(batch, phase)
    losses = {}
    with torch.autocast(masked.device.type, torch.bfloat16):
        features = network.features(**inputs)
        entities, frames, roles = network.entities(features), network.frames(features), network.roles(features)
        if phase.losses.get("silver"):
            silver = network.silver(features)
            target = batch["silver"].flatten()
            wrong = functional.cross_entropy(
                silver.float().flatten(0, 1), target, ignore_index=NO_SILVER, reduction="sum"
            )
            losses["silver"] = wrong / (target != NO_SILVER).sum().clamp(min=1)
        if phase.losses.get("masked"):
            losses["masked"] = functional.cross_entropy(
                network.masked(features[masked]).float(), batch["characters"][masked]
            )
        if phase.losses.get("public"):
            allowed = bits(batch["public"], len(ENTITY_TAGS))
            losses["public"] = marginal_loss(network.public(features).flatten(0, 1), allowed.flatten(0, 1))
    allowed = bits(batch["entities"], len(ENTITY_TAGS))
    losses["entities"] = marginal_loss(entities.flatten(0, 1), allowed.flatten(0, 1))
    shape = (-1, len(FRAME_TAGS))
    allowed = bits(batch["frames"], len(FRAME_LABELS) * len(FRAME_TAGS))
    losses["frames"] = marginal_loss(frames.reshape(shape), allowed.reshape(shape))
    known = bits(batch["roles_known"], len(ROLES)).float()
    wrong = functional.binary_cross_entropy_with_logits(
        roles.float(), bits(batch["roles"], len(ROLES)).float(), reduction="none"
    )
    losses["roles"] = (wrong * known).sum() / known.sum().clamp(min=1)
    if "taught" in batch:
        losses["taught"] = teach(torch.cat((entities, frames, roles), -1).float(), batch["taught"], batch["is_taught"])
    return losses


def split_heads(values: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Cut (…, all heads) into entities (…, tags), frames (…, labels, 5) and roles (…, roles)."""
    entities, frames, roles = values.split((len(ENTITY_TAGS), len(FRAME_LABELS) * len(FRAME_TAGS), len(ROLES)), -1)
    return entities, frames.unflatten(-1, (len(FRAME_LABELS), len(FRAME_TAGS))), roles


def teach(given: torch.Tensor, taught: torch.Tensor, is_taught: torch.Tensor) -> torch.Tensor:
    """Give the cross entropy between the teacher's probabilities and the student's logits (Hinton et al. 2015)."""
    entities, frames, roles = split_heads(given)
    right_entities, right_frames, right_roles = split_heads(taught.float())
    wrong = -(right_entities * entities.log_softmax(-1)).sum(-1)
    wrong = wrong - 2 * (right_frames * frames.log_softmax(-1)).sum((-1, -2))
    wrong = wrong + functional.binary_cross_entropy_with_logits(roles, right_roles, reduction="none").sum(-1)
    return (wrong * is_taught).sum() / is_taught.sum().clamp(min=1)


@torch.no_grad()
def probabilities(network: TaggerNetwork, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """Give the probabilities of all heads, (batch, length, all heads)."""
    with torch.autocast(inputs["characters"].device.type, torch.bfloat16):
        features = network.features(**inputs)
        logits = torch.cat((network.entities(features), network.frames(features), network.roles(features)), -1)
    entities, frames, roles = split_heads(logits.float())
    return torch.cat((entities.softmax(-1), frames.softmax(-1).flatten(-2), roles.sigmoid()), -1)


def train(
    network: TaggerNetwork,
    pool: Pool,
    phase: Phase,
    shares: Mapping[str, float],
    seed: int,
    evaluate: Callable[[TaggerNetwork], str] | None = None,
) -> TaggerNetwork:
    """Train for one phase; give the averaged network. shares: the phase's, with groups of sources divided."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    on_gpu = pool.device.type == "cuda"
    optimiser = torch.optim.AdamW(network.parameters(), lr=phase.rate, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    average = Average(network, phase.average)
    network.encoder.dropout.p = phase.dropout
    network.train()
    started, shown = time.time(), {}  # type: float, dict[str, torch.Tensor]
    step, done = 0, 0.0
    while done < 1:
        step += 1
        done = max(step / phase.steps, (time.time() - started) / phase.seconds)
        rate = phase.rate * min(1, step / phase.warm_up) * 0.5 * (1 + math.cos(math.pi * min(done, 1)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        losses = compute_losses(network, pool.draw(shares, rng, phase.lanes), phase)
        optimiser.zero_grad()
        torch.stack([phase.losses.get(name, 0.0) * loss for name, loss in losses.items()]).sum().backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        average.update(network)
        for name, loss in losses.items():
            shown[name] = shown.get(name, loss.detach()).lerp(loss.detach(), 0.02)
        if on_gpu and step % 4 == 0:
            torch.cuda.synchronize()  # or the queue runs ahead of the clock
        if step % 200 == 0 or done >= 1:
            speed = step * phase.lanes * pool.length / (time.time() - started)
            means = {name: round(float(loss), 4) for name, loss in shown.items()}
            print(f"{phase.name} {step} {done:.0%} {speed:,.0f} characters/s {means}", flush=True)
        if evaluate and (step % 1000 == 0 or done >= 1):
            print("   ", evaluate(average.network), flush=True)
    return average.network
