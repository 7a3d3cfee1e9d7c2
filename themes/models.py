"""A tenant's look: one pointer row and its versions."""

from __future__ import annotations

from django.db import models

from shared_apps.kernel.ids import uuid7


class ThemeConfig(models.Model):
    """The single row that says which version is live. `revision` grows with every publication."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    published = models.OneToOneField(
        "ThemeVersion", on_delete=models.PROTECT, null=True, related_name="published_in"
    )
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_theme_config")]


class ThemeVersion(models.Model):
    """A whole design. A draft (`published_at` empty) changes; a published one never does.

    `settings` is what the operator chose (names, menus, sections of the home page, texts), `tokens` the values
    of the look, `compiled` what was derived from both at publication.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    number = models.PositiveIntegerField(unique=True)
    theme = models.CharField(max_length=40)
    settings = models.JSONField(default=dict)
    tokens = models.JSONField(default=dict)
    compiled = models.JSONField(default=dict)
    css_text = models.TextField(blank=True)
    css_hash = models.CharField(max_length=16, blank=True, db_index=True)
    palette_report = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    created_by = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    published_by = models.CharField(max_length=64, blank=True)
    published_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(published_at=None) | ~models.Q(css_hash=""),
                name="published_theme_version_is_compiled",
            ),
        ]
