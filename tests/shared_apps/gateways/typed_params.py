"""The first judge: the parameter types that Stripe generates into its own library.

For every call the library can make it finds the TypedDict of its parameters, and holds what went over the
wire against it: unknown, missing and mistyped parameters, and words outside an enumeration.
"""

from __future__ import annotations

import ast
import importlib
import re
import typing
from functools import cache
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import stripe
from typing_extensions import get_type_hints, is_typeddict

LIBRARY = Path(stripe.__file__).parent
REQUEST_OPTIONS = set(stripe.RequestOptions.__annotations__)


class _Subscriptable:
    """Stands in for the library's own generic dictionary, which is not one at run time."""

    def __class_getitem__(cls, item: Any) -> Any:
        return dict[str, item]


NAMES = {
    **{name: value for name, value in vars(typing).items() if not name.startswith("_")},
    "StripeContext": object,
    "UntypedStripeObject": _Subscriptable,
    "StripeObject": _Subscriptable,
}


@cache
def routes() -> dict[tuple[str, str], tuple[str, str] | None]:
    """(method, path pattern) -> (module, name) of the TypedDict of its parameters."""
    found = {}
    for path in LIBRARY.rglob("*_service.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        origin = {
            alias.name: node.module
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and (call := _request_of(node)):
                method, pattern = call
                found[method, pattern] = _params_of(node, origin)
    return found


def _request_of(function: ast.FunctionDef) -> tuple[str, str] | None:
    for node in ast.walk(function):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in {"_request", "_request_stream"}:
            continue
        method, path = node.args[0], node.args[1]
        if isinstance(path, ast.Call) and isinstance(path.func, ast.Attribute):
            path = path.func.value
        if isinstance(method, ast.Constant) and isinstance(path, ast.Constant):
            return method.value, re.sub(r"\{[^}]+\}", "{}", path.value)
    return None


def _params_of(function: ast.FunctionDef, origin: dict[str, str]) -> tuple[str, str] | None:
    for argument in [*function.args.args, *function.args.kwonlyargs]:
        if argument.arg == "params" and argument.annotation:
            names = re.findall(r"[A-Z]\w*Params", ast.unparse(argument.annotation))
            return (origin[names[0]], names[0]) if names else None
    return None


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\{\}", "[^/]+") + r"\Z")


def complaints(method: str, path: str, tree: dict[str, Any]) -> list[str]:
    """What is wrong with a request, by Stripe's own types; empty when nothing is."""
    fitting = [
        (pattern.count("{}"), pattern)
        for verb, pattern in routes()
        if verb == method and _expression(pattern).match(path)
    ]
    if not fitting:
        return [f"the library has no call {method} {path}"]
    place = routes()[method, min(fitting)[1]]
    if place is None:
        return [] if not tree else [f"{path} takes no parameters"]
    return _judged(tree, getattr(importlib.import_module(place[0]), place[1]), path)


@cache
def _hints(typed: Any) -> dict[str, Any]:
    return get_type_hints(typed, localns=NAMES, include_extras=True)


def _judged(value: Any, expected: Any, place: str) -> list[str]:
    origin = get_origin(expected)
    if str(origin).endswith(("NotRequired", ".Required")):
        return _judged(value, get_args(expected)[0], place)
    if origin in (Union, UnionType):
        return _judged_by_any(value, get_args(expected), place)
    if is_typeddict(expected):
        return _judged_object(value, expected, place)
    if origin in (list, dict):
        return _judged_many(value, origin, get_args(expected)[-1], place)
    return _judged_scalar(value, expected, place)


def _judged_many(value: Any, origin: type, inner: Any, place: str) -> list[str]:
    if not isinstance(value, origin):
        return [f"{place}: not a {origin.__name__}"]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [one for key, item in items for one in _judged(item, inner, f"{place}[{key}]")]


def _judged_by_any(value: Any, choices: tuple[Any, ...], place: str) -> list[str]:
    """At least one must fit. A `str` beside a Literal is the library's openness to the future, not ours."""
    if any(get_origin(choice) is Literal for choice in choices):
        choices = tuple(choice for choice in choices if choice is not str)
    verdicts = [_judged(value, choice, place) for choice in choices]
    return [] if not all(verdicts) else min(verdicts, key=len)


def _judged_object(value: Any, expected: Any, place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place}: not an object"]
    hints = {name: hint for name, hint in _hints(expected).items() if name not in REQUEST_OPTIONS}
    found = [
        f"{place}.{name}: required"
        for name, hint in hints.items()
        if not str(get_origin(hint)).endswith("NotRequired") and name not in value
    ]
    for name, item in value.items():
        if name in hints:
            found += _judged(item, hints[name], f"{place}.{name}")
        else:
            found.append(f"{place}.{name}: unknown")
    return found


def _judged_scalar(value: Any, expected: Any, place: str) -> list[str]:
    if expected in (Any, object):
        return []
    if get_origin(expected) is Literal:
        words = get_args(expected)
        return [] if value in words else [f"{place}: {value!r} is no {words[:6]}"]
    fits = {
        int: lambda: re.fullmatch(r"-?\d+", str(value)) is not None,
        float: lambda: re.fullmatch(r"-?\d+(\.\d+)?", str(value)) is not None,
        bool: lambda: value in ("true", "false"),
        str: lambda: isinstance(value, str),
        type(None): lambda: value in (None, ""),
    }
    if expected not in fits:
        return [f"{place}: this judge does not know {expected}"]
    return [] if fits[expected]() else [f"{place}: {value!r} is no {expected.__name__}"]
