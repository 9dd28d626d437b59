"""Tools for the tests of a plugin: the checks that the built-in plugins pass, frames, pictures.

    @pytest.mark.parametrize("check", conformance(Ember), ids=str)
    def test_conformance(check, tmp_path):
        check(tmp_path)

The names here are as stable as those of `artengine.api`. The fixtures of
`artengine.pytest_plugin` need no import; nothing else here needs pytest.
"""

from artengine.testing.check import Check, conformance
from artengine.testing.drawn import frames, moment, random_frame, write_clip
from artengine.testing.expect import ConformanceError
from artengine.testing.pictures import compare_picture
from artengine.testing.small_network import SmallNetwork

__all__ = [
    "Check",
    "ConformanceError",
    "SmallNetwork",
    "compare_picture",
    "conformance",
    "frames",
    "moment",
    "random_frame",
    "write_clip",
]
