"""From the shipped file back to a network that can be trained further."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import torch
from network import TaggerNetwork
from onnx import numpy_helper

from jishi.stages.tagger import CHARACTERS_FILE, MODEL_FILE, CharacterTable, read_characters


def read_back(folder: Path) -> TaggerNetwork:
    """Give the network of `export.export`, its weights as the file holds them (rounded), its norms doing nothing."""
    graph = onnx.load(str(folder / MODEL_FILE)).graph
    constants = {constant.name: torch.tensor(numpy_helper.to_array(constant)) for constant in graph.initializer}

    def inputs_of(kind: str) -> list[list[str]]:
        return [list(node.input) for node in graph.node if node.op_type == kind]

    products = [
        ((constants[names[1]].float() * constants[names[3]]).T, constants[names[6]])
        for names in inputs_of("MatMulIntegerToFloat")
    ]
    table = CharacterTable(read_characters(folder / CHARACTERS_FILE))
    network = TaggerNetwork(table.size, len(products[0][1]))
    embeddings = network.embeddings
    layers: list[Any] = [embeddings.project, *(layer.product for layer in network.encoder.layers)]
    with torch.no_grad():
        for part, names in zip(
            (embeddings.bigram, embeddings.character, embeddings.word, embeddings.shape),
            inputs_of("Gather"),
            strict=True,
        ):
            part.weight.copy_(constants[names[0]])
        for layer, (weight, bias) in zip(layers, products, strict=True):
            layer.weight.copy_(weight)
            layer.bias.copy_(bias)
        for norm in (layer.norm for layer in network.encoder.layers):
            norm.running_var.fill_(1 - norm.eps)
        weight = constants[inputs_of("MatMul")[0][1]].T
        bias = constants[next(names[1] for names in inputs_of("Add") if names[1] in constants)]
        done = 0
        for head in (network.entities, network.frames, network.roles):
            own = slice(done, done + head.out_features)
            head.weight.copy_(weight[own])
            head.bias.copy_(bias[own])
            done = own.stop
    return network


@torch.no_grad()
def fit_norms(network: TaggerNetwork, inputs: dict[str, Any]) -> None:
    """Have the norms tell what the convolutions give on a batch, and undo it again: the network gives what it gave, and
    goes on giving it when it is trained."""
    real = inputs["rows"] > 0
    features = network.embeddings(*(inputs[name] for name in ("characters", "bigrams", "words", "shapes")))
    for layer in network.encoder.layers:
        seen = []
        hook = layer.product.register_forward_hook(lambda _, __, made, seen=seen: seen.append(made))
        features = features + layer.eval()(features)
        hook.remove()
        values, norm = seen[0][real], layer.norm
        norm.running_mean.copy_(values.mean(0))
        norm.running_var.copy_(values.var(0))
        norm.weight.copy_((norm.running_var + norm.eps).sqrt())
        norm.bias.copy_(norm.running_mean)
