"""The help of parameters: the docstrings under the fields of their class."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from textwrap import dedent

from pydantic import BaseModel


def attribute_help(kind: type[BaseModel]) -> dict[str, str]:
    """Return the help of a class's fields, by name; fields without help are left out.

    It is parsed from the source on demand, because parsing it when the class is created, as
    pydantic's `use_attribute_docstrings` does, takes longer than the rest of the class. A field's
    `description` takes precedence.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            own = inspect.get_annotations(base).keys() & kind.model_fields.keys()
            texts = _docstrings(base) if own else {}
            found |= {name: texts.get(name, "") for name in own}
    described = {name: info.description for name, info in kind.model_fields.items()}
    return {
        name: text
        for name, given in described.items()
        if (text := inspect.cleandoc(given or found.get(name, "")))
    }


def _docstrings(kind: type) -> dict[str, str]:
    """The docstrings after a class's annotated names; empty if its source is not available."""
    try:
        tree = ast.parse(dedent(inspect.getsource(kind)))
    except (OSError, TypeError, SyntaxError):
        return {}
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: text.value.value
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
