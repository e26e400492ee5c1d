"""From trained weights to the shipped files: an ONNX graph with 16-bit tables and 8-bit matrices; the vocabulary.

The graph is written out here node by node: norms are folded into the convolutions, and a convolution is one product of
the features quantised once and laid beside their neighbours. Activations are quantised as they come (8 bits, unsigned),
weights by output channel in 7 bits, so that processors without 8-bit dot products cannot overflow.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from network import TaggerNetwork
from onnx import TensorProto, helper, numpy_helper

from jishi.stages.tagger import CHARACTERS_FILE, ESCAPED, FRAME_LABELS, FRAME_TAGS, MODEL_FILE

LARGEST_WEIGHT = 63


class Graph:
    """An ONNX graph under construction; names are given as it grows."""

    def __init__(self) -> None:
        self.nodes: list[Any] = []
        self.constants: list[Any] = []

    def constant(self, values: Any) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, kind: str, *inputs: str, outputs: int = 1, domain: str = "", **attributes: Any) -> Any:
        names = [f"{kind}_{len(self.nodes)}_{i}" for i in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def look_up(self, table: Any, ids: str) -> str:
        found = self.add("Gather", self.constant(numpy(table).astype(np.float16)), ids)
        return str(self.add("Cast", found, to=TensorProto.FLOAT))

    def cut(self, values: str, start: int, end: int) -> str:
        """Cut along the text."""
        limits = (self.constant(np.array([limit], np.int64)) for limit in (start, end, 1))
        return str(self.add("Slice", values, *limits))

    def product(self, quantised: str, scale: str, zero: str, weight: Any, bias: Any) -> str:
        """Multiply quantised features by a matrix (out, in), itself quantised by output channel."""
        scales = np.abs(weight).max(1) / LARGEST_WEIGHT
        rounded = np.rint(weight / scales[:, None]).astype(np.int8).T
        inputs = (quantised, self.constant(rounded), scale, self.constant(scales.astype(np.float32)), zero, "")
        return str(
            self.add("MatMulIntegerToFloat", *inputs, self.constant(bias.astype(np.float32)), domain="com.microsoft")
        )


def numpy(tensor: Any) -> Any:
    return tensor.detach().float().numpy()


def fold_norm(layer: Any) -> tuple[Any, Any]:
    """Give the weights (out, 3 × in: left, own, right) and bias of a convolution with its norm."""
    norm = layer.norm
    scale = numpy(norm.weight) / np.sqrt(numpy(norm.running_var) + norm.eps)
    bias = (numpy(layer.product.bias) - numpy(norm.running_mean)) * scale + numpy(norm.bias)
    return numpy(layer.product.weight) * scale[:, None], bias


def build_graph(network: TaggerNetwork) -> onnx.ModelProto:
    """Give the network as it is run."""
    graph, tables = Graph(), network.embeddings
    pairs = graph.look_up(tables.bigram.weight, "bigrams")
    embedded = [
        graph.look_up(tables.character.weight, "characters"),
        graph.cut(pairs, 0, -1),
        graph.cut(pairs, 1, 2**62),
        graph.look_up(tables.word.weight, "words"),
        graph.look_up(tables.shape.weight, "shapes"),
    ]
    quantised, scale, zero = graph.add("DynamicQuantizeLinear", graph.add("Concat", *embedded, axis=-1), outputs=3)
    projection = tables.project
    features = graph.product(quantised, scale, zero, numpy(projection.weight), numpy(projection.bias))
    for layer in network.encoder.layers:
        dilation = layer.dilation
        quantised, scale, zero = graph.add("DynamicQuantizeLinear", features, outputs=3)
        around = graph.constant(np.array([0, dilation, 0, 0, dilation, 0], np.int64))
        padded = graph.add("Pad", quantised, around, zero)
        near = [graph.cut(padded, 0, -2 * dilation), quantised, graph.cut(padded, 2 * dilation, 2**62)]
        product = graph.product(graph.add("Concat", *near, axis=-1), scale, zero, *fold_norm(layer))
        features = graph.add("Add", features, graph.add("Relu", product))
    heads = (network.entities, network.frames, network.roles)  # in full precision: they are small and decide
    weight = np.concatenate([numpy(head.weight) for head in heads]).T
    bias = np.concatenate([numpy(head.bias) for head in heads])
    scores = graph.add("Add", graph.add("MatMul", features, graph.constant(weight)), graph.constant(bias))
    sizes = graph.constant(np.array([head.out_features for head in heads], np.int64))
    entities, frames, roles = graph.add("Split", scores, sizes, outputs=3, axis=-1)
    shape = graph.constant(np.array([1, -1, len(FRAME_LABELS), len(FRAME_TAGS)], np.int64))
    frames = graph.add("Reshape", frames, shape)
    for kind, values, name in (
        ("LogSoftmax", entities, "entities"),
        ("LogSoftmax", frames, "frames"),
        ("Sigmoid", roles, "roles"),
    ):
        attributes = {} if kind == "Sigmoid" else {"axis": -1}
        graph.nodes.append(helper.make_node(kind, [values], [name], **attributes))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT32, [1, length])
        for name, length in (("characters", "n"), ("bigrams", "n + 1"), ("words", "n"), ("shapes", "n"))
    ]
    outputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in ("entities", "frames", "roles")]
    made = helper.make_graph(graph.nodes, "tagger", inputs, outputs, graph.constants)
    versions = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(made, opset_imports=versions, ir_version=9, producer_name="jishi")


def export(network: TaggerNetwork, characters: list[str], folder: Path) -> None:
    """Write the shipped files."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(build_graph(network.eval()), str(folder / MODEL_FILE))
    escapes = {character: escape for escape, character in ESCAPED.items()}
    lines = [escapes.get(character, character) for character in characters]
    (folder / CHARACTERS_FILE).write_text("\n".join(lines) + "\n", encoding="utf-8")
