"""The source files that a traced step depends on, and whether they are as they were."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

_FOLLOWED = ("artengine.nn.", "artengine.stepping.", "artengine_plugins.")
"""Modules whose imports are followed. What else the engine has does not compute."""

_DESCRIBES = ("artengine.params", "pydantic")
"""Where bases of models come from that describe parameters."""


def traced_code(kind: type, modules: Iterable[str]) -> dict[str, str]:
    """Digests of the files that a model's step is written in, by where they lie in their package.

    They are the modules of the model's class and its bases, others that are named, and what these
    import of networks and of the packaged models, here or inside of functions; of a package that
    is not the engine's own, all of its files, and of a file by itself, that file.

    Args:
        kind: the model's class.
        modules: further modules, of the engine.
    """
    files: dict[str, Path] = {}
    bases = (each.__module__ for each in kind.__mro__)
    left = [*modules, *(each for each in bases if not each.startswith(_DESCRIBES))]
    seen: set[str] = set()
    while left:
        module = left.pop()
        if module in seen:
            continue
        seen.add(module)
        for name, file in _files_of(module):
            files[name] = file
            left += [each for each in _imported(file) if each.startswith(_FOLLOWED)]
    return {name: _digest(file) for name, file in sorted(files.items())}


def is_current(code: Mapping[str, str], kind: type) -> bool:
    """Whether files are as they were when `traced_code` found them.

    Args:
        code: what it gave.
        kind: the model's class.
    """
    return all(_digest(_file(name, kind)) == digest for name, digest in code.items())


def _files_of(module: str) -> Iterator[tuple[str, Path]]:
    """A module's file, or all of its package; nothing of the standard library."""
    top, _, inside = module.partition(".")
    loaded = sys.modules.get(top)
    if top in sys.stdlib_module_names or loaded is None:
        return
    own = top in ("artengine", "artengine_plugins")
    folder = _folder(top)
    if folder is None:
        file = getattr(loaded, "__file__", None)
        if file:
            yield Path(file).name, Path(file)
    elif own:
        path = folder.joinpath(*inside.split(".")) if inside else folder
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                yield f"{top}/{file.relative_to(folder).as_posix()}", file
    else:
        for file in sorted(folder.rglob("*.py")):
            yield f"{top}/{file.relative_to(folder).as_posix()}", file


def _imported(file: Path) -> Iterator[str]:
    """Names that a file imports: of modules, and of what may be one."""
    for node in _run(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """A tree's nodes without those that only type checkers see."""
    for child in ast.iter_child_nodes(node):
        for_types = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not for_types:
            yield child
            yield from _run(child)


def _file(name: str, kind: type) -> Path:
    """Where a file lies, as `traced_code` calls it."""
    top, _, inside = name.partition("/")
    folder = _folder(top) if inside else None
    if folder is not None:
        return folder / inside
    return Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or name)


def _folder(top: str) -> Path | None:
    """The folder of a package that is loaded; None for a module that is one file."""
    file = getattr(sys.modules.get(top), "__file__", None)
    return Path(file).parent if file and Path(file).name == "__init__.py" else None


def _digest(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError:
        return ""
    # As it is on every system.
    return sha256(content.replace(b"\r\n", b"\n")).hexdigest()[:32]
