from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest

from shared_apps.audit.models import AuditEntry
from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.lifecycle import MoveNotAllowed
from shared_apps.outbox.models import OutboxEvent
from tenant_apps.catalog.domain import attributes, drafts, moderation, products
from tenant_apps.catalog.domain.attributes import AttributeDraft
from tenant_apps.catalog.domain.drafts import InvalidProduct, OptionDraft, VariantDraft
from tenant_apps.catalog.domain.html import sanitised, shortened, text_of
from tenant_apps.catalog.lifecycle import PRODUCT
from tenant_apps.catalog.models import Product, StockMovement, Variant
from tenant_apps.catalog.queries import (
    ProductUnknown,
    count_by_state,
    history_of,
    lowest_prior_price,
    moderation_queue,
    offers,
    product_at,
    product_with,
    stock_page,
    vendor_products,
)
from tenant_apps.partners.domain import applications
from tenant_apps.partners.permissions import NotYourPartner
from tenants.entitlements import TierLimitReached
from tests.factories.catalog import (
    colours_and_sizes,
    draft_of,
    make_category,
    make_listing,
    make_product,
    only_variant,
    price,
    publish_product,
)
from tests.factories.partners import (
    OPERATOR,
    actor_for,
    make_applicant,
    make_person,
    make_vendor,
)
from tests.world import NOW


def test_a_new_product_is_a_draft(in_alpha):
    owner = make_person()
    vendor = make_vendor(owner=owner)

    product_id = products.create_product(
        vendor_id=vendor.id, draft=draft_of(), acting=actor_for(owner), at=NOW
    )

    product = product_with(product_id)
    assert (product.state, product.slug, product.version) == ("draft", "linen-shirt", 1)
    assert product.variants[0].available == 5
    assert StockMovement.objects.get().kind == "receive"
    assert AuditEntry.objects.filter(action="catalog.product.create").count() == 1
    with pytest.raises(ProductUnknown):
        product_at("linen-shirt")


def test_a_taken_slug_is_refused(in_alpha):
    vendor = make_vendor()
    make_product(vendor, slug="blue-lamp")

    with pytest.raises(products.SlugTaken):
        make_product(vendor, "Other", slug="Blue lamp")

    assert Product.objects.count() == 1


def test_equal_titles_get_their_own_address(in_alpha):
    vendor = make_vendor()

    slugs = [product_with(make_product(vendor)).slug for _ in range(2)]

    assert slugs == ["linen-shirt", "linen-shirt-2"]


def test_a_sku_belongs_to_one_variant_of_a_vendor(in_alpha):
    vendor, other = make_vendor(), make_vendor("Other")
    variant = VariantDraft(prices=(price(100),), sku="A-1")
    make_product(vendor, variants=(variant,))
    make_product(other, variants=(variant,))

    with pytest.raises(products.SkuTaken) as error:
        make_product(vendor, "Second", variants=(variant,))

    assert error.value.members == {"skus": ["A-1"]}


def test_the_tier_limits_listings(alpha):
    tier = replace(alpha.tier, limits=MappingProxyType({"listings": 2}))
    with tenant_context(replace(alpha, tier=tier)):
        vendor = make_vendor()
        first = make_product(vendor)
        make_product(vendor)
        with pytest.raises(TierLimitReached):
            make_product(vendor)
        moderation.archive(product_id=first, acting=SYSTEM, at=NOW)
        make_product(vendor)
        with pytest.raises(TierLimitReached):
            moderation.restore(product_id=first, acting=SYSTEM, at=NOW)


def test_strangers_change_nothing(in_alpha):
    vendor, stranger = make_vendor(), make_person()
    product_id = make_product(vendor)
    acting = actor_for(stranger)

    with pytest.raises(NotYourPartner):
        products.create_product(vendor_id=vendor.id, draft=draft_of(), acting=acting, at=NOW)
    with pytest.raises(NotYourPartner):
        products.edit_product(product_id=product_id, draft=draft_of("Mine"), acting=acting, at=NOW)
    with pytest.raises(NotYourPartner):
        moderation.submit(product_id=product_id, acting=acting, at=NOW)


def test_editing_replaces_and_knows_who_was_faster(in_alpha):
    vendor = make_vendor()
    product_id = make_listing(vendor)
    edit = {"product_id": product_id, "acting": SYSTEM, "at": NOW}

    version = products.edit_product(draft=draft_of("Wool shirt", minor=4000), version=1, **edit)

    assert version == 2
    product = product_with(product_id)
    assert (product.title, product.prices[0].minor) == ("Wool shirt", 4000)
    assert OutboxEvent.objects.filter(name="catalog.product_changed.v1").count() == 1
    with pytest.raises(products.ProductOutdated):
        products.edit_product(draft=draft_of("Third"), version=1, **edit)


