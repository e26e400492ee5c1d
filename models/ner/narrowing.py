"""From a network of some width to a narrower one that begins where the wider one ended: the channels that carry least
are left out, and what they gave on the average goes to the biases."""

from __future__ import annotations

from typing import Any

import torch
from network import TaggerNetwork


def consumers(network: TaggerNetwork) -> list[torch.nn.Linear]:
    """Give what reads the residual stream, in order: the convolutions, then (after the last) the heads."""
    return [layer.product for layer in network.encoder.layers] + [network.entities, network.frames, network.roles]


@torch.no_grad()
def watch(network: TaggerNetwork, inputs: dict[str, Any]) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Give the mean and the mean square of each channel (width) before each convolution and after the last."""
    real = inputs["rows"] > 0
    features = network.embeddings(*(inputs[name] for name in ("characters", "bigrams", "words", "shapes")))
    seen = [features[real]]
    for layer in network.encoder.layers:
        features = features + layer(features)
        seen.append(features[real])
    return [values.mean(0) for values in seen], [values.square().mean(0) for values in seen]


@torch.no_grad()
def narrow(wide: TaggerNetwork, made: TaggerNetwork, inputs: dict[str, Any]) -> None:
    """Fill the convolutional network `made` with what `wide` knows, judging its channels on a batch."""
    wide.eval()
    means, squares = watch(wide, inputs)
    readers, width, size = consumers(wide), means[0].shape[0], made.entities.in_features
    last = len(means) - 1
    worth = torch.zeros_like(means[0])
    for i, reader in enumerate(readers):
        spread = squares[min(i, last)] - means[min(i, last)].square()
        worth += spread * reader.weight.unflatten(1, (-1, width)).square().sum((0, 1))
    kept = worth.topk(size).indices.sort().values
    left = torch.ones(width, dtype=torch.bool, device=kept.device)
    left[kept] = False
    state = made.state_dict()
    for name, values in wide.state_dict().items():
        if name.startswith(("silver", "masked")):
            continue
        if name.startswith("embeddings.project") or ".norm." in name or name.endswith("product.bias"):
            values = values[kept] if values.dim() else values
        elif name.endswith("product.weight"):
            values = values.unflatten(1, (-1, width))[kept][:, :, kept].flatten(1)
        elif name.split(".")[0] in ("entities", "frames", "roles") and name.endswith("weight"):
            values = values[:, kept]
        state[name].copy_(values)
    for i, (reader, narrower) in enumerate(zip(readers, consumers(made), strict=True)):
        lost = reader.weight.unflatten(1, (-1, width)).sum(1)[:, left] @ means[min(i, last)][left]
        narrower.bias += lost[kept] if i < last else lost
