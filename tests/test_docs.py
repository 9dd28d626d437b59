"""Presets, plugins, commands, tables and the notebook in the documentation are valid."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import shlex
import tomllib
from pathlib import Path
from typing import Any

import nbformat
import pytest
import typer
from nbclient import NotebookClient
from PIL import Image

from artengine.catalog import Catalog, Kind, load_catalog
from artengine.cli import app
from artengine.preset import load_preset
from artengine.testing import conformance

ROOT = Path(__file__).parent.parent
GENERATED = ("api.md", "cli.md", "effects.md", "hooks.md", "reference.md")
"""The pages that docs/generate.py writes."""

WRITTEN = [path for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in GENERATED]
PAGES = [name.relative_to(ROOT).as_posix() for name in WRITTEN] + ["README.md", "CONTRIBUTING.md"]

PROGRAM: Any = typer.main.get_command(app)

MISTAKE: type[BaseException] = typer.BadParameter.__mro__[1]
"""UsageError, which the program's parser raises and Typer does not export."""


def blocks(language: str) -> list[tuple[str, str]]:
    """Return the names and texts of all fenced code blocks of a language."""
    named_blocks = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for number, block in enumerate(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)):
            named_blocks.append((f"{page}-{number}", block))
    return named_blocks


def commands() -> list[str]:
    """Return every `artengine ...` command line on the pages, without comments."""
    lines = set()
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        lines |= set(re.findall(r"^ *(artengine .*?)(?:  +#.*)?$", text, re.MULTILINE))
        lines |= set(re.findall(r"`(artengine [^`\n]*)`", text))
    return sorted(lines)


@pytest.mark.parametrize(
    "block", [b for _, b in blocks("toml")], ids=[name for name, _ in blocks("toml")]
)
def test_presets_are_valid(block: str, catalog: Catalog, tmp_path: Path) -> None:
    if "[output.negative]" in block:
        # The effect that the page on plugins implements.
        (plugin,) = (text for name, text in blocks("python") if "class Negative" in text)
        (tmp_path / "negative.py").write_text(plugin, encoding="utf-8")
        catalog = load_catalog([tmp_path / "negative.py"])
    if "[project.entry-points" in block:
        pytest.skip("not a preset")
    if "runs/clip/recipe.toml" in block:
        (tmp_path / "runs" / "clip").mkdir(parents=True)
        (tmp_path / "runs/clip/recipe.toml").write_text('extends = "night-road"', encoding="utf-8")
    # A fragment shows only a chain; the rest comes from a preset that it extends.
    text = block if "extends" in block else f'extends = "night-road"\n{block}'
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    preset = load_preset(tmp_path / "mine.toml", catalog)
    assert preset.feedback or preset.bend or preset.blend or preset.model.name == "quilt"
    assert preset.title == ("Rings" if "title" in block else "mine")


