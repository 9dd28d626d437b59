"""The built-in writers."""

from collections.abc import Sequence

from artengine.api import Writer, hookimpl


@hookimpl
def register_writers() -> Sequence[type[Writer]]:
    """Return the built-in writers."""
    # Import late, so that a preset imports only those that it names.
    from artengine_plugins.writers.contact_sheet import ContactSheet
    from artengine_plugins.writers.gif import Gif
    from artengine_plugins.writers.jpg import Jpg
    from artengine_plugins.writers.mp4 import Mp4
    from artengine_plugins.writers.png import Png
    from artengine_plugins.writers.prores import ProRes
    from artengine_plugins.writers.webm import Webm
    from artengine_plugins.writers.webp import Webp

    return [Mp4, ProRes, Webm, Gif, Webp, Png, Jpg, ContactSheet]
