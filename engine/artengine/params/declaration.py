"""Declaration of parameters: a plugin is a class whose fields are the parameters of presets."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from artengine.params.bounds import bounds, clamp
from artengine.params.problem import CurveError


def Param(  # noqa: N802 - reads as a declaration, like pydantic's Field
    default: Any = PydanticUndefined,
    *,
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    min_length: int | None = None,
    max_length: int | None = None,
    pattern: str | None = None,
    unit: str | None = None,
    path: bool = False,
    automatable: bool | None = None,
    field: bool = False,
    shapes_network: bool = True,
) -> Any:
    """Declare a plugin's parameter.

    Args:
        default: default value; without one the parameter is required.
        ge, gt, le, lt: bounds of a number.
        min_length, max_length: bounds of a text's or list's length.
        pattern: regular expression that a text must match.
        unit: unit of the number ("pixels", "seconds", "degrees a frame"), for the docs.
        path: whether a text is the path of a file or folder to read. The engine resolves it against
            the preset's folder, and rejects a path that a preset may not read.
        automatable: whether a number may be a curve; by default as in the plugin's class. A boolean
            that is declared automatable is false where the curve is below 0.5.
        field: whether an automatable number of an effect may be a field. If a preset has a field
            that is not constant, the effect gets a plane, float32 `(H, W)` of the frame's size, in
            place of the number.
        shapes_network: whether weights are only valid for the value that the model was trained
            with. Automatable numbers never shape the network.

    Returns:
        A pydantic field. The docstring under the field is its help.
    """
    extra = {
        "unit": unit,
        "path": path or None,
        "automatable": automatable,
        "field": field or None,
        "shapes_network": None if shapes_network else False,
    }
    return Field(
        default,
        ge=ge,
        gt=gt,
        le=le,
        lt=lt,
        min_length=min_length,
        max_length=max_length,
        pattern=pattern,
        json_schema_extra={name: value for name, value in extra.items() if value is not None},
    )


class Plugin(BaseModel):
    """Base of everything that a preset can name with `use`: its fields are its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
        # A film does not use most of the imported classes.
        defer_build=True,
    )

    name: ClassVar[str]
    """Its name in presets: lower case, words joined by hyphens."""

    kind: ClassVar[str]
    """`source`, `model`, `effect` or `writer`."""

    automates: ClassVar[bool] = False
    """Whether this kind's numbers may be curves unless a parameter overrides it."""

    controls: ClassVar[type[Plugin] | None] = None
    """Additional keys of a preset's table, which the engine handles for the plugin."""

    earlier: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Values, for older recipes, of parameters that were added later. A recipe that is older than a
    parameter does not contain it, and is read with this value."""

    @classmethod
    def automatable(cls) -> frozenset[str]:
        """Return the names of the parameters that accept a curve in place of a number."""
        return automatable(cls, by_default=cls.automates)

    @classmethod
    def takes_field(cls) -> frozenset[str]:
        """Return the names of the parameters that accept a field in place of a number."""
        return frozenset(
            name
            for name in cls.automatable()
            if cls.model_fields[name].annotation is float
            and isinstance(extra := cls.model_fields[name].json_schema_extra, Mapping)
            and extra.get("field")
        )

    @classmethod
    def shaping(cls) -> frozenset[str]:
        """Return the names of the parameters that a model's weights depend on."""
        return frozenset(
            name
            for name, info in cls.model_fields.items()
            if name not in cls.automatable()
            and not (
                isinstance(extra := info.json_schema_extra, Mapping)
                and extra.get("shapes_network") is False
            )
        )

    def set_values(self, values: Mapping[str, float]) -> None:
        """Set automatable parameters to numbers, clamped to their bounds.

        Raises:
            CurveError: when a value is NaN, or infinite without a bound.
        """
        for name, value in values.items():
            setattr(self, name, kept(type(self), name, value))


def automatable(kind: type[BaseModel], *, by_default: bool = False) -> frozenset[str]:
    """Return the names of the numbers and booleans that accept a curve.

    Args:
        kind: a plugin, or a table of settings.
        by_default: whether numbers without `automatable` accept one.
    """

    def takes_curve(info: FieldInfo) -> bool:
        extra = info.json_schema_extra
        marked = extra.get("automatable") if isinstance(extra, Mapping) else None
        takes = (float, int) if marked is None else (float, int, bool)
        return info.annotation in takes and bool(by_default if marked is None else marked)

    return frozenset(name for name, info in kind.model_fields.items() if takes_curve(info))


def kept(kind: type[BaseModel], name: str, value: float) -> float:
    """Convert a curve's value to its parameter's type: clamp it to the bounds, and round it for an
    integer parameter, or compare it with 0.5 for a boolean.

    Raises:
        CurveError: when it is NaN, or infinite without a bound.
    """
    info, limits = _field(kind, name)
    inside = clamp(info, value, limits)
    if not math.isfinite(inside):
        raise CurveError(f"{name} becomes {inside}; a curve must stay finite")
    if info.annotation is bool:
        return inside >= 0.5
    # Clamping may return a bound that is an int for a float field, so convert the type.
    return int(inside) if info.annotation is int else float(inside)


@lru_cache(maxsize=4096)
def _field(kind: type[BaseModel], name: str) -> tuple[FieldInfo, Mapping[str, float]]:
    """A field with its bounds; cached, because it is needed at each frame."""
    info = kind.model_fields[name]
    return info, bounds(info)


def is_path(info: FieldInfo) -> bool:
    """Return whether a field is the path of a file or folder to read."""
    extra = info.json_schema_extra
    return isinstance(extra, Mapping) and bool(extra.get("path"))


def values_without_paths(plugin: Plugin) -> dict[str, Any]:
    """Return a plugin's parameters in JSON types, without paths of files or folders to read."""
    fields = type(plugin).model_fields
    values = plugin.model_dump(mode="json")
    return {name: value for name, value in values.items() if not is_path(fields[name])}
