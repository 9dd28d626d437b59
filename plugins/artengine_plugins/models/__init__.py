"""The built-in networks."""

from collections.abc import Sequence

from artengine.api import Model, hookimpl


@hookimpl
def register_models() -> Sequence[type[Model]]:
    """Return the built-in networks."""
    # Import late, so that a preset imports only those that it names.
    from artengine_plugins.models.automaton import Automaton
    from artengine_plugins.models.convlstm import Convlstm
    from artengine_plugins.models.deep import Deep
    from artengine_plugins.models.flow import Flow
    from artengine_plugins.models.hourglass import Hourglass
    from artengine_plugins.models.pixelcnn import PixelCNN
    from artengine_plugins.models.quilt import Quilt
    from artengine_plugins.models.recall import Recall
    from artengine_plugins.models.swift import Swift

    return [Automaton, Convlstm, Deep, Flow, Hourglass, PixelCNN, Quilt, Recall, Swift]
