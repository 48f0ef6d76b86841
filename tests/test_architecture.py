"""The import arrows of section 2 of docs/design.md, read from the source."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "domain": set(),
    "store": {"domain"},
    "mails": {"domain", "store"},
    "activities": {"domain", "store", "mails"},
    "workflows": {"domain", "store", "activities"},
    "worker": {"domain", "store", "mails", "activities", "workflows"},
    "api": {"domain", "store", "mails", "workflows"},
    "cli": {"domain", "store", "mails", "activities", "workflows", "worker", "api"},
}
PACKAGES = set(MAY_IMPORT)
THIRD_PARTY = {
    "domain": {"pydantic", "pydantic_core", "pydantic_settings", "email_validator"},
    "store": {"pydantic", "asyncpg", "aiosql"},
    "mails": {"jinja2", "babel"},
    "activities": {"temporalio", "aiosmtplib", "dkim", "httpx", "lxml"},
    "workflows": {"temporalio", "google"},
    "worker": {"temporalio"},
}
# These run in the processes that call Temporal, not in its sandbox.
OUTSIDE_THE_SANDBOX = {
    "engine.py",
    "client.py",
    "schedules.py",
    "engine_state.py",
    "raw_calls.py",
    "running.py",
    "converter.py",
    "__init__.py",
}


def sources(package: str) -> list[Path]:
    found = sorted((ROOT / package).rglob("*.py"))
    assert found, package
    return found


def imported(tree: ast.AST) -> Iterator[str]:
    """The top-level names that a module, or a part of one, imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno} imports relatively"
            assert node.module
            yield node.module.partition(".")[0]


def imports_of(path: Path) -> set[str]:
    return set(imported(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_imports_follow_the_arrows(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(package)
        for name in imports_of(path) & PACKAGES - allowed
    }
    assert wrong == set()


@pytest.mark.parametrize("package", sorted(THIRD_PARTY))
def test_a_package_uses_only_the_libraries_it_is_for(package: str) -> None:
    allowed = PACKAGES | THIRD_PARTY[package] | sys.stdlib_module_names
    wrong = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources(package)
        for name in imports_of(path) - allowed
    }
    assert wrong == set()


@pytest.mark.parametrize(
    "path",
    [path for path in sources("workflows") if path.name not in OUTSIDE_THE_SANDBOX],
    ids=lambda path: path.name,
)
def test_workflows_pass_our_modules_through_the_sandbox(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    passed = {id(node) for block in passed_through(tree) for node in ast.walk(block)}
    outside = {
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom) and id(node) not in passed
        for name in imported(node)
    }
    assert outside & PACKAGES == set()
    assert any(isinstance(node, ast.ClassDef) for node in tree.body)


def passed_through(tree: ast.Module) -> Iterator[ast.With]:
    for node in tree.body:
        if isinstance(node, ast.With):
            call = ast.unparse(node.items[0].context_expr)
            if call == "workflow.unsafe.imports_passed_through()":
                yield node


@pytest.mark.parametrize("package", sorted(PACKAGES))
def test_every_module_says_what_it_is_for(package: str) -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in sources(package)
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []
