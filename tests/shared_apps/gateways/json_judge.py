"""A judge for providers that speak JSON: their own OpenAPI descriptions, checked by the jsonschema library.

Every request of a test passes it before it leaves: path, method, query, headers and body, with unknown
names refused even where the description would let them pass. Answers of the sandbox are held against
PayPal's descriptions too (Paystack's say nothing about answers). What a description does not know yet is
listed in SKEW, with the reason. Flutterwave publishes no description: its requests pass unjudged.
"""

from __future__ import annotations

import gzip
import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import requests
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).parents[2] / "data" / "gateway-specs"
DESCRIPTIONS = {
    "paystack": ("paystack-2022.json.gz",),
    "paypal": (
        "paypal-checkout_orders_v2.json.gz",
        "paypal-payments_payment_v2.json.gz",
        "paypal-payments_payouts_batch_v1.json.gz",
        "paypal-notifications_webhooks_v1.json.gz",
        "paypal-vault_payment_tokens_v3.json.gz",
    ),
}
SKEW = {
    # The description is of 2022: two currencies are newer, and so is the filter of refunds.
    "paystack": (
        r"currency: '(KES|XOF)' is not one of",
        r"get /refund: unknown query transaction\Z",
    ),
    # Signing in, certificates, disputes and the transaction search are described in prose only.
    "paypal": (
        r"post /v1/oauth2/token: not described\Z",
        r"get /v1/notifications/certs/[A-Za-z0-9-]+: not described\Z",
        r"(get|post) /v1/customer/disputes(/[A-Z0-9-]+(/provide-evidence|/accept-claim)?)?: not described\Z",
        r"get /v1/reporting/transactions: not described\Z",
    ),
}
JSON = "application/json"


class JudgementError(AssertionError):
    """What went over the wire is not this provider's format."""


class JudgedSession(requests.Session):
    """An ordinary session with the judge at the door. `seen` keeps (provider, method, path, body)."""

    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.seen: list[tuple[str, str, str, Any]] = []

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        parts = urlsplit(str(request.url))
        provider, path = _addressed(parts.hostname or "", parts.path)
        is_json = JSON in request.headers.get("Content-Type", "")
        body = json.loads(request.body) if request.body and is_json else None
        method = str(request.method).lower()
        self.seen.append((provider, method, path, body))
        found = complaints(provider, method, path, dict(parse_qsl(parts.query)), body)
        if found:
            raise JudgementError(f"{method} {path}: {found}")
        response = super().send(request, **options)
        if provider == "paypal" and response.content and response.status_code < 300:
            strange = answer_complaints(provider, method, path, response)
            if strange:
                raise JudgementError(f"the answer to {method} {path}: {strange}")
        return response


def _addressed(host: str, path: str) -> tuple[str, str]:
    """Whom a request goes to: the provider itself, or its part of the sandbox."""
    for provider in ("paystack", "paypal", "flutterwave"):
        if f"{provider}." in host:
            return provider, path
    _, provider, *rest = path.split("/")
    return provider, "/" + "/".join(rest)


@cache
def _operations(provider: str) -> list[tuple[str, re.Pattern[str], str, dict[str, Any], str]]:
    """(method, path expression, pattern, operation, address of its document), most literal path first."""
    rows = []
    for name in DESCRIPTIONS.get(provider, ()):
        for pattern, methods in _document(name)["paths"].items():
            expression = re.compile(re.sub(r"\\\{[^}]+\\\}", "[^/]+", re.escape(pattern)) + r"\Z")
            shared = methods.get("parameters", [])
            for method, operation in methods.items():
                if method != "parameters":
                    merged = {
                        **operation,
                        "parameters": [*shared, *operation.get("parameters", [])],
                    }
                    rows.append((method, expression, pattern, merged, name))
    return sorted(rows, key=lambda row: row[2].count("{"))


@cache
def _document(name: str) -> dict[str, Any]:
    with gzip.open(FOLDER / name, "rt", encoding="utf-8") as file:
        return dict(json.load(file))


@cache
def _registry() -> Registry[Any]:
    resources = [
        (f"urn:{name}", Resource(contents=_document(name), specification=DRAFT202012))
        for names in DESCRIPTIONS.values()
        for name in names
    ]
    return Registry().with_resources(resources)


