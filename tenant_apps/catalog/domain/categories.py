"""The tree of categories."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, NotFound, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.slugs import slug_of
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.events import CategoryChanged
from tenant_apps.catalog.models import Category, Product
from tenant_apps.partners.permissions import require_operator

DEPTH_MAX = 5


class CategoryNotFound(NotFound):
    code, title = "record_not_found", "There is no such category here"


class CategoryTaken(Conflict):
    code, title = "category_taken", "There is a category with that address already"


class CategoryInUse(Conflict):
    code, title = "category_in_use", "This category still has products or categories below it"


@dataclass(frozen=True, slots=True)
class CategoryDraft:
    name: str
    parent_id: UUID | None = None
    slug: str = ""
    description: str = ""
    position: int = 0
    image_file_id: UUID | None = None


@operation
def create_category(*, draft: CategoryDraft, acting: Actor, at: datetime) -> UUID:
    """Add a category to the tree. Effects: row, audit, CategoryChanged.

    Raises NotAllowed, CategoryNotFound (the parent), CategoryTaken, Unprocessable.
    """
    require_operator(acting)
    parent = _locked(draft.parent_id) if draft.parent_id else None
    category = _add(parent, draft)
    _tell(category, "create", acting=acting, at=at)
    return category.id


@operation
def edit_category(*, category_id: UUID, draft: CategoryDraft, acting: Actor, at: datetime) -> UUID:
    """Rename, describe or move a category; everything below moves along.

    Effects: row, descendants' paths, audit, CategoryChanged. Raises NotAllowed,
    CategoryNotFound, CategoryTaken, Unprocessable.
    """
    require_operator(acting)
    category = _locked(category_id)
    parent = _locked(draft.parent_id) if draft.parent_id else None
    _refuse_loop(category, parent)
    old_path, old_depth = category.path, category.depth
    category.name = _name(draft.name)
    category.description, category.position = draft.description, draft.position
    category.image_file_id = draft.image_file_id
    category.parent = parent
    category.slug = slug_of(draft.slug or draft.name)
    category.path = _path(parent, category.slug)
    category.depth = parent.depth + 1 if parent else 0
    category.trail = _trail(parent, category.name)
    if category.path != old_path:
        _refuse_taken(category.path)
    category.save()
    _move_descendants(category, old_path, old_depth)
    _tell(category, "edit", acting=acting, at=at)
    return category.id


@operation
def remove_category(*, category_id: UUID, acting: Actor, at: datetime) -> None:
    """Take an empty category out of the tree. Raises NotAllowed, CategoryInUse."""
    require_operator(acting)
    category = _locked(category_id)
    below = Category.objects.filter(parent_id=category_id).exists()
    if below or Product.objects.filter(category_id=category_id).exists():
        raise CategoryInUse("Move its products and categories elsewhere first")
    _tell(category, "remove", acting=acting, at=at)
    Category.objects.filter(pk=category_id).delete()


@step
def category_of_names(*, names: Sequence[str]) -> Category | None:
    """The category with this path of names, made level by level where it is missing."""
    parent: Category | None = None
    for name in names[: DEPTH_MAX + 1]:
        path = _path(parent, slug_of(name))
        found = Category.objects.filter(path=path).first()
        parent = found or _add(parent, CategoryDraft(name=name[:120]))
    return parent


def _add(parent: Category | None, draft: CategoryDraft) -> Category:
    slug = slug_of(draft.slug or draft.name)
    depth = parent.depth + 1 if parent else 0
    if depth > DEPTH_MAX:
        raise Unprocessable(errors={"parent_id": [f"At most {DEPTH_MAX + 1} levels"]})
    path = _path(parent, slug)
    _refuse_taken(path)
    return Category.objects.create(
        parent=parent,
        name=_name(draft.name),
        slug=slug,
        path=path,
        depth=depth,
        trail=_trail(parent, _name(draft.name)),
        position=draft.position,
        description=draft.description,
        image_file_id=draft.image_file_id,
    )


def _move_descendants(category: Category, old_path: str, old_depth: int) -> None:
    """Everything below keeps its own last part of the path and of the trail."""
    below = list(Category.objects.filter(path__startswith=f"{old_path}/"))
    for each in below:
        each.path = category.path + each.path[len(old_path) :]
        each.trail = [*category.trail, *each.trail[old_depth + 1 :]]
        each.depth += category.depth - old_depth
        if each.depth > DEPTH_MAX:
            raise Unprocessable(errors={"parent_id": [f"At most {DEPTH_MAX + 1} levels"]})
    Category.objects.bulk_update(below, ["path", "trail", "depth"])


def _refuse_loop(category: Category, parent: Category | None) -> None:
    if parent is not None and f"{parent.path}/".startswith(f"{category.path}/"):
        raise Unprocessable(errors={"parent_id": ["A category cannot be below itself"]})


def _refuse_taken(path: str) -> None:
    if Category.objects.filter(path=path).exists():
        raise CategoryTaken(path=path)


def _path(parent: Category | None, slug: str) -> str:
    return f"{parent.path}/{slug}" if parent else slug


def _trail(parent: Category | None, name: str) -> list[str]:
    return [*(parent.trail if parent else []), name]


def _name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= 120:
        raise Unprocessable(errors={"name": ["Give a name of 1 to 120 characters"]})
    return name


def _locked(category_id: UUID) -> Category:
    category = Category.objects.select_for_update(of=("self",)).filter(pk=category_id).first()
    if category is None:
        raise CategoryNotFound
    return category


def _tell(category: Category, verb: str, *, acting: Actor, at: datetime) -> None:
    record(
        f"catalog.category.{verb}",
        subject=Ref("catalog.category", str(category.id)),
        acting=acting,
        at=at,
        changes={"path": category.path, "name": category.name},
    )
    publish(CategoryChanged(category_id=str(category.id), path=category.path))