def test_variants_that_go_are_switched_off_and_come_back(in_alpha):
    vendor = make_vendor()
    both = colours_and_sizes([("Red", "S", 1000), ("Blue", "M", 2000)])
    product_id = make_product(vendor, **both)
    before = {variant.label: variant.id for variant in product_with(product_id).variants}
    edit = {"product_id": product_id, "acting": SYSTEM, "at": NOW}

    products.edit_product(draft=draft_of(**colours_and_sizes([("Red", "S", 900)])), **edit)
    assert [variant.label for variant in product_with(product_id).variants] == ["Red / S"]
    assert Variant.objects.filter(product_id=product_id).count() == 2
    products.edit_product(draft=draft_of(**both), **edit)

    assert {variant.label: variant.id for variant in product_with(product_id).variants} == before


def test_variants_may_swap_their_skus(in_alpha):
    vendor = make_vendor()

    def two(first, second):
        return draft_of(
            options=(OptionDraft("Size", ("S", "M")),),
            variants=(
                VariantDraft(prices=(price(100),), option_values=("S",), sku=first),
                VariantDraft(prices=(price(100),), option_values=("M",), sku=second),
            ),
        )

    product_id = products.create_product(
        vendor_id=vendor.id, draft=two("A", "B"), acting=SYSTEM, at=NOW
    )
    products.edit_product(product_id=product_id, draft=two("B", "A"), acting=SYSTEM, at=NOW)

    assert [variant.sku for variant in product_with(product_id).variants] == ["B", "A"]


def test_mistakes_are_named_by_field():
    draft = draft_of(
        " ",
        options=(OptionDraft("Size", ("S",)),),
        variants=(
            VariantDraft(prices=(price(100, 50),), option_values=("S",), sku="A"),
            VariantDraft(prices=(), option_values=("XL",), sku="A", image=7),
            VariantDraft(prices=(price(-1),), quantity=-1),
        ),
    )

    with pytest.raises(InvalidProduct) as error:
        drafts.check(draft)

    assert set(error.value.errors) == {
        "title",
        "variants.0.compare_at",
        "variants.0.sku",
        "variants.1.option_values",
        "variants.1.prices",
        "variants.1.sku",
        "variants.1.image",
        "variants.2.option_values",
        "variants.2.prices",
        "variants.2.quantity",
    }


@pytest.mark.parametrize("state", sorted(PRODUCT.states))
@pytest.mark.parametrize("move", sorted(PRODUCT.moves))
def test_every_move_starts_where_the_table_says(state, move):
    rule = PRODUCT.moves[move]
    if state in rule.sources:
        assert PRODUCT.target_of(move, state) == rule.target
    else:
        with pytest.raises(MoveNotAllowed):
            PRODUCT.target_of(move, state)


def test_the_operator_publishes_what_the_vendor_submits(in_alpha):
    owner = make_person()
    vendor = make_vendor(owner=owner)
    product_id = make_product(vendor)
    acting = actor_for(owner)

    moderation.submit(product_id=product_id, acting=acting, at=NOW)
    assert [row.id for row in moderation_queue().items] == [product_id]
    with pytest.raises(Exception, match="Only the operator"):
        moderation.publish_product(product_id=product_id, acting=acting, at=NOW)
    moderation.reject(product_id=product_id, reason="blurred", acting=OPERATOR, at=NOW)
    moderation.submit(product_id=product_id, acting=acting, at=NOW)
    moderation.publish_product(product_id=product_id, acting=OPERATOR, at=NOW)

    assert product_at("linen-shirt").id == product_id
    assert [entry.move for entry in history_of(product_id)] == [
        "submit",
        "reject",
        "submit",
        "publish",
    ]
    assert count_by_state() == {"published": 1}
    names = set(OutboxEvent.objects.values_list("name", flat=True))
    assert {"catalog.product_submitted.v1", "catalog.product_published.v1"} <= names


