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


Digests = tuple[str, str]
"""Of a file, and of the code in it, without comments and docstrings."""


def traced_code(kind: type, modules: Iterable[str]) -> dict[str, Digests]:
    """The files that a model's step is written in, by where they lie in their package.

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
    contents = ((name, file.read_bytes()) for name, file in sorted(files.items()))
    return {name: (_digest(content), _digest(_code(content))) for name, content in contents}


def is_current(code: Mapping[str, Digests], kind: type) -> bool:
    """Whether the code of files is as it was when `traced_code` found them.

    Args:
        code: what it gave.
        kind: the model's class.
    """
    files = [(_file(name, kind), told) for name, told in code.items()]
    own = getattr(sys.modules.get(kind.__module__), "__file__", None)
    if own is None or Path(own) not in (file for file, _ in files):
        # A class of a notebook may be another one by now.
        return False
    try:
        contents = [(file.read_bytes(), told) for file, told in files]
    except OSError:
        return False
    # To parse a file takes far longer than to read it.
    return all(
        _digest(content) == whole or _digest(_code(content)) == bare
        for content, (whole, bare) in contents
    )


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


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:32]


def _code(content: bytes) -> bytes:
    """Source without what computes nothing: docstrings, empty lines and those of comments alone.

    It is cut by lines, so that it is the same with every version of Python and on every system.
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
