"""Yen without decimals and dinars with three, from the basket to the books."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from shared_apps.kernel.actor import SYSTEM
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import tenant_context
from shared_apps.kernel.money import Money
from tenant_apps.catalog.domain import moderation
from tenant_apps.catalog.domain.drafts import PriceDraft, ProductDraft, VariantDraft
from tenant_apps.catalog.domain.products import create_product
from tenant_apps.catalog.models import Variant
from tenant_apps.ordering.domain import delivery_editing, placing, tax_editing
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.domain.delivery_editing import MethodDraft, RateDraft
from tenant_apps.ordering.domain.tax_editing import TaxZoneDraft
from tenant_apps.ordering.domain.taxes import Rate
from tenant_apps.ordering.models import Order, OrderLine, VendorOrder
from tenant_apps.payments.models import Payment
from tests.factories import shop
from tests.tenant_apps.ordering.conftest import assert_books_hold, deliver_all
from tests.tenant_apps.ordering.people import DETAILS, GUEST

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("currency", "price", "post", "total", "tenth"),
    [
        ("JPY", "1980", "500", 3 * 1980 + 500, 540),
        ("KWD", "4.990", "1.500", 3 * 4990 + 1500, 1361),
        ("USD", "19.99", "5.00", 3 * 1999 + 500, 545),
    ],
)
def test_bought_in(in_alpha, sandbox, customer, currency, price, post, total, tenth):
    """`tenth` is the tax of the goods, and as much the commission on their net."""
    with tenant_context(replace(in_alpha, currency=currency)):
        vendor = shop.make_vendor("Potter")
        variant = VariantDraft(
            prices=(PriceDraft(Money.parse(price, currency)),), quantity=9, is_tracked=True
        )
        draft = ProductDraft(title="Bowl", variants=(variant,))
        product_id = create_product(vendor_id=vendor.id, draft=draft, acting=SYSTEM, at=now())
        moderation.publish_product(product_id=product_id, acting=SYSTEM, at=now())
        tax_editing.add_tax_zone(
            draft=TaxZoneDraft("Ireland", ["IE"], {"standard": Rate("VAT", 1000)}),
            acting=SYSTEM,
            at=now(),
        )
        rate = RateDraft(Money.parse(post, currency))
        delivery_editing.add_method(
            vendor_id=None, draft=MethodDraft("Post", rate), acting=SYSTEM, at=now()
        )
        owner = CartOwner(guest_key=uuid4())
        variant_id = Variant.objects.get().id
        add_to_cart(owner=owner, variant_id=variant_id, quantity=3, at=now())

        started = check_out(owner=owner, details=DETAILS, acting=GUEST, at=now())
        back = customer.pay(started.redirect_url)
        provider_id = parse_qs(urlsplit(back).query)["payment"][0]
        placing.finish_checkout(provider_id=provider_id, at=now())

        order, part, line = Order.objects.get(), VendorOrder.objects.get(), OrderLine.objects.get()
        assert (order.state, order.currency, order.total_minor) == ("placed", currency, total)
        assert (line.tax_minor, part.commission_minor) == (tenth, tenth)
        assert part.earning_minor == total - tenth
        assert Payment.objects.get().captured_minor == total
        deliver_all()
        assert_books_hold()
