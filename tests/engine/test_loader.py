"""Discovery of plugins: every origin, and every kind of broken plugin."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

from artengine import folders
from artengine.errors import UsageError
from artengine.loader import PluginReport, discover
from artengine.params import attribute_help

EFFECT = '''
from __future__ import annotations
from typing import ClassVar
from artengine.api import Effect, Frame, FrameContext, Param, hookimpl

class Plain(Effect):
    """Leave everything as it is."""
    name: ClassVar[str] = "test-plain"
    amount: float = Param(0.5, ge=0, le=1)
    """Nothing comes of it."""
    def apply(self, frame: Frame, now: FrameContext) -> Frame:
        return frame
'''
GOOD = f"""{EFFECT}
@hookimpl
def register_effects():
    return [Plain]
"""


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARTENGINE_HOME", str(tmp_path / "home"))


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text), encoding="utf-8")
    return path


def report_of(name: str, *files: Path, user_folder: bool = False) -> PluginReport:
    reports = {
        report.plugin: report for report, _ in discover(files, user_folder=user_folder).found
    }
    return reports[name]


def effects_of(name: str, *files: Path, user_folder: bool = False) -> list[str]:
    for report, classes in discover(files, user_folder=user_folder).found:
        if report.plugin == name:
            return [offered.name for offered in classes]
    raise AssertionError(f"{name} was not found")


def test_a_file_named_on_the_command_line_is_loaded(tmp_path: Path) -> None:
    file = write(tmp_path / "mine.py", GOOD)
    assert report_of("mine.py", file) == PluginReport("mine.py", "--plugin")
    assert effects_of("mine.py", file) == ["test-plain"]


def test_parameters_keep_their_help(tmp_path: Path) -> None:
    for _, classes in discover([write(tmp_path / "mine.py", GOOD)], user_folder=False).found:
        for offered in classes:
            if offered.name == "test-plain":
                assert attribute_help(offered.load()) == {"amount": "Nothing comes of it."}
                return
    raise AssertionError("the effect was not found")


def test_the_plugin_folder_may_hold_files_and_packages(tmp_path: Path) -> None:
    write(folders.plugins() / "one.py", GOOD)
    package = folders.plugins() / "two"
    write(package / "parts.py", EFFECT.replace("test-plain", "test-other"))
    text = "from artengine.api import hookimpl\nfrom .parts import Plain\n"
    write(package / "__init__.py", f"{text}@hookimpl\ndef register_effects(): return [Plain]\n")
    write(folders.plugins() / "_draft.py", "raise RuntimeError")
    write(folders.plugins() / ".hidden.py", "raise RuntimeError")
    write(folders.plugins() / "notes.txt", "not Python")
    (folders.plugins() / "no-package").mkdir()
    results = [r for r, _ in discover().found if r.origin == "plugin folder"]
    assert [(report.plugin, report.status) for report in results] == [
        ("one.py", "ok"),
        ("two", "ok"),
    ]
    assert effects_of("two", user_folder=True) == ["test-other"]
    assert not [r for r, _ in discover(user_folder=False).found if r.origin == "plugin folder"]


def test_a_changed_package_is_reloaded(tmp_path: Path) -> None:
    package = folders.plugins() / "two"
    text = "from artengine.api import hookimpl\nfrom .parts import Plain\n"
    write(package / "__init__.py", f"{text}@hookimpl\ndef register_effects(): return [Plain]\n")
    write(package / "parts.py", EFFECT)
    assert effects_of("two", user_folder=True) == ["test-plain"]
    write(package / "parts.py", EFFECT.replace("test-plain", "test-changed-name"))
    assert effects_of("two", user_folder=True) == ["test-changed-name"]


def test_a_file_of_the_plugin_folder_that_is_also_named_is_loaded_once(tmp_path: Path) -> None:
    file = write(folders.plugins() / "one.py", GOOD)
    results = [report for report, _ in discover([file]).found if report.plugin == "one.py"]
    assert [(report.origin, report.status) for report in results] == [("--plugin", "ok")]


def test_files_of_one_name_are_two_plugins(tmp_path: Path) -> None:
    first = write(tmp_path / "a" / "mine.py", GOOD)
    second = write(tmp_path / "b" / "mine.py", GOOD.replace("test-plain", "test-two"))
    results = [
        c for r, c in discover([first, second], user_folder=False).found if "mine" in r.plugin
    ]
    assert [[offered.name for offered in classes] for classes in results] == [
        ["test-plain"],
        ["test-two"],
    ]


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no plugin at .*nothing\.py"):
        discover([tmp_path / "nothing.py"])
    with pytest.raises(UsageError, match="no plugin at"):
        discover([tmp_path])
    for name in ("a" * 300 + ".py", "nul\0.py"):
        with pytest.raises(UsageError, match="no plugin at") as caught:
            discover([Path(name)])
        assert len(str(caught.value)) < 300


def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **entries: str) -> None:
    """Put a distribution on the path, as pip installs it."""
    site = tmp_path / "site"
    info = site / "stranger-1.0.dist-info"
    write(info / "METADATA", "Metadata-Version: 2.1\nName: stranger\nVersion: 1.0\n")
    lines = "".join(f"{name} = {value}\n" for name, value in entries.items())
    write(info / "entry_points.txt", f"[artengine]\n{lines}")
    write(site / "stranger_good.py", GOOD)
    write(site / "stranger_bad.py", "import a_module_that_is_nowhere\n")
    monkeypatch.syspath_prepend(str(site))
    for name in ("stranger_good", "stranger_bad"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_each_entry_point_of_an_installed_distribution_is_a_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, monkeypatch, a="stranger_bad", b="stranger_good", c="stranger_good:nothing")
    results = {report.plugin: report for report, _ in discover().found}
    assert results["stranger_good"] == PluginReport("stranger_good", "entry point")
    assert results["stranger_bad"].status == "failed"
    assert results["stranger_bad"].reason == (
        "ModuleNotFoundError: No module named 'a_module_that_is_nowhere' (stranger_bad.py, line 1)"
    )
    assert "AttributeError" in results["stranger_good:nothing"].reason


def test_the_packaged_plugins_come_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, monkeypatch, good="stranger_good")
    names = [report.plugin for report, _ in discover().found]
    own = [name for name in names if name.startswith("artengine_plugins")]
    assert len(own) == 5
    assert names.index("stranger_good") == len(own)


IMPLEMENTS = f"{EFFECT}\n@hookimpl\ndef register_effects():\n    "
BROKEN = {
    "syntax": ("def f(:\n", "SyntaxError: invalid syntax (bad.py, line 1)"),
    "import": ("\nimport no_such_thing\n", "No module named 'no_such_thing' (bad.py, line 2)"),
    "raises": ("1 / 0\n", "ZeroDivisionError: division by zero (bad.py, line 1)"),
    "exits": ("import sys\nsys.exit(3)\n", "SystemExit: 3 (bad.py, line 2)"),
    "base": ("raise BaseException('odd')\n", "BaseException: odd (bad.py, line 1)"),
    "unspeakable": (
        "class No(Exception):\n    def __str__(self): return 1 / 0\nraise No\n",
        "No (bad.py, line 3)",
    ),
    "lines": ("raise ValueError('one\\ntwo')\n", "ValueError: one two (bad.py, line 1)"),
    "nothing": ("x = 1\n", "has no function marked with hookimpl"),
    "hook-raises": (f"{IMPLEMENTS}raise KeyError('gone')", "KeyError: 'gone' (bad.py, line"),
    "hook-exits": (f"{IMPLEMENTS}raise SystemExit", "SystemExit (bad.py, line"),
    "unknown-hook": (
        "from artengine.api import hookimpl\n@hookimpl\ndef register_effect(): return []\n",
        'there is no hook "register_effect" (did you mean "register_effects"?) (bad.py, line 2)',
    ),
    "wrong-argument": (
        "from artengine.api import hookimpl\n@hookimpl\ndef after_frame(index, image): pass\n",
        'hook "after_frame" has no argument "image"; it may take index, picture (bad.py, line 2)',
    ),
    "argument-of-none": (
        "from artengine.api import hookimpl\n@hookimpl\ndef register_effects(x): return []\n",
        'hook "register_effects" has no argument "x"; it takes none (bad.py, line 2)',
    ),
    "wrapper": (
        "from artengine.api import hookimpl\n@hookimpl(wrapper=True)\n"
        "def before_dream(recipe): yield\n",
        '"before_dream" is marked as a wrapper',
    ),
    "no-list": (f"{IMPLEMENTS}return Plain", "register_effects returned <class"),
    "none": (f"{IMPLEMENTS}return None", "register_effects returned None"),
    "text": (f"{IMPLEMENTS}return 'Plain'", "register_effects returned 'Plain'"),
    "no-class": (f"{IMPLEMENTS}return [1]", "1 is not a class derived from Effect"),
    "instance": (f"{IMPLEMENTS}return [Plain()]", "is not a class derived from Effect"),
    "wrong-base": (
        f"{EFFECT}\n@hookimpl\ndef register_sources(): return [Plain]",
        "Plain is not a class derived from Source",
    ),
    "wrong-kind": (
        f"{EFFECT}    kind: ClassVar[str] = 'source'\n"
        "@hookimpl\ndef register_effects(): return [Plain]",
        'Plain sets kind to "source"; leave it at "effect"',
    ),
    "abstract": (
        f"{EFFECT}\nclass Half(Effect):\n    'Half.'\n    name: ClassVar[str] = 'half'\n"
        "@hookimpl\ndef register_effects(): return [Half]",
        "Half does not define apply",
    ),
    "nameless": (
        GOOD.replace('name: ClassVar[str] = "test-plain"', ""),
        'Plain has no name; write name: ClassVar[str] = "like-this"',
    ),
    "bad-name": (GOOD.replace("test-plain", "Test_Plain"), 'Plain has the name "Test_Plain"'),
    "long-name": (GOOD.replace("test-plain", "a" * 300), 'Plain has the name "aaa'),
    "endless": (
        f"{IMPLEMENTS}\n    while True:\n        yield Plain",
        "register_effects gives more than 1000 classes",
    ),
    "no-annotation": (
        GOOD.replace("amount: float = Param", "amount = Param"),
        'the parameter "amount" has no type; write it as amount: float = Param(...), or as a '
        "ClassVar where it is none (bad.py, line",
    ),
    "undocumented": (
        GOOD.replace('"""Leave everything as it is."""', ""),
        "Plain has no docstring to say what it does",
    ),
    "reserved": (
        GOOD.replace("amount: float", "use: float"),
        'Plain has a parameter "use", a word that presets need themselves',
    ),
    "controls": (
        GOOD.replace("amount: float", "mix: float"),
        'Plain has a parameter "mix", a word that presets need themselves',
    ),
    "kept": (
        GOOD.replace("amount: float", "mask: float"),
        'Plain has a parameter "mask", a word that presets need themselves',
    ),
    "default": (
        GOOD.replace("Param(0.5,", "Param(5,"),
        "Plain.amount has a default that it does not allow",
    ),
    "suffixes": (
        '''
        from typing import ClassVar
        from artengine.api import Writer, hookimpl
        class Film(Writer):
            """A film."""
            name: ClassVar[str] = "film"
            suffixes: ClassVar[tuple[str, ...]] = ("mp4",)
            def open(self, target, film): raise NotImplementedError
        @hookimpl
        def register_writers(): return [Film]
        ''',
        "Film has the suffixes ('mp4',); write them as",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_plugin_is_set_aside_with_its_reason_and_the_others_load(
    kind: str, tmp_path: Path
) -> None:
    text, reason = BROKEN[kind]
    bad = write(tmp_path / "bad.py", text)
    good = write(tmp_path / "good.py", GOOD)
    report = report_of("bad.py", bad, good)
    assert report.status == "failed"
    assert reason in report.reason
    assert "\n" not in report.reason
    assert "pydantic" not in report.reason
    assert len(report.reason) < 300
    assert effects_of("bad.py", bad, good) == []
    assert effects_of("good.py", bad, good) == ["test-plain"]


def test_a_file_that_is_not_python_is_set_aside(tmp_path: Path) -> None:
    file = tmp_path / "picture.png"
    file.write_bytes(b"\x89PNG")
    assert report_of("picture.png", file).reason == "is not a Python file"
    nul = tmp_path / "nul.py"
    nul.write_bytes(b"x = '\0'\n")
    assert report_of("nul.py", nul).status == "failed"


def test_a_failed_plugin_leaves_no_observer_behind(tmp_path: Path) -> None:
    text = f"{IMPLEMENTS}raise KeyError\n@hookimpl\ndef after_frame(index): pass\n"
    discovery = discover([write(tmp_path / "bad.py", text)], user_folder=False)
    assert discovery.manager.hook.after_frame.get_hookimpls() == []


def test_valid_classes_of_a_plugin_are_kept_if_another_is_invalid(tmp_path: Path) -> None:
    text = GOOD.replace("return [Plain]", "return [Plain, int]")
    file = write(tmp_path / "mixed.py", text)
    assert report_of("mixed.py", file).reason == "int is not a class derived from Effect"
    assert effects_of("mixed.py", file) == ["test-plain"]


def test_ctrl_c_is_not_reported_as_a_fault_of_a_plugin(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        discover([write(tmp_path / "slow.py", "raise KeyboardInterrupt")], user_folder=False)


@pytest.mark.parametrize(
    ("version", "message"),
    [
        ("~=0.2.0", ""),
        (">=9.1", "it is made for artengine.api >=9.1, and this is 0.2.0: update artengine"),
        ("~=0.1.5", "artengine.api ~=0.1.5, and this is 0.2.0: get a newer version of the plugin"),
        ("new", 'requires_api = "new" is no range of versions; write requires_api = "~=0.2.0"'),
    ],
)
def test_a_plugin_for_another_interface_version_is_reported(
    tmp_path: Path, version: str, message: str
) -> None:
    # Its imports may not exist in this version.
    needs = "from artengine.api import Aura\n" if message else ""
    file = write(tmp_path / "mine.py", f'{needs}{GOOD}\nrequires_api = "{version}"\n')
    report = report_of("mine.py", file)
    assert report.reason.endswith(message)
    assert (report.status == "failed") == bool(message)
