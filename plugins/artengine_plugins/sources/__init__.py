"""The built-in sources."""

from collections.abc import Sequence

from artengine.api import Source, hookimpl


@hookimpl
def register_sources() -> Sequence[type[Source]]:
    """Return the built-in sources."""
    # Import late, so that a preset imports only those that it names.
    from artengine_plugins.sources.images import Images
    from artengine_plugins.sources.synthetic import Synthetic
    from artengine_plugins.sources.video import Video

    return [Video, Images, Synthetic]
