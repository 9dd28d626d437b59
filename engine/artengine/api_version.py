"""The version of the plugin API, and the check that a plugin supports it."""

from __future__ import annotations

import ast
from pathlib import Path

from artengine.errors import PluginError

API_VERSION = "0.2.0"
"""The version of `artengine.api`, of the hooks and of `artengine.testing`.

An addition raises the third number; a breaking change raises the second, and from 1.0 on the first.
"""

NAME = "requires_api"
"""The variable in which a plugin's module declares the API versions that it supports."""


def check_api(module: Path) -> None:
    """Check the API versions that a plugin's module declares, without running it.

    A module that cannot be parsed passes: importing it gives a better error.

    Raises:
        PluginError: when `API_VERSION` is not among them.
    """
    try:
        written = _written(ast.parse(module.read_bytes()))
    except (OSError, SyntaxError, ValueError):
        return
    if written is None:
        return
    # Imported here, because few plugins declare versions.
    from packaging.specifiers import InvalidSpecifier, SpecifierSet
    from packaging.version import Version

    try:
        wanted = SpecifierSet(written)
    except InvalidSpecifier as error:
        raise PluginError(
            f'{NAME} = "{written}" is no range of versions; write {NAME} = "~={API_VERSION}"'
        ) from error
    if wanted.contains(API_VERSION, prereleases=True):
        return
    newer = any(
        each.operator in (">=", ">", "~=") and Version(each.version) > Version(API_VERSION)
        for each in wanted
    )
    advice = "update artengine" if newer else "get a newer version of the plugin"
    raise PluginError(
        f"it is made for artengine.api {written}, and this is {API_VERSION}: {advice}"
    )


def _written(tree: ast.Module) -> str | None:
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == NAME for target in targets):
            value = getattr(statement, "value", None)
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
    return None
