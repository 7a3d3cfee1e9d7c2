"""The tree of categories and the typed attributes its products carry."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from shared_apps.kernel.ids import uuid7


class Category(models.Model):
    """A node of the tree. `path` is the slugs from the root joined by "/": its own address,
    and the prefix of all its descendants' paths. `trail` is the names along that way.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=140)
    path = models.CharField(max_length=700, unique=True)
    trail = ArrayField(models.CharField(max_length=120), default=list)
    depth = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    description = models.TextField(blank=True, default="")
    image_file_id = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="category_slug_is_a_slug",
            ),
            models.CheckConstraint(
                condition=models.Q(depth__lte=5), name="category_tree_is_at_most_six_deep"
            ),
        ]

    def __str__(self) -> str:
        return self.path


class Attribute(models.Model):
    """A property that products of a category (and of those below it) may state.

    `choices` are the allowed values of single and multi; `unit` belongs to number.
    """

    class Kind(models.TextChoices):
        TEXT = "text"
        SINGLE = "single"
        MULTI = "multi"
        NUMBER = "number"
        TOGGLE = "toggle"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    unit = models.CharField(max_length=20, blank=True, default="")
    choices = ArrayField(models.CharField(max_length=120), default=list)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, null=True, related_name="attributes"
    )
    is_facet = models.BooleanField(default=True)
    is_required = models.BooleanField(default=False)
    position = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return self.code