def _found(provider: str, method: str, path: str) -> tuple[str, dict[str, Any], str] | None:
    for served, expression, pattern, operation, name in _operations(provider):
        if served == method and expression.match(unquote(path)):
            return pattern, operation, name
    return None


def complaints(
    provider: str, method: str, path: str, query: dict[str, str], body: Any
) -> list[str]:
    """What is wrong with a request, by the description; empty when nothing is."""
    if provider not in DESCRIPTIONS:
        return []
    found = _found(provider, method, path)
    if found is None:
        said = [f"{method} {path}: not described"]
    else:
        pattern, operation, name = found
        said = _query_complaints(f"{method} {pattern}", operation, name, query)
        said += _body_complaints(operation, name, body)
    return [one for one in said if not any(re.search(skew, one) for skew in SKEW[provider])]


def _query_complaints(
    place: str, operation: dict[str, Any], name: str, query: dict[str, str]
) -> list[str]:
    described = [_resolved(one, name) for one in operation["parameters"]]
    known = {one["name"]: one for one in described if one["in"] == "query"}
    missing = [one for one, each in known.items() if each.get("required") and one not in query]
    return [
        *(f"{place}: unknown query {one}" for one in query if one not in known),
        *(f"{place}: query {one} is required" for one in missing),
    ]


def _resolved(value: dict[str, Any], name: str) -> dict[str, Any]:
    if "$ref" not in value:
        return value
    return dict(_registry().resolver(f"urn:{name}").lookup(value["$ref"]).contents)


def _body_complaints(operation: dict[str, Any], name: str, body: Any) -> list[str]:
    described = operation.get("requestBody")
    if described is None:
        return [f"a body where none is described: {body}"] if body else []
    content = _resolved(described, name)["content"]
    if body is None:
        return ["a body is required"] if _resolved(described, name).get("required") else []
    return judged(body, content[JSON]["schema"], name, is_strict=True)


def answer_complaints(
    provider: str, method: str, path: str, response: requests.Response
) -> list[str]:
    found = _found(provider, method, path)
    if found is None:
        return []
    _, operation, name = found
    described = operation["responses"].get(str(response.status_code))
    if described is None:
        return [f"status {response.status_code} is not described"]
    content = _resolved(described, name).get("content", {})
    return judged(response.json(), content[JSON]["schema"], name, is_strict=True) if content else []


def judged(value: Any, schema: dict[str, Any], name: str, *, is_strict: bool) -> list[str]:
    """Complaints of the library about a value; `is_strict` refuses names that no part of a schema knows."""
    validator = Draft202012Validator(_absolute(schema, name), registry=_registry())
    said = [
        f"{'/'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in validator.iter_errors(value)
    ]
    return said + (_strangers(value, _absolute(schema, name), "") if is_strict else [])


def _absolute(schema: Any, name: str) -> Any:
    """The schema with references that say which document they are in."""
    if isinstance(schema, list):
        return [_absolute(each, name) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _absolute(each, name) for key, each in schema.items()}
    if isinstance(inner.get("$ref"), str) and inner["$ref"].startswith("#"):
        inner["$ref"] = f"urn:{name}{inner['$ref']}"
    return inner


def _strangers(value: Any, schema: dict[str, Any], place: str) -> list[str]:
    """Names in a value that its schema, with everything it is put together from, does not have."""
    names, item = _described(schema)
    if isinstance(value, list) and item is not None:
        return [
            one
            for index, each in enumerate(value)
            for one in _strangers(each, item, f"{place}/{index}")
        ]
    if not isinstance(value, dict) or not names:
        return []
    said = [f"{place}/{one}: unknown" for one in value if one not in names]
    for one, each in value.items():
        if one in names:
            said += _strangers(each, names[one], f"{place}/{one}")
    return said


def _described(schema: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """The properties and the item of a schema, through its references and parts."""
    names: dict[str, Any] = {}
    item: dict[str, Any] | None = None
    parts = [schema]
    while parts:
        part = parts.pop()
        if "$ref" in part:
            uri, _, pointer = part["$ref"].partition("#")
            found = _registry().resolver(uri).lookup(f"#{pointer}").contents
            parts.append(_absolute(found, uri.removeprefix("urn:")))
        names |= part.get("properties", {})
        item = part.get("items", item)
        parts += [*part.get("allOf", []), *part.get("anyOf", []), *part.get("oneOf", [])]
    return names, item
