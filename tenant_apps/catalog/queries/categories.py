"""The tree of categories for menus, pages and forms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from shared_apps.kernel.compiled import Compiled
from shared_apps.kernel.errors import NotFound
from shared_apps.kernel.ids import public_id
from tenant_apps.catalog.models import Category

ID_PREFIX = "cat"


class CategoryUnknown(NotFound):
    code, title = "record_not_found", "There is no such category here"


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the way to a category."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class CategoryNode:
    """A category with what is below it; `children` is empty unless the whole tree was asked."""

    id: UUID
    name: str
    slug: str
    path: str
    depth: int
    description: str
    image_file_id: UUID | None
    parent_id: UUID | None
    position: int
    crumbs: tuple[Crumb, ...]
    children: tuple[CategoryNode, ...] = field(default=())

    @property
    def public_id(self) -> str:
        return public_id(ID_PREFIX, self.id)


def crumbs_of(path: str, trail: Sequence[str]) -> tuple[Crumb, ...]:
    """The way from the root: names with their addresses (rule)."""
    slugs = path.split("/") if path else []
    return tuple(
        Crumb(name, "/".join(slugs[: depth + 1])) for depth, name in enumerate(trail[: len(slugs)])
    )


def categories_flat() -> list[CategoryNode]:
    """Every category, parents before children, brothers by position and name. One query."""
    rows = Category.objects.order_by("depth", "position", "name")
    by_parent: dict[UUID | None, list[Category]] = {}
    for row in rows:
        by_parent.setdefault(row.parent_id, []).append(row)
    ordered: list[CategoryNode] = []

    def walk(parent_id: UUID | None) -> None:
        for row in by_parent.get(parent_id, []):
            ordered.append(_node(row, ()))
            walk(row.id)

    walk(None)
    return ordered


def category_tree() -> tuple[CategoryNode, ...]:
    """The whole tree, nested. One query."""
    by_parent: dict[UUID | None, list[Category]] = {}
    for row in Category.objects.order_by("position", "name"):
        by_parent.setdefault(row.parent_id, []).append(row)

    def below(parent_id: UUID | None) -> tuple[CategoryNode, ...]:
        return tuple(_node(row, below(row.id)) for row in by_parent.get(parent_id, []))

    return below(None)


_WITH_CHILDREN = Compiled(
    lambda path: (
        Category.objects.filter(path=path) | Category.objects.filter(parent__path=path)
    ).order_by("position", "name"),
    path="?path",
)


def category_at(path: str) -> CategoryNode:
    """The category with this address and its direct children. One query.

    Raises CategoryUnknown.
    """
    wanted = path.strip("/")
    found = {row.path: row for row in _WITH_CHILDREN(path=wanted)}
    own = found.pop(wanted, None)
    if own is None:
        raise CategoryUnknown
    return _node(own, tuple(_node(row, ()) for row in found.values()))


def category_with(category_id: UUID) -> CategoryNode:
    """One category by id, without what is below. One query; raises CategoryUnknown."""
    row = Category.objects.filter(pk=category_id).first()
    if row is None:
        raise CategoryUnknown
    return _node(row, ())


def _node(row: Category, children: tuple[CategoryNode, ...]) -> CategoryNode:
    return CategoryNode(
        id=row.id,
        name=row.name,
        slug=row.slug,
        path=row.path,
        depth=row.depth,
        description=row.description,
        image_file_id=row.image_file_id,
        parent_id=row.parent_id,
        position=row.position,
        crumbs=crumbs_of(row.path, row.trail),
        children=children,
    )
