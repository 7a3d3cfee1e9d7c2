"""The third judge: the classes that Stripe generates for what it answers.

Every answer of the sandbox is held against the class of its object: fields that do not exist, fields that
must be there and are not, values of another type, words outside an enumeration; nested objects likewise.
"""

from __future__ import annotations

import importlib
import re
import typing
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import cache
from types import UnionType
from typing import Any, ClassVar, Literal, Union, get_args, get_origin, get_type_hints

from stripe import StripeObject
from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES, get_object_class
from stripe._stripe_object import UntypedStripeObject

# Fields that a class calls required and Stripe itself leaves out unless asked, or only sometimes sends.
NOT_ALWAYS = {
    "webhook_endpoint.secret",  # in the answer to its creation only
    "event.context",
    "event.account",
}
SCALARS: Mapping[Any, Callable[[Any], bool]] = {
    bool: lambda value: isinstance(value, bool),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    float: lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    Decimal: lambda value: isinstance(value, str),
    str: lambda value: isinstance(value, str),
    type(None): lambda value: value is None,
}


@cache
def _names() -> dict[str, Any]:
    """Every class an annotation may name; the library itself loads them one by one, when first used."""
    named: dict[str, Any] = {name: value for name, value in vars(typing).items() if name[0] != "_"}
    # Of two classes of one name the one that lives deeper is named with its place, or as a resource.
    for kind, (module, name) in sorted(
        OBJECT_CLASSES.items(), key=lambda entry: -entry[0].count(".")
    ):
        cls = getattr(importlib.import_module(module), name)
        whole = "".join(part.capitalize() for part in re.split(r"[._]", kind))
        named |= {name: cls, f"{name}Resource": cls, whole: cls, f"{whole}Resource": cls}
    return named


@cache
def _fields(cls: type) -> dict[str, Any]:
    return {
        name: hint
        for name, hint in get_type_hints(cls, localns=_names()).items()
        if not name.startswith("_") and name != "OBJECT_NAME" and get_origin(hint) is not ClassVar
    }


def complaints(body: Any, place: str) -> list[str]:
    """What is wrong with an answer, by Stripe's own classes; empty when nothing is."""
    if not isinstance(body, dict) or not isinstance(body.get("object"), str):
        return [f"{place}: not an object"]
    if body["object"] == "list":
        return [
            one for i, item in enumerate(body["data"]) for one in complaints(item, f"{place}[{i}]")
        ]
    if body.get("deleted"):
        return [] if set(body) == {"id", "object", "deleted"} else [f"{place}: {sorted(body)}"]
    return _judged_object(body, get_object_class("V1", body["object"]), place)


def _judged_object(body: Any, cls: type, place: str) -> list[str]:
    if not isinstance(body, dict):
        return [f"{place}: not an object"]
    fields = _fields(cls)
    kind = getattr(cls, "OBJECT_NAME", cls.__name__)
    found = [f"{place}: {kind} has no {name!r}" for name in body if name not in fields]
    for name, hint in fields.items():
        if name in body:
            found += _judged(body[name], hint, f"{place}.{name}")
        elif not _may_be_missing(hint) and f"{kind}.{name}" not in NOT_ALWAYS:
            found.append(f"{place}: {kind} lacks {name!r}")
    return found


def _may_be_missing(hint: Any) -> bool:
    return get_origin(hint) in (Union, UnionType) and type(None) in get_args(hint)


def _judged(value: Any, hint: Any, place: str) -> list[str]:
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _judged_by_any(value, get_args(hint), place)
    if origin in (list, dict, UntypedStripeObject):
        return _judged_many(value, origin, get_args(hint)[-1], place)
    if origin is ListObject:
        data = value.get("data") if isinstance(value, dict) else None
        return _judged_many(data, list, get_args(hint)[0], place)
    if isinstance(hint, type) and issubclass(hint, StripeObject):
        return _judged_object(value, hint, place)
    return _judged_scalar(value, hint, place)


def _judged_scalar(value: Any, hint: Any, place: str) -> list[str]:
    if hint in (Any, object):
        return []
    if get_origin(hint) is Literal:
        words = get_args(hint)
        return [] if value in words else [f"{place}: {value!r} is no {words[:6]}"]
    if hint not in SCALARS:
        return [f"{place}: this judge does not know {hint}"]
    return [] if SCALARS[hint](value) else [f"{place}: {value!r} is no {hint.__name__}"]


def _judged_many(value: Any, origin: type, inner: Any, place: str) -> list[str]:
    if not isinstance(value, list if origin is list else dict):
        return [f"{place}: {value!r} is no {origin.__name__}"]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [one for key, item in items for one in _judged(item, inner, f"{place}[{key}]")]


def _judged_by_any(value: Any, choices: tuple[Any, ...], place: str) -> list[str]:
    """At least one must fit: the class of its own name, and no word outside an enumeration."""
    if any(get_origin(choice) is Literal for choice in choices):
        choices = tuple(choice for choice in choices if choice is not str)
    if isinstance(value, dict):
        own = [
            one for one in choices if getattr(one, "OBJECT_NAME", "") == value.get("object", "-")
        ]
        choices = tuple(own) or tuple(one for one in choices if one not in SCALARS) or choices
    verdicts = [_judged(value, choice, place) for choice in choices]
    return [] if not all(verdicts) else min(verdicts, key=len)
