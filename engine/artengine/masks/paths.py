"""The paths of files in the texts of masks."""

from __future__ import annotations

from collections.abc import Mapping

from artengine.curves.tree import Call, Text, inside
from artengine.masks.mask import Mask, plain_name
from artengine.params import CurveError


def with_files(text: str, paths: Mapping[str, str]) -> str:
    """Return a mask's text with other paths of files; a text that is no mask stays as it is.

    Args:
        text: the mask.
        paths: new paths by the written ones. Other paths stay.

    Raises:
        CurveError: when a path contains both kinds of quotes, so that it cannot be written.
    """
    if "file" not in text:
        return text
    try:
        root = Mask.of(text).root
    except CurveError:
        return text
    named = {
        argument.at: argument.value
        for node in inside(root)
        if isinstance(node, Call) and plain_name(node.name) == "file"
        for argument in node.arguments
        if isinstance(argument, Text)
    }
    for at, path in sorted(named.items(), reverse=True):
        if path in paths:
            text = f"{text[:at]}{_quoted(paths[path])}{text[at + len(path) + 2 :]}"
    return text


def _quoted(path: str) -> str:
    if "'" in path and '"' in path:
        raise CurveError(f"{path} holds both kinds of quotes; rename it")
    return f'"{path}"' if "'" in path else f"'{path}'"
