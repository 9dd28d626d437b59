"""Detection of scene cuts in a stream of frames."""

from __future__ import annotations

import cv2
import numpy as np

from artengine.frame import Picture


class CutFinder:
    """Finds the frames that begin a new scene, in constant memory.

    It uses PySceneDetect's adaptive detector: a frame is a cut if it differs from the previous one
    (in hue, saturation and brightness) much more than its neighbours do from theirs, so that fast
    motion is not detected. Frames are shrunk to 64 pixels, which removes grain and compression
    artifacts.
    """

    memory = 5
    """Number of last frames to feed again, instead of all, to continue after an interruption."""

    _reach = 2
    _side = 64

    def __init__(self, start: int = 0) -> None:
        """Start with the frame at index `start`."""
        from scenedetect import FrameTimecode
        from scenedetect.detectors import AdaptiveDetector

        self._detector = AdaptiveDetector(min_scene_len=1, window_width=self._reach)
        # The detector requires time codes but compares only their order.
        self._zero = FrameTimecode(0, 25.0)
        self._offset = start - self._reach
        self._fed = 0
        self._last: Picture | None = None

    def feed(self, picture: Picture) -> list[int]:
        """Process the next frame, uint8 `(H, W, 3)`, and return the cuts that are now certain."""
        height, width = picture.shape[:2]
        scale = min(1.0, self._side / max(width, height))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
        # Repeat the first and last frame, so that frames near the ends have enough neighbours.
        repeats = self._reach if self._last is None else 0
        self._last = np.asarray(bgr, np.uint8)
        return [cut for _ in range(repeats + 1) for cut in self._process(self._last)]

    def finish(self) -> list[int]:
        """Return the cuts among the last frames, after all frames have been fed."""
        if self._last is None:
            return []
        return [cut for _ in range(self._reach) for cut in self._process(self._last)]

    def _process(self, picture: Picture) -> list[int]:
        found = self._detector.process_frame(self._zero + self._fed, picture)
        self._fed += 1
        return [cut.frame_num + self._offset for cut in found]
