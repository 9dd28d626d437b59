"""Base class of settings tables."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler

from artengine.params import attribute_help


class Settings(BaseModel):
    """A frozen table of a preset with validated keys."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, defer_build=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: Any, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Return the table's schema, with the help of each key as its description."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for name, text in attribute_help(cls).items():
            schema["properties"][name].setdefault("description", text)
        return schema
