"""Creating and editing products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.errors import Conflict, NotFound
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.slugs import free_slug, slug_of
from shared_apps.kernel.transactions import operation, step
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.catalog.domain import drafts, writing
from tenant_apps.catalog.domain.drafts import ProductDraft, VariantDraft
from tenant_apps.catalog.domain.writing import Written
from tenant_apps.catalog.events import ProductChanged
from tenant_apps.catalog.models import Product, Variant
from tenant_apps.partners import permissions
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import PartnerSummary, partner_with
from tenants.entitlements import require_room

_QUOTA = "listings"


class ProductNotFound(NotFound):
    code, title = "record_not_found", "There is no such product here"


class SlugTaken(Conflict):
    code, title = "slug_taken", "Another product has that address already"


class SkuTaken(Conflict):
    code, title = "sku_taken", "Another product of this vendor has that SKU already"


class ProductOutdated(Conflict):
    code, title = "conflict_version", "Somebody else changed this product meanwhile"


class NotAVendor(Conflict):
    code, title = "not_a_vendor", "Only a vendor in good standing sells products"


@dataclass(frozen=True, slots=True)
class Put:
    """What became of a draft: `outcome` is created, updated or unchanged.

    `without_sku` are the variants whose SKU another one has.
    """

    product_id: UUID
    outcome: str
    written: Written = field(default_factory=Written)
    without_sku: tuple[VariantDraft, ...] = ()


@operation
def create_product(*, vendor_id: UUID, draft: ProductDraft, acting: Actor, at: datetime) -> UUID:
    """Add a product as a draft. Effects: rows, opening stock, audit.

    Raises NotYourPartner, NotAVendor, TierLimitReached, InvalidProduct, SlugTaken, SkuTaken.
    """
    permissions.require(acting, Verb.EDIT_PRODUCTS, vendor_id)
    vendor = trading_vendor(vendor_id)
    drafts.check(draft)
    _refuse_taken_skus(vendor.id, draft, product_id=None)
    product, _ = _create(vendor, draft, acting=acting, at=at)
    return product.id


@operation
def edit_product(
    *,
    product_id: UUID,
    draft: ProductDraft,
    acting: Actor,
    at: datetime,
    version: int | None = None,
) -> int:
    """Replace what a product says, when `version` (if given) is still its present one.

    Effects: rows, price history, audit, ProductChanged when published. Returns the new version.
    Raises ProductNotFound, NotYourPartner, ProductOutdated, InvalidProduct, SlugTaken, SkuTaken.
    """
    product = locked_product(product_id)
    permissions.require(acting, Verb.EDIT_PRODUCTS, product.vendor_id)
    if version is not None and version != product.version:
        raise ProductOutdated(version=product.version)
    drafts.check(draft)
    _refuse_taken_skus(product.vendor_id, draft, product_id=product.id)
    if draft.slug and draft.slug != product.slug:
        product.slug = _explicit_slug(draft.slug)
    draft = replace(draft, source=product.source, external_ref=product.external_ref)
    _update(product, draft, acting=acting, at=at)
    return product.version


@step
def put_product(*, vendor: PartnerSummary, draft: ProductDraft, acting: Actor, at: datetime) -> Put:
    """Create or update the product a draft's (source, external_ref) names; skip when unchanged.

    SKUs that are taken are left out and reported, not refused. Effects as create and edit.
    Raises InvalidProduct, TierLimitReached.
    """
    draft, without_sku = writing.unique_skus(
        draft, lambda skus: _skus_of_others(vendor.id, skus, draft)
    )
    drafts.check(draft)
    product = _imported(vendor.id, draft)
    if product is None:
        product, written = _create(vendor, draft, acting=acting, at=at)
        return Put(product.id, "created", written, tuple(without_sku))
    if product.fingerprint == drafts.fingerprint(draft):
        return Put(product.id, "unchanged", without_sku=tuple(without_sku))
    written = _update(product, draft, acting=acting, at=at)
    return Put(product.id, "updated", written, tuple(without_sku))


def trading_vendor(vendor_id: UUID) -> PartnerSummary:
    """The vendor, if it may prepare products: not rejected, suspended or closed."""
    vendor = partner_with(vendor_id)
    if vendor.kind != "vendor" or vendor.state not in {"applied", "in_review", "approved"}:
        raise NotAVendor
    return vendor


def locked_product(product_id: UUID) -> Product:
    product = (
        Product.objects.select_for_update(of=("self",))
        .select_related("category")
        .filter(pk=product_id)
        .first()
    )
    if product is None:
        raise ProductNotFound
    return product


def ref_of(product_id: UUID) -> Ref:
    return Ref("catalog.product", str(product_id))


@step
def need_room_for_one_more() -> None:
    """Raise TierLimitReached when the operator's tier allows no more listings."""
    if _QUOTA in current_tenant().tier.limits:
        require_room(_QUOTA, Product.objects.exclude(state="archived").count())