@pytest.mark.parametrize(
    "block",
    [b for _, b in blocks("python") if "hookimpl" in b],
    ids=[name for name, b in blocks("python") if "hookimpl" in b],
)
def test_plugins_load(block: str, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(block, encoding="utf-8")
    report = load_catalog([tmp_path / "mine.py"]).reports[-1]
    assert report.status == "ok", report.reason
    assert len(report.provides) == block.count("def register_")


@pytest.mark.parametrize("kind", ["source", "effect", "writer", "curve"])
def test_example_plugins_pass_the_checks_of_their_kind(kind: Kind, tmp_path: Path) -> None:
    examples = [block for _, block in blocks("python") if f"def register_{kind}s" in block]
    assert examples
    for number, block in enumerate(examples):
        (tmp_path / f"{kind}{number}.py").write_text(block, encoding="utf-8")
        catalog = load_catalog([tmp_path / f"{kind}{number}.py"])
        (provided,) = catalog.reports[-1].provides
        for check in conformance(catalog.get(kind, provided.removeprefix(f"{kind} "))):
            folder = tmp_path / f"{number}-{check.name}"
            folder.mkdir()
            check(folder)


@pytest.mark.parametrize(
    "block", [b for _, b in blocks("python")], ids=[name for name, _ in blocks("python")]
)
def test_python_blocks_parse_and_their_imports_exist(block: str) -> None:
    for node in ast.walk(ast.parse(block)):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("artengine"):
            module = importlib.import_module(str(node.module))
            for each in node.names:
                assert hasattr(module, each.name), each.name


def test_shell_blocks_hold_only_artengine_and_pip_commands() -> None:
    lines = [line for _, block in blocks("sh") for line in block.splitlines() if line]
    assert len(lines) > 20
    for line in lines:
        assert line.startswith(("artengine ", "python -m pip install ")), line


def test_the_list_of_packaged_weights_that_can_be_blended_is_complete() -> None:
    page = (ROOT / "docs" / "bending.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"Of the packaged weights, (.*?) are of one\s+shape", page, re.DOTALL)
    made_for = {
        file.stem: json.loads(file.read_text(encoding="utf-8"))["model"]
        for file in (ROOT / "presets" / "weights").glob("*.json")
    }
    names = re.findall(r"`([^`]+)`", listed)
    alike = sorted(name for name, model in made_for.items() if model == made_for[names[0]])
    assert names == alike


def test_extras_exist_in_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in PAGES]
    named = set(re.findall(r"(?:artengine|[\"'.])\[([a-z-]+)\][\"']", "".join(texts)))
    assert {"audio", "docs", "onnxruntime", "test"} <= named
    assert named <= set(project["optional-dependencies"])


def parser_error(words: list[str]) -> str | None:
    """Return why the program's parser rejects a command line, or None; nothing is run."""
    command: Any = PROGRAM
    context = command.make_context("artengine", [], resilient_parsing=True)
    while True:
        # The context is created without arguments; after that its parser reports every mistake.
        context.resilient_parsing = False
        try:
            _, left, _ = command.make_parser(context).parse_args(list(words))
        except MISTAKE as error:
            return f"{context.command_path}: {error}"
        if not hasattr(command, "commands"):
            return f"{context.command_path}: {left} is too much" if left else None
        if not left:
            return None
        name, *words = left
        if name not in command.commands and hasattr(command, "default"):
            name, words = command.default, left
        if name not in command.commands:
            return f"{context.command_path}: no command {name}"
        command = command.commands[name]
        context = command.make_context(name, [], parent=context, resilient_parsing=True)


@pytest.mark.parametrize("command", commands())
def test_commands_exist(command: str) -> None:
    """The program's own parser accepts the arguments and options."""
    assert parser_error(shlex.split(command.replace("...", "X"))[1:]) is None


@pytest.mark.parametrize(
    "command",
    ["drem x", "presets lst", "dream x --sizes 3", "dream x y z", "--plugn x", "dream x --size"],
)
def test_wrong_commands_are_rejected(command: str) -> None:
    assert parser_error(shlex.split(command))


@pytest.fixture
def generate(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    return importlib.import_module("generate")


@pytest.mark.parametrize("name", GENERATED)
def test_generated_pages_are_up_to_date(name: str, generate: Any, catalog: Catalog) -> None:
    assert sorted(generate.PAGES) == sorted(GENERATED)
    page = generate.PAGES[name](catalog)
    if os.environ.get("ARTENGINE_GOLDEN") == "write":
        (generate.FOLDER / name).write_text(page, encoding="utf-8")
    written = (generate.FOLDER / name).read_text(encoding="utf-8")
    assert written == page, "run python docs/generate.py"


def test_every_effect_is_in_one_group(generate: Any, catalog: Catalog) -> None:
    grouped = [name for names in generate.effects.GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(catalog.effects)


def test_the_tiles_of_effects_are_laid_out_as_on_the_sheet(generate: Any, catalog: Catalog) -> None:
    sheet = importlib.import_module("sheet")
    assert generate.effects.tile(len(catalog.effects)).count("px") == 2
    assert (generate.effects.COLUMNS, generate.effects.CAPTION) == (sheet.COLUMNS, sheet.CAPTION)
    assert (generate.effects.WIDTH, generate.effects.HEIGHT) == sheet.SIZE


def table_of_modules() -> list[list[str]]:
    """Return the engine's modules in ARCHITECTURE.md, by row of its table."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    rows = text.partition("| layer | modules |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = [row.split("|")[2] for row in rows]
    return [re.findall(r"`(\w+)`", cell) for cell in cells if "artengine_plugins" not in cell]


def test_the_architecture_names_every_module_once() -> None:
    engine = ROOT / "engine" / "artengine"
    packages = {path.parent.name for path in engine.glob("*/__init__.py")}
    there = packages | {path.stem for path in engine.glob("[!_]*.py")}
    named = [module for row in table_of_modules() for module in row]
    assert sorted(named) == sorted(there)


def test_the_architecture_has_the_layers_of_the_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = project["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    row_of = {name: number for number, row in enumerate(table_of_modules()) for name in row}
    rows = [row_of[name.rpartition(".")[2]] for layer in layers for name in layer.split(" | ")]
    assert rows == sorted(rows)


def test_files_that_the_architecture_names_exist() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    roots = (ROOT, ROOT / "engine" / "artengine", ROOT / "plugins" / "artengine_plugins")
    named = set(re.findall(r"\b[\w-]+(?:/[\w-]+)+\.(?:py|md|toml)\b", text))
    assert len(named) > 40
    for name in sorted(named):
        assert any((root / name).is_file() for root in roots), name


def test_the_notebook_runs(tmp_path: Path) -> None:
    text = (ROOT / "examples" / "dream.ipynb").read_text(encoding="utf-8")
    # A smaller size suffices for the test.
    assert text.count("[256, 256]") == 2
    notebook = nbformat.reads(text.replace("[256, 256]", "[64, 64]"), as_version=4)
    NotebookClient(
        notebook,
        timeout=240,
        # On a busy machine outputs arrive late, and are discarded after four seconds by default.
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        resources={"metadata": {"path": str(tmp_path)}},
    ).execute()
    shown = [out for cell in notebook.cells for out in cell.get("outputs", [])]
    kinds = {kind for out in shown for kind in out.get("data", {})}
    assert "image/png" in kinds
    assert any("<video" in str(out.get("data", {}).get("text/html", "")) for out in shown)


def test_the_sheet_shows_every_effect(generate: Any, catalog: Catalog) -> None:
    sheet = importlib.import_module("sheet")
    with Image.open(sheet.SHEET) as drawn:
        assert drawn.size == sheet.sheet_size(len(catalog.effects)), "run python docs/sheet.py"
    assert set(sheet.SHOWN) <= set(catalog.effects)
