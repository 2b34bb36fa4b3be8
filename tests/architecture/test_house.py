"""The house: floors, names, sizes, and things that must never be in it."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "likewise"
SOURCES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
PAPER_MAP = ROOT / "docs" / "paper_map.md"
LONGEST = 330  # "about 300"


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_imports_point_down(monkeypatch, capsys) -> None:
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    assert lint_imports(no_cache=True) == 0, capsys.readouterr().out


def test_every_module_has_a_floor() -> None:
    """A new module that the contract does not name would be on no floor at all."""
    import tomllib

    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    floors = config["tool"]["importlinter"]["contracts"][0]["layers"]
    named = {name.strip() for floor in floors for name in floor.split("|")}
    present = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()}
    assert present - {"__init__", "__main__", "__pycache__"} == named


@pytest.mark.parametrize("path", [*SOURCES, *TESTS], ids=relative)
def test_names_and_sizes(path: Path) -> None:
    assert not re.search(r"(^|_)(utils?|helpers?|misc)(_|$)", path.stem), path
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


UNSAFE_MODULES = {"pickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"}
UNSAFE_CALLS = {"eval", "exec", "compile", "__import__", "yaml.load", "torch.save", "os.system"}
UNSAFE_SETTINGS = {"allow_pickle": True, "weights_only": False, "shell": True}
# What torch.load(weights_only=True) raises on a file that is more than weights.
HARMLESS = "pickle.UnpicklingError"


def forbidden(tree: ast.AST) -> list[str]:
    """Uses of modules, calls and settings through which data could become code."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            found += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            found += [alias.name for alias in node.names if alias.name != "pickle" or alias.asname]
        elif isinstance(node, ast.Attribute):
            found.append(ast.unparse(node))
        elif isinstance(node, ast.Call):
            found += _unsafe_call(node)
    unsafe = [name for name in found if name.split(".")[0] in UNSAFE_MODULES | {"unsafe:"}]
    return [name for name in unsafe if name != HARMLESS]


def _unsafe_call(node: ast.Call) -> list[str]:
    name = ast.unparse(node.func)
    settings = {word.arg: getattr(word.value, "value", None) for word in node.keywords}
    found = [f"unsafe:.{name}"] if name in UNSAFE_CALLS else []
    found += [f"unsafe:.{k}" for k, v in UNSAFE_SETTINGS.items() if settings.get(k) is v]
    if name == "torch.load" and settings.get("weights_only") is not True:
        found.append("unsafe:.torch.load without weights_only=True")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_data_never_becomes_code(path: Path) -> None:
    assert forbidden(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_search_for_forbidden_things_finds_them() -> None:
    for line in (
        "import pickle; pickle.loads(x)",
        "import pickle as p",
        "from pickle import loads",
        "import dill",
        "from joblib import load",
        "eval('1')",
        "yaml.load(x)",
        "np.load(x, allow_pickle=True)",
        "torch.load(x)",
        "torch.load(x, weights_only=False)",
        "torch.save(x, y)",
    ):
        assert forbidden(ast.parse(line)), line
    for line in (
        "np.load(x, allow_pickle=False)",
        "model.eval()",
        "re.compile('x')",
        "pickle.UnpicklingError",
    ):
        assert not forbidden(ast.parse(line)), line


def global_seeds(tree: ast.AST) -> list[str]:
    """Calls that seed a global generator, but for those whose effect fork_rng takes back."""
    pattern = r"(torch|np\.random|numpy\.random|random)\.(cuda\.)?(manual_)?seed(_all)?"
    found = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.With) and "fork_rng(" in ast.unparse(node.items[0]):
            continue
        if isinstance(node, ast.Call) and re.fullmatch(pattern, ast.unparse(node.func)):
            found.append(ast.unparse(node))
        found += global_seeds(node)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_global_seeding(path: Path) -> None:
    """Randomness arrives as an explicit generator or seed."""
    assert global_seeds(ast.parse(path.read_text(encoding="utf-8"))) == []


def test_the_search_for_global_seeds_finds_them() -> None:
    for line in ("torch.manual_seed(1)", "def f():\n    np.random.seed(0)", "random.seed()"):
        assert global_seeds(ast.parse(line)), line
    for line in (
        "torch.Generator().manual_seed(1)",
        "with torch.random.fork_rng():\n    torch.manual_seed(1)",
    ):
        assert not global_seeds(ast.parse(line)), line


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_first_docstring_line_names_the_concept(path: Path) -> None:
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").splitlines()
    assert first, "a module says what it is"
    assert len(first[0]) > 10


def paper_rows() -> list[tuple[str, str]]:
    """(paper, module:object) of each row of the map."""
    rows = []
    for line in PAPER_MAP.read_text(encoding="utf-8").splitlines():
        for module, name in re.findall(r"`(likewise[\w.]*):([\w.]+)`", line):
            rows.append((module, name))
    return rows


def test_the_paper_map_has_rows() -> None:
    paragraphs = PAPER_MAP.read_text(encoding="utf-8").split("\n\n")
    table = next(text for text in paragraphs if text.startswith("|")).splitlines()
    assert len(table) > 2
    unread = [line for line in table[2:] if not re.search(r"`likewise[\w.]*:[\w.]+`", line)]
    assert not unread


@pytest.mark.parametrize(("module", "name"), paper_rows())
def test_every_row_of_the_paper_map_imports(module: str, name: str) -> None:
    found = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
