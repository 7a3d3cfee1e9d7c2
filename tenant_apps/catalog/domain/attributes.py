"""Typed attributes: their definitions and the check of what a product states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Conflict, Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.slugs import slug_of
from shared_apps.kernel.transactions import operation
from tenant_apps.catalog.models import Attribute, Category
from tenant_apps.partners.permissions import require_operator

TEXT_LENGTH_MAX = 200


class AttributeTaken(Conflict):
    code, title = "attribute_taken", "There is an attribute with that code already"


@dataclass(frozen=True, slots=True)
class AttributeDraft:
    name: str
    kind: str
    code: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    category_id: UUID | None = None
    is_facet: bool = True
    is_required: bool = False
    position: int = 0


@operation
def define_attribute(*, draft: AttributeDraft, acting: Actor, at: datetime) -> UUID:
    """Add a typed attribute for a category and everything below it, or for all products.

    Effects: row, audit. Raises NotAllowed, AttributeTaken, Unprocessable.
    """
    require_operator(acting)
    code = slug_of(draft.code or draft.name, length_max=60)
    if draft.kind not in Attribute.Kind.values:
        raise Unprocessable(errors={"kind": [f"{draft.kind!r} is no kind of attribute"]})
    if draft.kind in {"single", "multi"} and not draft.choices:
        raise Unprocessable(errors={"choices": ["List the values to choose from"]})
    if Attribute.objects.filter(code=code).exists():
        raise AttributeTaken(code_taken=code)
    attribute = Attribute.objects.create(
        code=code,
        name=draft.name,
        kind=draft.kind,
        unit=draft.unit,
        choices=list(draft.choices),
        category_id=draft.category_id,
        is_facet=draft.is_facet,
        is_required=draft.is_required,
        position=draft.position,
    )
    record(
        "catalog.attribute.define",
        subject=Ref("catalog.attribute", str(attribute.id)),
        acting=acting,
        at=at,
        changes={"code": code, "kind": draft.kind},
    )
    return attribute.id


def attributes_for(category: Category | None) -> list[Attribute]:
    """The definitions that apply in a category: its own, its ancestors' and the general ones."""
    applies = Q(category=None)
    if category is not None:
        parts = category.path.split("/")
        paths = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
        applies |= Q(category__path__in=paths)
    return list(Attribute.objects.filter(applies).order_by("position", "code"))


def checked(values: Mapping[str, Any], definitions: Sequence[Attribute]) -> dict[str, Any]:
    """The values in the type of their definition; free ones stay text (rule).

    Raises Unprocessable with one message for each attribute that does not fit.
    """
    known = {definition.code: definition for definition in definitions}
    errors: dict[str, list[str]] = {}
    result: dict[str, Any] = {}
    for code, value in values.items():
        try:
            result[code] = _typed(value, known.get(code))
        except BadValue as error:
            errors[f"attributes.{code}"] = [str(error)]
    for definition in definitions:
        if definition.is_required and result.get(definition.code) in (None, "", []):
            errors.setdefault(f"attributes.{definition.code}", ["This has to be stated"])
    if errors:
        raise Unprocessable(errors=errors)
    return result


class BadValue(ValueError):
    """A stated value does not fit its attribute; the message says why."""


def _typed(value: Any, definition: Attribute | None) -> Any:
    if definition is None or definition.kind == Attribute.Kind.TEXT:
        return [_text(each) for each in value] if isinstance(value, list) else _text(value)
    if definition.kind == Attribute.Kind.MULTI:
        chosen = value if isinstance(value, list) else [value]
        return [_choice(each, definition.choices) for each in chosen]
    if definition.kind == Attribute.Kind.SINGLE:
        return _choice(value, definition.choices)
    return _toggle(value) if definition.kind == Attribute.Kind.TOGGLE else _number(value)


def _toggle(value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue("Say true or false")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise BadValue("Give a number")
    return value


def _choice(value: Any, choices: Sequence[str]) -> str:
    if value not in choices:
        raise BadValue(f"Choose one of: {', '.join(choices)}")
    return str(value)


def _text(value: Any) -> str:
    text = str(value)
    if len(text) > TEXT_LENGTH_MAX:
        raise BadValue(f"At most {TEXT_LENGTH_MAX} characters")
    return text
