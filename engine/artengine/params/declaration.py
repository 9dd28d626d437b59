"""Declaring parameters: a plugin is a class whose fields are what a preset can give."""

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
        default: value when a preset says nothing; without one the parameter must be given.
        ge, gt, le, lt: bounds of a number.
        min_length, max_length: bounds of a text's or list's length.
        pattern: regular expression a text must match.
        unit: what the number counts ("pixels", "seconds", "degrees a frame"), for the docs.
        path: whether a text names a file or folder to read. The engine resolves it against the
            preset's folder, and refuses one that a preset may not read.
        automatable: whether a number may be a curve; by default as the plugin's class says. A
            truth value that is declared so is false where the curve is below a half.
        field: whether an automatable number of an effect may be a field. Then the effect meets a
            plane, float32 `(H, W)` of the frame's size, in place of the number where a preset
            writes a field that is not the same everywhere.
        shapes_network: whether weights fit only the value that a model was trained with. A number
            that is automatable never does.

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
    """A thing a preset can name with `use`: its fields are its parameters."""

    model_config = ConfigDict(
        extra="forbid",
        allow_inf_nan=False,
        validate_default=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
        # Most classes that are imported are not used by a film.
        defer_build=True,
    )

    name: ClassVar[str]
    """What presets call it: lower case, words joined by hyphens."""

    kind: ClassVar[str]
    """`source`, `model`, `effect` or `writer`."""

    automates: ClassVar[bool] = False
    """Whether this kind's numbers may be curves unless a parameter says otherwise."""

    controls: ClassVar[type[Plugin] | None] = None
    """Keys of a preset's table that the engine acts on itself, beside the plugin's parameters."""

    earlier: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """Values of parameters that are newer than the first recipes. A recipe that was made before
    them leaves them out and means these."""

    @classmethod
    def automatable(cls) -> frozenset[str]:
        """Names of the parameters that take a curve in place of a number."""
        return automatable(cls, by_default=cls.automates)

    @classmethod
    def takes_field(cls) -> frozenset[str]:
        """Names of the parameters that take a field in place of a number."""
        return frozenset(
            name
            for name in cls.automatable()
            if cls.model_fields[name].annotation is float
            and isinstance(extra := cls.model_fields[name].json_schema_extra, Mapping)
            and extra.get("field")
        )

    @classmethod
    def shaping(cls) -> frozenset[str]:
        """Names of the parameters that weights of a model depend on."""
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
        """Give automatable parameters plain values, kept inside their bounds.

        Raises:
            CurveError: when a value is not a number, or infinite where nothing bounds it.
        """
        for name, value in values.items():
            setattr(self, name, kept(type(self), name, value))


def automatable(kind: type[BaseModel], *, by_default: bool = False) -> frozenset[str]:
    """Names of the numbers and truth values that take a curve.

    Args:
        kind: a plugin, or a table of settings.
        by_default: whether those take one that say nothing of it.
    """

    def takes_curve(info: FieldInfo) -> bool:
        extra = info.json_schema_extra
        marked = extra.get("automatable") if isinstance(extra, Mapping) else None
        takes = (float, int) if marked is None else (float, int, bool)
        return info.annotation in takes and bool(by_default if marked is None else marked)

    return frozenset(name for name, info in kind.model_fields.items() if takes_curve(info))


def kept(kind: type[BaseModel], name: str, value: float) -> float:
    """A curve's value as its parameter takes it: inside the bounds, and whole where it must be; a
    truth value for a parameter that is one.

    Raises:
        CurveError: when it is not a number, or infinite where nothing bounds it.
    """
    info, limits = _field(kind, name)
    inside = clamp(info, value, limits)
    if not math.isfinite(inside):
        raise CurveError(f"{name} becomes {inside}; a curve must stay finite")
    if info.annotation is bool:
        return inside >= 0.5
    # A bound is often written as a whole number; what is set is what the field declares.
    return int(inside) if info.annotation is int else float(inside)


@lru_cache(maxsize=4096)
def _field(kind: type[BaseModel], name: str) -> tuple[FieldInfo, Mapping[str, float]]:
    """A field with its bounds, which are asked for at each frame."""
    info = kind.model_fields[name]
    return info, bounds(info)


def is_path(info: FieldInfo) -> bool:
    """Whether a field names a file or folder to read."""
    extra = info.json_schema_extra
    return isinstance(extra, Mapping) and bool(extra.get("path"))


def values_without_paths(plugin: Plugin) -> dict[str, Any]:
    """A plugin's parameters in JSON's types, without those that name files or folders to read."""
    fields = type(plugin).model_fields
    values = plugin.model_dump(mode="json")
    return {name: value for name, value in values.items() if not is_path(fields[name])}
