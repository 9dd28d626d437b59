from artengine.api import Source, hookimpl
from artengine_plugins.sources.video import Video


@hookimpl
def register_sources() -> list[type[Source]]:
    """The sources that ship with the engine."""
    return [Video]
