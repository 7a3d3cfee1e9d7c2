"""The second judge: Stripe's official OpenAPI description, requests only, one version older than the library.

What the older description does not know yet is listed in SKEW, with the reason.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

SPECIFICATION = (
    Path(__file__).parents[2]
    / "data"
    / "gateway-specs"
    / "stripe-requests-2026-05-27.dahlia.json.gz"
)
# The description enumerates the API versions that existed when it was made; ours is the next one.
SKEW = ("/v1/webhook_endpoints.api_version: '2026-10-28.endive'",)


@cache
def _paths() -> list[tuple[int, str, re.Pattern[str], dict[str, Any]]]:
    with gzip.open(SPECIFICATION, "rt", encoding="utf-8") as file:
        paths = json.load(file)["paths"]
    return sorted(
        (
            (
                path.count("{"),
                path,
                re.compile(re.sub(r"\\\{[^}]+\}", "[^/]+", re.escape(path)) + r"\Z"),
                methods,
            )
            for path, methods in paths.items()
        ),
        key=lambda entry: entry[:2],
    )


def complaints(method: str, path: str, tree: dict[str, Any]) -> list[str]:
    """What is wrong with a request, by the description; empty when nothing is."""
    for _, pattern, expression, methods in _paths():
        if expression.match(path) and method in methods:
            found = _judged(tree, _schema(method, methods[method]), pattern)
            return [one for one in found if not one.startswith(SKEW)]
    return [f"the description has no {method} {path}"]


def _schema(method: str, operation: dict[str, Any]) -> dict[str, Any]:
    if method == "post":
        content = operation.get("requestBody", {}).get("content", {})
        return content.get("application/x-www-form-urlencoded", {}).get("schema", {})
    parameters = [one for one in operation.get("parameters", []) if one["in"] == "query"]
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {one["name"]: one["schema"] for one in parameters},
        "required": [one["name"] for one in parameters if one.get("required")],
    }


def _judged(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    if "anyOf" in schema:
        verdicts = [_judged(value, choice, place) for choice in schema["anyOf"]]
        return [] if not all(verdicts) else min(verdicts, key=len)
    kind = schema.get("type")
    if kind == "array":
        return _judged_list(value, schema, place)
    if kind == "object" or "properties" in schema:
        return _judged_object(value, schema, place)
    return _judged_scalar(value, schema, place) if schema else []


def _judged_list(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    if not isinstance(value, list):
        return [f"{place}: not a list"]
    inner = schema["items"]
    return [one for i, item in enumerate(value) for one in _judged(item, inner, f"{place}[{i}]")]


def _judged_object(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{place}: not an object"]
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", not known)
    found = [
        f"{place}.{name}: required" for name in schema.get("required", []) if name not in value
    ]
    for name, item in value.items():
        if name in known:
            found += _judged(item, known[name], f"{place}.{name}")
        elif others is False:
            found.append(f"{place}.{name}: unknown")
        elif isinstance(others, dict):
            found += _judged(item, others, f"{place}.{name}")
    return found


def _judged_scalar(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    if "enum" in schema:
        return [] if value in schema["enum"] else [f"{place}: {value!r} is no {schema['enum'][:6]}"]
    patterns = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": "true|false"}
    kind = schema.get("type", "string")
    if not isinstance(value, str):
        return [f"{place}: not text on the wire"]
    if kind in patterns and not re.fullmatch(patterns[kind], value):
        return [f"{place}: {value!r} is no {kind}"]
    longest = schema.get("maxLength")
    return [f"{place}: longer than {longest}"] if longest and len(value) > longest else []