def test_products_of_vendors_that_are_not_approved_stay_out(in_alpha):
    bo = make_person()
    vendor = make_applicant(bo)
    product_id = make_product(vendor)

    with pytest.raises(moderation.VendorNotApproved):
        publish_product(product_id)
    applications.approve(partner_id=vendor.id, acting=OPERATOR, at=NOW)
    publish_product(product_id)
    applications.suspend(partner_id=vendor.id, reason="late", acting=OPERATOR, at=NOW)

    with pytest.raises(ProductUnknown):
        product_at("linen-shirt")
    with pytest.raises(products.NotAVendor):
        make_product(vendor)


def test_attributes_are_typed(in_alpha):
    category = make_category()
    for draft in (
        AttributeDraft("Material", "single", choices=("Linen", "Wool"), category_id=category),
        AttributeDraft("Weight", "number", unit="g"),
        AttributeDraft("Vegan", "toggle"),
        AttributeDraft("Season", "multi", choices=("Summer", "Winter")),
    ):
        attributes.define_attribute(draft=draft, acting=SYSTEM, at=NOW)
    vendor = make_vendor()
    stated = {
        "material": "Linen",
        "weight": 120,
        "vegan": True,
        "season": ["Summer"],
        "fit": "slim",
    }

    product = product_with(make_product(vendor, category_id=category, attributes=stated))

    assert [(each.label, each.texts) for each in product.attributes] == [
        ("Material", ("Linen",)),
        ("Season", ("Summer",)),
        ("Vegan", ("✓",)),
        ("Weight", ("120 g",)),
        ("Fit", ("slim",)),
    ]
    for wrong in ({"material": "Tin"}, {"weight": "heavy"}, {"vegan": 1}, {"season": ["Spring"]}):
        with pytest.raises(Exception, match="another look"):
            make_product(vendor, category_id=category, attributes=wrong)


@pytest.mark.parametrize(
    ("source", "clean"),
    [
        ("<p>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
        ('<meta charset="utf-8"><p style="x" data-a="b">Hi</p>', "<p>Hi</p>"),
        ('<a href="javascript:alert(1)" onclick="x">go</a>', '<a rel="nofollow noopener">go</a>'),
        ('<img src=x onerror="alert(1)">text', "text"),
        ("<h1>Big</h1><p></p>", "<h2>Big</h2>"),
        ("<svg><style><img src=x></style></svg>ok", "ok"),
        ("a & b < c", "a &amp; b &lt; c"),
    ],
)
def test_foreign_html_is_harmless(source, clean):
    assert sanitised(source) == clean


def test_text_of_html_keeps_words_apart():
    assert (
        text_of("<p>one</p><p>two &amp; three</p><ul><li>four</li></ul>") == "one two & three four"
    )
    assert shortened("one two three", 9) == "one two…"


def test_prices_are_remembered(in_alpha):
    from datetime import timedelta

    vendor = make_vendor()
    product_id = make_product(vendor, minor=5000)
    for days, minor in ((10, 3000), (20, 4500), (60, 4000)):
        products.edit_product(
            product_id=product_id,
            draft=draft_of(minor=minor),
            acting=SYSTEM,
            at=NOW + timedelta(days=days),
        )
    variant = only_variant(product_id)

    lowest = lowest_prior_price(variant, currency="EUR", at=NOW + timedelta(days=61))

    # 4500 was the price of the whole 30 days before 4000 was set.
    assert lowest is not None
    assert lowest.minor == 4500


def test_reads_cost_what_they_say(in_alpha, django_assert_num_queries):
    vendor = make_vendor()
    category = make_category()
    ids = [
        make_listing(
            vendor,
            f"Shirt {number}",
            category_id=category,
            attributes={"fit": "slim"},
            **colours_and_sizes([("Red", "S", 1000), ("Blue", "M", 2000)]),
        )
        for number in range(3)
    ]
    with django_assert_num_queries(2):
        product = product_at("shirt-0")
    with django_assert_num_queries(1):
        found = offers([variant.id for variant in product.variants])
    with django_assert_num_queries(1):
        assert len(vendor_products(vendor.id).items) == 3
    with django_assert_num_queries(1):
        assert len(stock_page(vendor.id).items) == 6
    assert product.id == ids[0]
    assert all(offer.is_sellable and offer.image for offer in found.values())
    assert {offer.price.minor for offer in found.values()} == {1000, 2000}


def test_another_tenant_has_its_own_catalogue(alpha, beta):
    with tenant_context(alpha):
        product_id = make_listing(make_vendor())
    with tenant_context(beta):
        assert not Product.objects.exists()
        with pytest.raises(ProductUnknown):
            product_with(product_id)
        make_listing(make_vendor())
