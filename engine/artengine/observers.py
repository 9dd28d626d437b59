"""Observers: plugins that are notified of events. A failing one does not affect the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from functools import wraps
from types import SimpleNamespace
from typing import Any

import pluggy

from artengine.errors import described

logger = logging.getLogger("artengine")


def with_contained_observers(
    manager: pluggy.PluginManager, plugin: object, name: str, plain: Collection[str]
) -> object:
    """Return a wrapper of a plugin, to be registered, whose observers cannot raise.

    The first error of an observer is logged as a warning, and none of the plugin's observers is
    called again. pluggy decides the order in which the observers of several plugins are called.

    Args:
        manager: pluggy's manager, which recognises marked implementations.
        plugin: a module, or any object with marked functions.
        name: the plugin's name in the warning.
        plain: hooks whose implementations are not wrapped.
    """
    failed: list[BaseException] = []

    def contained(hook: str, function: Callable[..., Any]) -> Callable[..., None]:
        # `wraps` lets pluggy find the arguments and the mark of the wrapped function.
        @wraps(function)
        def observer(*arguments: Any) -> None:
            if failed:
                return
            try:
                function(*arguments)
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                failed.append(error)
                logger.warning(
                    "plugin %s: %s raised %s; its observers are not called again",
                    name,
                    hook,
                    described(error),
                )

        return observer

    registered = SimpleNamespace()
    for attribute in dir(plugin):
        options = manager.parse_hookimpl_opts(plugin, attribute)
        if options is not None:
            hook, function = options.get("specname") or attribute, getattr(plugin, attribute)
            setattr(registered, attribute, function if hook in plain else contained(hook, function))
    return registered
