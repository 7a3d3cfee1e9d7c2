"""What a subject is called now; who is not on sale any more is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shared_apps.kernel.ref import Ref
from tenant_apps.catalog.queries import product_with
from tenant_apps.partners.queries import PartnerNotFound, partner_with
from tenant_apps.reviews.domain.rights import PRODUCT


@dataclass(frozen=True, slots=True)
class Title:
    name: str
    url: str


def title_of(subject: Ref) -> Title:
    """Name and address of a product on sale or an approved shop. Raises ProductUnknown, PartnerNotFound."""
    if subject.kind == PRODUCT:
        product = product_with(UUID(subject.id), on_sale=True)
        return Title(product.title, product.url)
    partner = partner_with(subject.id)
    if not partner.is_active:
        raise PartnerNotFound
    return Title(partner.name, f"/shops/{partner.slug}/")
