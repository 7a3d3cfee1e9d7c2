"""Where the rooms are, for the tests that look at them as text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("config", "tenants", "shared_apps", "tenant_apps", "billing", "provisioning", "themes")


def modules() -> Iterator[tuple[str, Path]]:
    """(dotted name, file) of every module of the product, migrations apart."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            yield name.removesuffix(".__init__"), path


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def room_of(module: str) -> str:
    """`tenant_apps.catalog` for tenant_apps.catalog.domain.products, `billing` for billing.x."""
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] in {"tenant_apps", "shared_apps"} else parts[0]


def imports(path: Path) -> Iterator[str]:
    """The dotted names a file imports, `from x import y` as x.y."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