def _create(
    vendor: PartnerSummary, draft: ProductDraft, *, acting: Actor, at: datetime
) -> tuple[Product, Written]:
    need_room_for_one_more()
    product = Product(
        vendor_id=vendor.id,
        slug=_slug(draft),
        source=draft.source,
        external_ref=draft.external_ref,
        fingerprint=drafts.fingerprint(draft),
        created_at=at,
        updated_at=at,
    )
    writing.write_fields(product=product, draft=draft)
    product.save(force_insert=True)
    written = writing.write_children(
        product=product, draft=draft, is_new=True, actor=f"{acting.kind}:{acting.id}", at=at
    )
    _audit("create", product, {"title": product.title}, acting=acting, at=at)
    return product, written


def _update(product: Product, draft: ProductDraft, *, acting: Actor, at: datetime) -> Written:
    before = {name: getattr(product, name) for name in _AUDITED}
    writing.write_fields(product=product, draft=draft)
    product.fingerprint = drafts.fingerprint(draft)
    product.version += 1
    product.updated_at = at
    product.save()
    written = writing.write_children(
        product=product, draft=draft, is_new=False, actor=f"{acting.kind}:{acting.id}", at=at
    )
    changes = {
        name: [before[name], getattr(product, name)]
        for name in _AUDITED
        if before[name] != getattr(product, name)
    }
    _audit("edit", product, changes, acting=acting, at=at)
    if product.state == "published":
        publish(
            ProductChanged(
                product_id=str(product.id),
                vendor_id=str(product.vendor_id),
                title=product.title,
            )
        )
    return written


_AUDITED = ("title", "slug", "description_text", "brand", "tags", "attributes")


def _audit(
    verb: str, product: Product, changes: Mapping[str, object], *, acting: Actor, at: datetime
) -> None:
    record(
        f"catalog.product.{verb}",
        subject=ref_of(product.id),
        acting=acting,
        at=at,
        changes=changes,
    )


def _imported(vendor_id: UUID, draft: ProductDraft) -> Product | None:
    return (
        Product.objects.select_for_update(of=("self",))
        .filter(vendor_id=vendor_id, source=draft.source, external_ref=draft.external_ref)
        .exclude(external_ref="")
        .first()
    )


def _slug(draft: ProductDraft) -> str:
    """A person's choice is taken or refused, an imported one is only a wish."""
    if draft.slug and not draft.external_ref:
        return _explicit_slug(draft.slug)
    return _free_slug(draft.slug or draft.title)


def _explicit_slug(wanted: str) -> str:
    slug = slug_of(wanted, length_max=255)
    if Product.objects.filter(slug=slug).exists():
        raise SlugTaken(slug=slug)
    return slug


def _free_slug(title: str) -> str:
    return free_slug(title, lambda slug: Product.objects.filter(slug=slug).exists(), length_max=200)


def _refuse_taken_skus(vendor_id: UUID, draft: ProductDraft, *, product_id: UUID | None) -> None:
    wanted = {variant.sku for variant in draft.variants if variant.sku}
    others = Variant.objects.filter(vendor_id=vendor_id, sku__in=wanted)
    if product_id is not None:
        others = others.exclude(product_id=product_id)
    taken = sorted(others.values_list("sku", flat=True))
    if taken:
        raise SkuTaken(f"Taken already: {', '.join(taken)}", skus=taken)


def _skus_of_others(vendor_id: UUID, skus: set[str], draft: ProductDraft) -> set[str]:
    others = Variant.objects.filter(vendor_id=vendor_id, sku__in=skus).exclude(
        product__source=draft.source, product__external_ref=draft.external_ref
    )
    return set(others.values_list("sku", flat=True))
