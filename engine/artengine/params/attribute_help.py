"""The help of parameters: the docstrings under the fields of their class."""

from __future__ import annotations

import ast
import inspect
from itertools import pairwise
from textwrap import dedent

from pydantic import BaseModel


def attribute_help(kind: type[BaseModel]) -> dict[str, str]:
    """The help of each of a class's fields that has one, by the field's name.

    It is read from the source when it is asked for, because reading it when the class is made, as
    pydantic's `use_attribute_docstrings` does, takes longer than all else about a class. A field's
    `description` comes before it.
    """
    found: dict[str, str] = {}
    for base in reversed(kind.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            own = inspect.get_annotations(base).keys() & kind.model_fields.keys()
            said = _docstrings(base) if own else {}
            found |= {name: said.get(name, "") for name in own}
    described = {name: info.description for name, info in kind.model_fields.items()}
    return {
        name: text
        for name, given in described.items()
        if (text := inspect.cleandoc(given or found.get(name, "")))
    }


def _docstrings(kind: type) -> dict[str, str]:
    """The texts that follow a class's annotated names; none where its source is not at hand."""
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
