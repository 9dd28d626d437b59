"""The version of what plugins may use, and telling a plugin that was made for another one."""

from __future__ import annotations

import ast
from pathlib import Path

from artengine.errors import PluginError

API_VERSION = "0.2.0"
"""The version of `artengine.api`, of the hooks and of `artengine.testing`.

What is added raises the third number; what breaks plugins raises the second, and from 1.0 on the
first.
"""

NAME = "requires_api"
"""What a plugin's module calls the versions that it works with, as `requires_api = "~=0.2.0"`."""


def check_api(module: Path) -> None:
    """Check the versions that a plugin's module says it needs, without running it.

    A module that cannot be read is left to the import, which tells more.

    Raises:
        PluginError: when this version is not among them.
    """
    try:
        written = _written(ast.parse(module.read_bytes()))
    except (OSError, SyntaxError, ValueError):
        return
    if written is None:
        return
    # Imported here, because most programs meet no plugin that says so.
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
