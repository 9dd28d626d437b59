"""Translation of TensorFlow graphs to an engine's format."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from importlib.util import find_spec
from textwrap import shorten
from typing import Any

from artengine.errors import UsageError
from artengine.runtime_names import RuntimeName
from artengine.stepping.graph import NotComputable


def translated(graph: Any, outputs: Sequence[str], runtime: RuntimeName) -> Any:
    """Translate a GraphDef without variables.

    Args:
        outputs: the names of its results.
        runtime: the name of the engine.

    Raises:
        NotComputable: when it has operations that the engine does not support.
        UsageError: when the package tf2onnx is missing.
    """
    if runtime == "openvino":
        from artengine.stepping.openvino_core import translated as by_openvino

        return by_openvino(graph.SerializeToString())
    return _as_onnx(graph, outputs)


_OPSET = 18
"""The version of ONNX's operator set; ONNX Runtime supports it since 1.14."""


def _as_onnx(graph: Any, outputs: Sequence[str]) -> bytes:
    """Return the bytes of an ONNX file."""
    if find_spec("tf2onnx") is None:
        raise UsageError(
            "the runtime onnxruntime needs tf2onnx to convert a network; install it with: python "
            '-m pip install "artengine[onnxruntime]"; or take the runtime keras'
        )
    import numpy as np
    import tensorflow as tf
    from tf2onnx import tf_loader
    from tf2onnx.tfonnx import process_tf_graph

    inputs = [f"{node.name}:0" for node in graph.node if node.op == "Placeholder"]
    results = [f"{name}:0" for name in outputs]
    # It logs unsupported operations in addition to raising errors.
    logging.getLogger("tf2onnx").setLevel(logging.CRITICAL)
    try:
        with tf.Graph().as_default():
            graph = tf_loader.tf_optimize(inputs, results, graph)
        with tf.Graph().as_default() as graph_of_tensors:
            tf.import_graph_def(graph, name="")
            made = process_tf_graph(
                graph_of_tensors, opset=_OPSET, input_names=inputs, output_names=results
            )
        for node in made.get_nodes():
            if node.type == "Resize":
                # Round scales up: three pixels times 5/3, rounded down to float32, are below five.
                scales = node.inputs[2].get_tensor_value(as_list=False)
                above = np.nextafter(scales, np.float32(np.inf))
                whole = scales == np.rint(scales)
                node.inputs[2].set_tensor_value(np.where(whole, scales, above))
        # Leave the optimisation to ONNX Runtime; tf2onnx's own takes many times longer.
        model: bytes = made.make_model("step").SerializeToString()
    except Exception as error:
        # tf2onnx raises errors of many types.
        raise NotComputable(_told(error)) from error
    return model


def _told(error: Exception) -> str:
    """Return the message of a tf2onnx error on one line."""
    lacking = re.search(r"Tensorflow op \[.*?: (\w+)\] is not supported", str(error))
    if lacking:
        return f"it has no {lacking[1]}"
    return shorten(" ".join(str(error).split()), 200) or type(error).__name__
