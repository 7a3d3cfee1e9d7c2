"""Short enough to read: functions, files, templates."""

from __future__ import annotations

import ast

from tests.architecture.house import PACKAGES, ROOT, modules, tree

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 500
TEMPLATE_LINES_MAX = 150


def test_functions_are_short():
    long = [
        f"{module}.{node.name}"
        for module, path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and node.end_lineno - node.lineno + 1 > FUNCTION_LINES_MAX
    ]

    assert long == []


def test_files_are_short():
    long = [
        module
        for module, path in modules()
        if len(path.read_text(encoding="utf-8").splitlines()) > FILE_LINES_MAX
    ]

    assert long == []


def test_templates_are_short():
    long = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.html")
        if len(path.read_text(encoding="utf-8").splitlines()) > TEMPLATE_LINES_MAX
    ]

    assert long == []
