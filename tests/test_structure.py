"""What holds the rooms of the project apart: who imports whom, and what it is made of."""

import ast
import re
import sys
from itertools import accumulate
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROOMS = ("nncore", "dashboard", "pages")
MAY_IMPORT = {
    "nncore": {"nncore", "numpy", "PIL"},
    "dashboard": {
        *("dashboard", "nncore"),
        *("numpy", "PIL", "plotly", "streamlit", "streamlit_drawable_canvas"),
        # For those who ask for it only: see below.
        "distributed",
    },
    "pages": {"dashboard", "nncore", "streamlit"},
    "app.py": {"dashboard", "nncore", "streamlit"},
}
WITHOUT_STREAMLIT = ("dashboard/figures", "dashboard/language.py", "nncore")
TEXT_SUFFIXES = {"", ".css", ".html", ".js", ".json", ".md", ".po", ".py", ".toml", ".txt"}


def sources(*places: str) -> list[str]:
    """Return the Python files in folders, or named, as paths from the project's folder."""
    found = [
        file
        for place in places
        for file in (
            [PROJECT / place] if place.endswith(".py") else PROJECT.glob(f"{place}/**/*.py")
        )
    ]
    return sorted(file.relative_to(PROJECT).as_posix() for file in found)


def imported_modules(source: str) -> set[str]:
    """Return the full names of all that a file imports, wherever in the file it does so.

    `from a.b import c` counts as `a`, `a.b` and `a.b.c`, since `c` may be a module.
    """
    names = set()
    package = Path(source).parent.parts
    for node in ast.walk(ast.parse((PROJECT / source).read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = (*above, *filter(None, [node.module]))
            names |= {".".join((*module, alias.name)) for alias in node.names}
    return {part for name in names for part in accumulate(name.split("."), "{}.{}".format)}


def project_file(module: str) -> str | None:
    """Return the project's file that holds a module, or None for somebody else's module."""
    path = module.replace(".", "/")
    for candidate in (f"{path}.py", f"{path}/__init__.py"):
        if (PROJECT / candidate).is_file():
            return candidate
    return None


def reached_modules(source: str) -> dict[str, str]:
    """Return all modules that importing a file brings in, each with the file that imports it."""
    reached, waiting = {}, [source]
    while waiting:
        current = waiting.pop()
        for module in imported_modules(current) - reached.keys():
            reached[module] = current
            if file := project_file(module):
                waiting.append(file)
    return reached


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_point_one_way(room):
    assert sources(room), f"{room} has no Python file"
    for source in sources(room):
        roots = {module.partition(".")[0] for module in imported_modules(source)}
        foreign = roots - MAY_IMPORT[room] - set(sys.stdlib_module_names)
        assert not foreign, f"{source} imports {sorted(foreign)}"


@pytest.mark.parametrize("source", sources(*WITHOUT_STREAMLIT))
def test_figures_language_and_core_work_without_streamlit(source):
    for module, importer in reached_modules(source).items():
        assert module.partition(".")[0] != "streamlit", (
            f"{source} gets Streamlit through {importer}"
        )


def test_only_the_reader_of_the_memoires_model_knows_pickle():
    importers = [
        source
        for source in sources(*ROOMS, "app.py")
        if {"pickle", "dill", "joblib", "shelve"} & imported_modules(source)
    ]
    assert importers == ["nncore/memoire_model.py"]
    for source in sources(*ROOMS, "app.py"):
        assert "allow_pickle=True" not in (PROJECT / source).read_text(encoding="utf-8"), source


def test_dask_is_imported_by_two_modules_and_only_when_it_is_asked_for():
    importers = [
        source for source in sources(*ROOMS, "app.py") if "distributed" in imported_modules(source)
    ]
    assert importers == [
        "dashboard/training/cluster.py",
        "dashboard/training/cluster_process.py",
    ]
    for source in importers:
        module = ast.parse((PROJECT / source).read_text(encoding="utf-8"))
        at_once = [node for node in module.body if isinstance(node, ast.Import | ast.ImportFrom)]
        assert not any("distributed" in ast.unparse(node) for node in at_once), source


def requirements(name):
    """Return package -> versions of a file of requirements, without those that it includes."""
    lines = (PROJECT / name).read_text(encoding="utf-8").splitlines()
    packages = [line for line in lines if not line.startswith(("#", "-r "))]
    return dict(re.fullmatch(r"([a-z-]+)(?:\[\w+\])?(.*)", line).groups() for line in packages)


def test_requirements_are_the_five_products_with_tested_ranges():
    products = requirements("requirements.txt")
    assert products.keys() == {
        *("streamlit", "numpy", "pillow", "plotly", "streamlit-drawable-canvas")
    }
    cluster = requirements("requirements-cluster.txt")
    assert cluster.keys() == {"distributed"}
    for name, versions in (products | cluster).items():
        assert re.fullmatch(r">=[\d.]+(,!=[\d.]+)*,<[\d.]+", versions), f"{name}{versions}"
    assert "!=2.4.0" in products["numpy"]


def test_no_file_names_a_folder_of_somebodys_machine():
    machine_path = re.compile(r"(?<![\w.])/(?:home|Users|root|tmp)/|[A-Z]:\\+Users\\")
    folders = [
        folder
        for folder in PROJECT.iterdir()
        if folder.is_dir() and (folder.name in (".ci", ".streamlit") or folder.name[0] != ".")
    ]
    texts = [
        file
        for file in (
            *PROJECT.iterdir(),
            *(file for folder in folders for file in folder.rglob("*")),
        )
        if file.is_file() and file.suffix in TEXT_SUFFIXES
    ]
    assert {PROJECT / "Makefile", PROJECT / ".ci/run", Path(__file__)} <= {*texts}
    for file in texts:
        assert not machine_path.search(file.read_text(encoding="utf-8")), file.relative_to(PROJECT)
