"""Child processes that Ctrl-C does not reach, for it is the engine's to handle."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

if sys.platform == "win32":
    APART: dict[str, Any] = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
else:
    APART: dict[str, Any] = {"start_new_session": True}
"""What `subprocess.Popen` is to be given for that."""
