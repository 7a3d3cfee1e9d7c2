"""What shoppers see of every listing, copied from the rooms that own it, ready to be searched."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class ListingCard(models.Model):
    """One listing as a card. The id is derived from its Ref, so writing it again replaces it.

    `search` holds the title (A), brand, category and seller (B), tags and options (C) and the
    description (D), as they are written and in the tenant's language.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=64)
    module = models.CharField(max_length=20)
    title = models.CharField(max_length=300)
    summary = models.CharField(max_length=300, blank=True, default="")
    url = models.CharField(max_length=300)
    owner_id = models.UUIDField(null=True)
    owner_name = models.CharField(max_length=120, blank=True, default="")
    owner_slug = models.CharField(max_length=140, blank=True, default="")
    category_path = models.CharField(max_length=700, blank=True, default="")
    category_name = models.CharField(max_length=120, blank=True, default="")
    currency = models.CharField(max_length=3)
    price_minor = models.BigIntegerField(null=True)
    price_max_minor = models.BigIntegerField(null=True)
    compare_at_minor = models.BigIntegerField(null=True)
    rating_hundredths = models.PositiveSmallIntegerField(default=0)
    rating_count = models.PositiveIntegerField(default=0)
    popularity = models.PositiveIntegerField(default=0)
    image: models.JSONField[Any, Any] = models.JSONField(default=dict)
    variant_count = models.PositiveIntegerField(default=1)
    in_stock = models.BooleanField(default=True)
    is_featured = models.BooleanField(default=False)
    is_listed = models.BooleanField(default=True)
    search = SearchVectorField()
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(fields=["search"], name="card_search", fastupdate=False),
            models.Index(
                fields=["-published_at", "-id"], condition=Q(is_listed=True), name="card_newest"
            ),
            models.Index(
                fields=["category_path", "-published_at"],
                condition=Q(is_listed=True),
                name="card_in_category",
            ),
            models.Index(fields=["owner_id"], name="card_of_owner"),
        ]

    def __str__(self) -> str:
        return self.title


class ListingVariant(models.Model):
    """One variant of a listing with every facet token that holds for it ("color=red").

    Filters are asked of this row, so that red and size M mean one thing that is both.
    """

    card = models.ForeignKey(ListingCard, on_delete=models.CASCADE, related_name="variants")
    variant_id = models.CharField(max_length=64)
    tokens = ArrayField(models.CharField(max_length=800))
    price_minor = models.BigIntegerField(null=True)
    in_stock = models.BooleanField(default=True)

    class Meta:
        indexes = [GinIndex(fields=["tokens"], name="listing_variant_tokens", fastupdate=False)]

    def __str__(self) -> str:
        return self.variant_id


class FacetLabel(models.Model):
    """How a token reads: its group ("Color") and itself ("Navy blue")."""

    token = models.CharField(max_length=800, primary_key=True)
    group = models.CharField(max_length=80)
    group_label = models.CharField(max_length=120)
    label = models.CharField(max_length=255)
    position = models.IntegerField(default=0)

    def __str__(self) -> str:
        return self.token


class SearchTerm(models.Model):
    """A word that occurs in listings: what is completed and what typos are corrected to."""

    word = models.CharField(max_length=60, primary_key=True)
    shown = models.CharField(max_length=60)
    documents = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="search_term_trigrams")
        ]

    def __str__(self) -> str:
        return self.word
