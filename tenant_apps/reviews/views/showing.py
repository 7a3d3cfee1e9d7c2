"""Words for reviews, and public ids for what they are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.ref import Ref
from tenant_apps.reviews.domain.rights import BUYER, PRODUCT, VENDOR, NothingToReview

PREFIX_OF_KIND = {PRODUCT: "prod", VENDOR: "part", BUYER: "user"}
KIND_OF_PREFIX = {prefix: kind for kind, prefix in PREFIX_OF_KIND.items()}
REASON_LABELS = {
    "spam": lazy("Spam or advertising"),
    "offensive": lazy("Offensive language"),
    "off_topic": lazy("Not about the goods or the shop"),
    "personal_data": lazy("Personal data"),
    "fake": lazy("Not a real experience"),
    "conflict_of_interest": lazy("Conflict of interest"),
    "illegal": lazy("Illegal content"),
    "other": lazy("Something else"),
}
DOUBT_LABELS = {
    "link": lazy("contains a link"),
    "personal_data": lazy("contains an address or a number"),
    "spam": lazy("reads like spam"),
    "shouting": lazy("written in capitals"),
    "was_hidden": lazy("was hidden before"),
}
TAB_LABELS = {
    "pending": lazy("Waiting"),
    "reported": lazy("Reported"),
    "hidden": lazy("Hidden"),
    "published": lazy("Published"),
}


def subject_of(text: str, *, public_only: bool = False) -> Ref:
    """`prod_...`, `part_...` or `user_...` as a Ref. Raises NothingToReview, InvalidId."""
    kind = KIND_OF_PREFIX.get(text.partition("_")[0], "")
    if not kind or (public_only and kind == BUYER):
        raise NothingToReview
    return Ref(kind, str(parse_public_id(PREFIX_OF_KIND[kind], text)))


def public_subject(subject: Ref) -> str:
    return public_id(PREFIX_OF_KIND[subject.kind], UUID(subject.id))


def queue_tabs(tab: str, counts: Mapping[str, int], place: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"{place}?tab={key}", "current": key == tab, "count": counts[key]}
        for key, label in TAB_LABELS.items()
    ]


def subject_word(subject: Ref) -> str:
    words = {PRODUCT: _("Product"), VENDOR: _("Shop"), BUYER: _("Buyer")}
    return words[subject.kind]
