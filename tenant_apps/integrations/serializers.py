"""Imports and keys in the API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from tenant_apps.integrations.models import ApiKey, ImportRun
from tenant_apps.integrations.queries import ImportStatus, IssueRow, KeyRow


class ImportInput(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ImportRun.Kind.choices)
    file = serializers.FileField(allow_empty_file=False)
    dry_run = serializers.BooleanField(required=False, default=False)
    currency = serializers.RegexField(r"^[A-Z]{3}$", required=False, default="")


def status_json(status: ImportStatus) -> dict[str, Any]:
    return {
        "id": status.public_id,
        "kind": status.kind,
        "state": status.state,
        "file": status.source_name,
        "dry_run": status.is_dry_run,
        "rows": status.rows_total,
        "rows_done": status.rows_done,
        "percent": status.percent,
        "created": dict(status.created),
        "updated": dict(status.updated),
        "skipped": status.skipped,
        "failed": status.failed,
        "error": status.error or None,
        "created_at": status.created_at,
        "finished_at": status.finished_at,
    }


def issue_json(issue: IssueRow) -> dict[str, Any]:
    return {
        "row": issue.row,
        "field": issue.field,
        "code": issue.code,
        "message": issue.message,
        "severity": issue.severity,
    }


class KeyInput(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=80)
    kind = serializers.ChoiceField(choices=ApiKey.Kind.choices, default="secret")
    scopes = serializers.ListField(child=serializers.CharField(max_length=60), default=list)
    expires_at = serializers.DateTimeField(required=False, default=None)


def key_json(key: KeyRow) -> dict[str, Any]:
    return {
        "id": key.public_id,
        "kind": key.kind,
        "name": key.name,
        "shown": key.shown,
        "scopes": list(key.scopes),
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "last_used_at": key.last_used_at,
    }
