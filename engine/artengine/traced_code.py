"""The source files that a traced step depends on, and whether they have changed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path

_FOLLOWED = ("artengine.nn.", "artengine.stepping.", "artengine_plugins.")
"""Modules whose imports are followed. The rest of the engine takes no part in the computation."""

_DESCRIBES = ("artengine.params", "pydantic")
"""Modules of base classes that only declare parameters."""


Digests = tuple[str, str]
"""Digest of a file, and digest of its code without comments and docstrings."""


def traced_code(kind: type, modules: Iterable[str]) -> dict[str, Digests]:
    """Return the digests of the source files of a model's step, by path in their package.

    These are the modules of the model's class and its bases, `modules`, and what these import from
    `_FOLLOWED`, also inside functions; for a third-party package, all of its files; for a module
    without a package, its file.

    Args:
        kind: the model's class.
        modules: additional modules of the engine.
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
    contents = ((name, file.read_bytes()) for name, file in sorted(files.items()))
    return {name: (_digest(content), _digest(_code(content))) for name, content in contents}


def is_current(code: Mapping[str, Digests], kind: type) -> bool:
    """Return whether the code of the files is unchanged.

    Args:
        code: the earlier result of `traced_code`.
        kind: the model's class.
    """
    files = [(_file(name, kind), digests) for name, digests in code.items()]
    own = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if own is None or Path(own) not in (file for file, _ in files):
        # A class that was defined in a notebook may have changed.
        return False
    try:
        contents = [(file.read_bytes(), digests) for file, digests in files]
    except OSError:
        return False
    # Compare whole files first: parsing a file takes far longer than reading it.
    return all(
        _digest(content) == whole or _digest(_code(content)) == bare
        for content, (whole, bare) in contents
    )


def _files_of(module: str) -> Iterator[tuple[str, Path]]:
    """A module's file, or all files of a third-party package; none for the standard library."""
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
    """The modules that a file imports, and imported names that may be modules."""
    for node in _run(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _run(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a tree, without `if TYPE_CHECKING` blocks."""
    for child in ast.iter_child_nodes(node):
        for_types = isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING"
        if not for_types:
            yield child
            yield from _run(child)


def _file(name: str, kind: type) -> Path:
    """The path of a file that `traced_code` named."""
    top, _, inside = name.partition("/")
    folder = _folder(top) if inside else None
    if folder is not None:
        return folder / inside
    return Path(getattr(sys.modules.get(kind.__module__), "__file__", None) or name)


def _folder(top: str) -> Path | None:
    """The folder of a loaded package; None for a single-file module."""
    file = getattr(sys.modules.get(top), "__file__", None)
    return Path(file).parent if file and Path(file).name == "__init__.py" else None


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _code(content: bytes) -> bytes:
    """Source code without docstrings, empty lines and comment lines.

    Lines are removed whole, so that the result is the same in every Python version and system.
    """
    lines = content.splitlines()
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return content
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
            alone = lines[first][: node.col_offset] + lines[last][node.end_col_offset :]
            if not alone.strip():
                lines[first : last + 1] = [b""] * (last + 1 - first)
    kept = (line.rstrip() for line in lines)
    return b"\n".join(line for line in kept if line and not line.lstrip().startswith(b"#"))
