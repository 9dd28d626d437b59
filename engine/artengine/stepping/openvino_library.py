"""OpenVINO, imported without its converter.

The converter takes as long to import as all else of OpenVINO, and with it comes what reports its
use to its makers. Nothing here needs either.
"""

from __future__ import annotations

import sys
from typing import Any

_CONVERTER = "openvino.tools.ovc"

if "openvino" in sys.modules or _CONVERTER in sys.modules:
    import openvino
else:
    # OpenVINO goes on without a converter that cannot be imported.
    sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        del sys.modules[_CONVERTER]

    def _convert_model(*arguments: Any, **options: Any) -> Any:
        """Import the converter for a plugin that calls `openvino.convert_model`."""
        from openvino.tools.ovc import convert_model

        return convert_model(*arguments, **options)

    openvino.convert_model = _convert_model

__all__ = ["openvino"]
