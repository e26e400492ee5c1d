"""From trained weights to the shipped files: an ONNX graph with 16-bit tables and 8-bit matrices; the vocabulary."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from network import TaggerNetwork
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from torch.nn import functional

from jishi.stages.tagger import CHARACTERS_FILE, ENTITY_TAGS, ESCAPED, FRAME_LABELS, FRAME_TAGS, MODEL_FILE


class Inference(nn.Module):
    """The network as it is run: norms folded into convolutions, convolutions as products of shifted features."""

    def __init__(self, network: TaggerNetwork) -> None:
        super().__init__()
        encoder = network.encoder
        self.character, self.bigram = encoder.character, encoder.bigram
        self.word, self.shape = encoder.word, encoder.shape
        self.project = linear(encoder.project.weight[:, :, 0], encoder.project.bias)
        self.layers = nn.ModuleList()
        self.dilations = []
        for convolution, norm in zip(encoder.convolutions, encoder.norms, strict=True):
            scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
            weight = convolution.weight * scale[:, None, None]  # (out, in, 3)
            bias = (convolution.bias - norm.running_mean) * scale + norm.bias
            self.layers.append(linear(weight.permute(0, 2, 1).reshape(weight.shape[0], -1), bias))
            self.dilations.append(convolution.dilation[0])
        heads = (network.entities, network.frames, network.roles)
        self.sizes = [head.out_features for head in heads]
        self.heads = linear(torch.cat([h.weight for h in heads]), torch.cat([h.bias for h in heads]))

    def forward(
        self, characters: torch.Tensor, bigrams: torch.Tensor, words: torch.Tensor, shapes: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        pairs = self.bigram(bigrams)
        parts = [self.character(characters), pairs[:, :-1], pairs[:, 1:], self.word(words), self.shape(shapes)]
        features = self.project(torch.cat(parts, -1))
        n = features.shape[1]
        for layer, dilation in zip(self.layers, self.dilations, strict=True):
            padded = functional.pad(features, (0, 0, dilation, dilation))
            near = torch.cat([padded[:, :n], features, padded[:, 2 * dilation :]], -1)
            features = features + functional.relu(layer(near))
        entities, frames, roles = self.heads(features).split(self.sizes, -1)
        frames = frames.reshape(1, -1, len(FRAME_LABELS), len(FRAME_TAGS))
        return functional.log_softmax(entities, -1), functional.log_softmax(frames, -1), torch.sigmoid(roles)


def linear(weight: torch.Tensor, bias: torch.Tensor) -> nn.Linear:
    layer = nn.Linear(weight.shape[1], weight.shape[0])
    layer.weight = nn.Parameter(weight.detach().contiguous())
    layer.bias = nn.Parameter(bias.detach().contiguous())
    return layer


def export(network: TaggerNetwork, characters: list[str], folder: Path, quantise: bool = True) -> None:
    """Write the shipped files."""
    assert network.entities.out_features == len(ENTITY_TAGS)
    folder.mkdir(parents=True, exist_ok=True)
    module = Inference(network.eval()).eval()
    n = 64
    inputs = (
        *(torch.ones(1, n + extra, dtype=torch.int32) for extra in (0, 1, 0)),
        torch.ones(1, n, dtype=torch.int32),
    )
    names = ["characters", "bigrams", "words", "shapes"]
    axes = {name: {1: "characters" if name != "bigrams" else "bigrams"} for name in names}
    axes |= {name: {1: "characters"} for name in ("entities", "frames", "roles")}
    with tempfile.TemporaryDirectory() as scratch:
        plain, quantised = Path(scratch) / "plain.onnx", Path(scratch) / "quantised.onnx"
        torch.onnx.export(
            module, inputs, str(plain), input_names=names, output_names=["entities", "frames", "roles"],
            dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip
        if quantise:
            quantize_dynamic(
                plain, quantised, op_types_to_quantize=["MatMul"], weight_type=QuantType.QInt8, per_channel=True,
                nodes_to_exclude=last_products(onnx.load(str(plain))),
            )  # fmt: skip
        model = onnx.load(str(quantised if quantise else plain))
        store_tables_in_16_bits(model)
        onnx.save(model, str(folder / MODEL_FILE))
    escapes = {character: escape for escape, character in ESCAPED.items()}
    lines = [escapes.get(character, character) for character in characters]
    (folder / CHARACTERS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def last_products(model: onnx.ModelProto) -> list[str]:
    """The heads stay in full precision: they are small and decide."""
    products = [node.name for node in model.graph.node if node.op_type == "MatMul"]
    return products[-1:]


def store_tables_in_16_bits(model: onnx.ModelProto) -> None:
    """Keep embedding tables as half floats, converted after the look-up."""
    graph = model.graph
    tables = {node.input[0] for node in graph.node if node.op_type == "Gather"}
    for tensor in graph.initializer:
        if tensor.name in tables and tensor.data_type == TensorProto.FLOAT and tensor.dims[0] > 8:
            half = numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float16), tensor.name)
            tensor.CopyFrom(half)
    halves = {t.name for t in graph.initializer if t.data_type == TensorProto.FLOAT16}
    nodes = []
    for node in graph.node:
        nodes.append(node)
        if node.op_type == "Gather" and node.input[0] in halves:
            output = node.output[0]
            node.output[0] = output + "_half"
            nodes.append(helper.make_node("Cast", [output + "_half"], [output], to=TensorProto.FLOAT))
    del graph.node[:]
    graph.node.extend(nodes)
