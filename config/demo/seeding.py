"""From a world on paper to a marketplace that sells: every row by the functions the product itself uses.

Each part looks first at what is there, so that a seeding which was interrupted is simply repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from config.demo import people, studio
from config.demo.people import Password
from config.demo.worlds import Piece, Shop, World
from provisioning.domain.owners import SignUp, sign_up
from provisioning.domain.signup import TenantOrder
from shared_apps.identity.domain.people import Person
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import TenantContext
from shared_apps.kernel.money import Money
from shared_apps.kernel.slugs import slug_of
from shared_apps.media.domain.files import store_image
from shared_apps.media.queries import picture_data
from tenant_apps.catalog.domain import attributes, categories, moderation, products
from tenant_apps.catalog.domain.drafts import (
    ImageDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    VariantDraft,
)
from tenant_apps.catalog.queries import categories_flat, vendor_products
from tenant_apps.partners.domain import applications, profiles
from tenant_apps.partners.queries import PartnerNotFound, PartnerSummary, partner_at
from tenants.queries import find_by_slug

# The newest piece is an hour old, the next a few hours older: new arrivals have an order.
BETWEEN_PIECES = timedelta(hours=7)
SHOPS_OPENED = timedelta(days=120)


@dataclass(slots=True)
class Hands:
    """What one seeding works with: whose marketplace, the pictures taken in so far, the shops by name."""

    world: World
    password: Password
    at: datetime
    files: dict[str, UUID] = field(default_factory=dict)
    shops: dict[str, PartnerSummary] = field(default_factory=dict)
    owners: dict[str, Person] = field(default_factory=dict)
    shelves: dict[str, UUID] = field(default_factory=dict)


def open_marketplace(*, world: World, password: Password, at: datetime) -> TenantContext:
    """The operator signs up and the marketplace is live, or has been since an earlier start."""
    found = find_by_slug(world.slug)
    if found is None:
        order = TenantOrder(
            slug=world.slug,
            name=world.name,
            owner_email=people.operator_email(world),
            owner_name=world.operator,
            tier=world.tier,
            currency=world.currency,
            theme=world.theme,
        )
        sign_up(form=SignUp(order, password.plain), at=at)
        found = find_by_slug(world.slug)
    if found is None:
        raise RuntimeError(f"The marketplace {world.slug} did not come to life")
    return found


def furnish(hands: Hands) -> None:
    """Facets, shelves and the shops with their owners: what every piece needs."""
    opened = hands.at - SHOPS_OPENED
    customer = people.customer_email(hands.world)
    people.settle(email=customer, name=people.CUSTOMER_NAME, password=hands.password, at=opened)
    for place, facet in enumerate(hands.world.facets):
        draft = attributes.AttributeDraft(
            name=facet.name, code=facet.code, kind="single", choices=facet.choices, position=place
        )
        with suppress(attributes.AttributeTaken):
            attributes.define_attribute(draft=draft, acting=SYSTEM, at=opened)
    _build_shelves(hands, opened)
    for shop in hands.world.shops:
        _open_shop(hands, shop, opened)


def _build_shelves(hands: Hands, at: datetime) -> None:
    there = {node.path for node in categories_flat()}
    for place, shelf in enumerate(hands.world.shelves):
        if slug_of(shelf.name) not in there:
            draft = categories.CategoryDraft(
                name=shelf.name,
                description=shelf.text,
                position=place,
                image_file_id=_file(hands, shelf.art),
            )
            categories.create_category(draft=draft, acting=SYSTEM, at=at)
    hands.shelves = {node.name: node.id for node in categories_flat()}


def _open_shop(hands: Hands, shop: Shop, at: datetime) -> None:
    """Somebody applies, the operator approves, the shop shows its face."""
    email = people.vendor_email(hands.world, shop.name)
    owner = people.settle(email=email, name=shop.name, password=hands.password, at=at)
    try:
        partner = partner_at(slug_of(shop.name), kind="vendor")
    except PartnerNotFound:
        application = applications.Application(
            kind="vendor",
            name=shop.name,
            currency=hands.world.currency,
            about=shop.about,
            tagline=shop.tagline,
            contact_email=email,
            country=shop.country,
        )
        partner = applications.apply(application=application, acting=people.actor(owner), at=at)
    if partner.state != "approved":
        partner = applications.approve(partner_id=partner.id, acting=SYSTEM, at=at)
    if partner.logo_file_id is None:
        partner = _show_face(hands, shop, partner, owner, at)
    hands.shops[shop.name], hands.owners[shop.name] = partner, owner


def _show_face(
    hands: Hands, shop: Shop, partner: PartnerSummary, owner: Person, at: datetime
) -> PartnerSummary:
    profile = profiles.Profile(
        name=partner.name,
        tagline=partner.tagline,
        about=partner.about,
        contact_email=partner.contact_email,
        country=partner.country,
        logo_file_id=_file(hands, hands.world.pieces_of(shop.name)[0].art[0]),
    )
    acting = people.actor(owner)
    return profiles.edit_profile(partner_id=partner.id, profile=profile, acting=acting, at=at)


def stock_shelves(hands: Hands, pieces: Sequence[Piece]) -> int:
    """The shops list these pieces and the operator lets them into the shop; says how many are new."""
    there = _listed(hands)
    order = {piece.title: place for place, piece in enumerate(hands.world.pieces)}
    listed = 0
    for piece in pieces:
        at = hands.at - timedelta(hours=1) - order[piece.title] * BETWEEN_PIECES
        state, product_id = there.get(slug_of(piece.title), ("", None))
        acting = people.actor(hands.owners[piece.vendor])
        if product_id is None:
            shop, draft = hands.shops[piece.vendor], _draft(hands, piece)
            product_id = products.create_product(
                vendor_id=shop.id, draft=draft, acting=acting, at=at
            )
            state, listed = "draft", listed + 1
        if state == "draft":
            moderation.submit(product_id=product_id, acting=acting, at=at)
        if state in {"draft", "submitted"}:
            moderation.publish_product(product_id=product_id, acting=SYSTEM, at=at)
    return listed


def _listed(hands: Hands) -> dict[str, tuple[str, UUID | None]]:
    """State and id of what is there, by slug."""
    return {
        row.slug: (row.state, row.id)
        for shop in hands.shops.values()
        for row in vendor_products(shop.id, limit=100).items
    }


def _draft(hands: Hands, piece: Piece) -> ProductDraft:
    return ProductDraft(
        title=piece.title,
        slug=slug_of(piece.title),
        description_html=f"<p>{piece.text}</p>",
        category_id=hands.shelves[piece.category],
        attributes=piece.attributes,
        is_featured=piece is hands.world.pieces[0],
        options=tuple(OptionDraft(name, values) for name, values in piece.options.items()),
        variants=tuple(_variants(hands.world, piece)),
        images=tuple(_image(hands, art, piece.title) for art in piece.art),
    )


def _variants(world: World, piece: Piece) -> list[VariantDraft]:
    code = slug_of(piece.title).upper()[:24].strip("-")
    was = Money.parse(str(piece.was), world.currency) if piece.was else None
    drafts = []
    for place, choice in enumerate(piece.choices(), start=1):
        price = Money.parse(str(choice.price), world.currency)
        drafts.append(
            VariantDraft(
                prices=(PriceDraft(price, was if was and was > price else None),),
                option_values=choice.values,
                sku=f"{code}-{place}",
                quantity=choice.stock,
                is_tracked=True,
                weight_g=900,
                image=choice.picture,
            )
        )
    return drafts


def _image(hands: Hands, art: str, alt: str) -> ImageDraft:
    file_id = _file(hands, art)
    data = picture_data([file_id])[file_id]
    sources = {kind: dict(found) for kind, found in data.sources.items()}
    picture = {"src": data.src, "width": data.width, "height": data.height, "sources": sources}
    return ImageDraft(file_id=file_id, alt=alt, picture=picture)


def _file(hands: Hands, art: str) -> UUID:
    """The stored file of a picture, taken in once a run."""
    if art not in hands.files:
        stored = store_image(
            data=studio.picture(art), name=f"{art}.webp", acting=SYSTEM, at=hands.at
        )
        hands.files[art] = stored.id
    return hands.files[art]
