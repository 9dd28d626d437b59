"""OpenVINO, imported without its converter.

Importing the converter takes as long as the rest of OpenVINO, and it imports OpenVINO's telemetry.
Neither is needed here.
"""

from __future__ import annotations

import sys
from typing import Any

_CONVERTER = "openvino.tools.ovc"

if "openvino" in sys.modules or _CONVERTER in sys.modules:
    import openvino
else:
    # OpenVINO tolerates a converter that cannot be imported.
    sys.modules[_CONVERTER] = None  # type: ignore[assignment]
    try:
        import openvino
    finally:
        del sys.modules[_CONVERTER]

    def _convert_model(*arguments: Any, **options: Any) -> Any:
        """Import the converter when a plugin calls `openvino.convert_model`."""
        from openvino.tools.ovc import convert_model

        return convert_model(*arguments, **options)

    openvino.convert_model = _convert_model

__all__ = ["openvino"]
