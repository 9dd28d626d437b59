"""Parameters: declared on a plugin's class, and checked here for every preset."""

from artengine.params.attribute_help import attribute_help
from artengine.params.bounds import any_legal, bounds, clamp
from artengine.params.check import check, in_order
from artengine.params.declaration import (
    Param,
    Plugin,
    automatable,
    is_path,
    kept,
    values_without_paths,
)
from artengine.params.problem import CurveError, Problem, TableError
from artengine.params.prose import allowed, allowed_in_unit, json_schema, plainly, quoted, unit_of

__all__ = [
    "CurveError",
    "Param",
    "Plugin",
    "Problem",
    "TableError",
    "allowed",
    "allowed_in_unit",
    "any_legal",
    "attribute_help",
    "automatable",
    "bounds",
    "check",
    "clamp",
    "in_order",
    "is_path",
    "json_schema",
    "kept",
    "plainly",
    "quoted",
    "unit_of",
    "values_without_paths",
]
