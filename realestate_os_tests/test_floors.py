"""What import-linter cannot say: who may import dagster, and what loading the graph may not import.

The floors themselves and the sandbox's independence are contracts in pyproject.toml.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from realestate_os.settings import PROJECT_DIR

PACKAGE = PROJECT_DIR / "realestate_os"
STAGES = {
    "discovery",
    "enrichment",
    "features",
    "valuation",
    "similarity",
    "scoring",
    "packets",
    "campaigns",
    "operations",
}
DAGSTER_FILES_OF_A_STAGE = {"assets.py", "checks.py", "automation.py", "sensors.py"}
DAGSTER_FILES = {
    "build.py",
    "definitions.py",
    "partitions.py",
    "resources/configurable.py",
    "resources/reporting.py",
    "resources/table_check.py",
    "storage/io_manager.py",
    "cli/launcher.py",
}
# At load they cost more than the graph itself: pandas 1.6 times `import dagster`, pandera 1.8, dagster_aws 2.2.
HEAVY = {
    "boto3",
    "botocore",
    "dagster_aws",
    "extruct",
    "fastapi",
    "httpx",
    "lightgbm",
    "matplotlib",
    "mlflow",
    "numpy",
    "optuna",
    "pandas",
    "pandera",
    "playwright",
    "psycopg",
    "pyarrow",
    "qdrant_client",
    "s3fs",
    "scipy",
    "scourgify",
    "scrapy",
    "sendgrid",
    "sqlalchemy",
    "uvicorn",
    "weasyprint",
    "zipcodes",
}


def sources() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


@cache
def tree(path: Path) -> ast.Module:
    """A module, parsed once."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def at_load(node: ast.AST) -> Iterator[ast.AST]:
    """The statements that run when a module is imported: no function bodies, nothing for type checkers."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from at_load(child)


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Dotted names that these nodes import; `from a import b` may be module a.b, so both are named."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module_file(name: str) -> Path | None:
    """The file of one of our modules; None for a name that is none."""
    base = PROJECT_DIR / name.replace(".", "/")
    candidates = (base.with_suffix(".py"), base / "__init__.py")
    return next((path for path in candidates if path.is_file()), None)


def reachable(start: Path) -> set[Path]:
    """Our modules that importing `start` imports too, parents' __init__ included."""
    found, waiting = {start}, [start]
    while waiting:
        for name in imported(at_load(tree(waiting.pop()))):
            parts = name.split(".")
            if parts[0] != "realestate_os":
                continue
            chain = (module_file(".".join(parts[:length])) for length in range(1, len(parts) + 1))
            new = {path for path in chain if path} - found
            found |= new
            waiting += new
    return found


def may_import_dagster(path: Path) -> bool:
    """By the architecture: a few named files, and four names inside a stage."""
    inside = path.relative_to(PACKAGE).as_posix()
    stage, _, name = inside.partition("/")
    return inside in DAGSTER_FILES or (stage in STAGES and name in DAGSTER_FILES_OF_A_STAGE)


@cache
def for_types_only(path: Path) -> frozenset[ast.AST]:
    """Imports under `if TYPE_CHECKING`."""
    blocks = [node for node in ast.walk(tree(path)) if isinstance(node, ast.If)]
    return frozenset(
        inner for block in blocks if "TYPE_CHECKING" in ast.unparse(block.test) for inner in ast.walk(block)
    )


def test_dagster_stays_in_its_files() -> None:
    """The rest is plain Python, inside functions too; types alone are no import."""
    offenders = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in sources()
        if not may_import_dagster(path)
        for name in imported(node for node in ast.walk(tree(path)) if node not in for_types_only(path))
        if name.partition(".")[0].startswith("dagster")
    }
    assert not offenders, "in a stage only assets, checks, automation and sensors import dagster"


def test_loading_the_graph_imports_nothing_heavy() -> None:
    """Each process of Dagster pays for it: daemon, webserver, code server, run."""
    offenders = {
        f"{path.relative_to(PACKAGE)} imports {name}"
        for path in reachable(PACKAGE / "definitions.py")
        for name in imported(at_load(tree(path)))
        if name.partition(".")[0] in HEAVY
    }
    assert not offenders, "import these inside the functions that need them"


def test_loading_the_graph_really_imports_nothing_heavy() -> None:
    """Asked of the interpreter too: a library may bring another one along; what dagster itself brings is its own."""
    code = "import sys, dagster; own = set(sys.modules); import realestate_os.definitions\n"
    code += "print(*(set(sys.modules) - own))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], cwd=PROJECT_DIR, capture_output=True, text=True, check=True
    )
    assert {name.partition(".")[0] for name in done.stdout.split()} & HEAVY == set()


def test_no_module_is_longer_than_400_lines() -> None:
    """A module that does not fit a head is two modules."""
    long = {str(path.relative_to(PACKAGE)) for path in sources() if len(path.read_text().splitlines()) > 400}
    assert not long


def test_each_module_says_what_belongs_in_it() -> None:
    """The charter at its top; a package's __init__ may be one line."""
    silent = {
        str(path.relative_to(PACKAGE))
        for path in sources()
        if not ast.get_docstring(tree(path)) and path.parent.name != "versions"
    }
    assert not silent
