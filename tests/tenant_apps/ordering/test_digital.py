"""Goods without a parcel: handed over when paid, fetched no more often than allowed."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from shared_apps.kernel.clock import now
from shared_apps.media.domain.files import Upload
from tenant_apps.catalog.models import Product
from tenant_apps.ordering.domain import cancelling, claims, digital_goods
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.claims import Complaint
from tenant_apps.ordering.domain.digital_goods import DigitalTerms, DownloadOver, NotDigital
from tenant_apps.ordering.domain.parts import NotYourOrder
from tenant_apps.ordering.models import DownloadGrant, LicenceKey
from tenant_apps.partners.permissions import NotYourPartner
from tests.factories import shop
from tests.tenant_apps.ordering.aftermath import (
    ADA,
    CY,
    Sold,
    open_shop,
    owe_for,
    pay_for,
    refunded,
    settle,
)
from tests.tenant_apps.ordering.test_races import all_at_once

pytestmark = pytest.mark.django_db
FILE = Upload("song.flac", b"la la la")


def offer(item, **terms):
    Product.objects.filter(id=item.product_id).update(is_digital=True)
    digital_goods.offer_digital(
        variant_id=item.variant_id,
        upload=FILE,
        terms=DigitalTerms(**terms),
        acting=item.vendor.actor,
        at=now(),
    )


def buy_songs(customer, *, count=2, bowls=0, keys=(), **terms):
    stall = open_shop()
    song = shop.make_item(stall.potter, "Song", price="3.00", stock=100)
    offer(song, **terms)
    if keys:
        digital_goods.add_keys(
            variant_id=song.variant_id, keys=keys, acting=stall.potter.actor, at=now()
        )
    for item, quantity in ((song, count), (stall.bowl, bowls)):
        if quantity:
            add_to_cart(owner=stall.owner, variant_id=item.variant_id, quantity=quantity, at=now())
    pay_for(stall, customer)
    return Sold(stall.potter, stall.weaver, song, stall.scarf, stall.owner)


def fetch(sold, grant=None, *, at=None, owner=None):
    grant = grant or DownloadGrant.objects.order_by("unit").first()
    return digital_goods.fetch(
        grant_id=grant.id, owner=owner or sold.owner, acting=CY, at=at or now()
    )


def test_handed_over_and_delivered_at_once(in_alpha, sandbox, customer):
    sold = buy_songs(customer)

    assert sold.part().state == "delivered"
    assert DownloadGrant.objects.count() == 2
    assert sold.earned() == sold.part().earning_minor
    assert fetch(sold).startswith("/media/private/")
    with pytest.raises(NotYourOrder):
        fetch(sold, owner=CartOwner(guest_key=uuid4()))


def test_a_parcel_beside_it_is_still_to_be_sent(in_alpha, sandbox, customer):
    sold = buy_songs(customer, count=1, bowls=1)

    assert sold.part().state == "partially_shipped"
    assert sold.earned() == 0
    cancelling.cancel_vendor_order(
        vendor_order_id=sold.part().id, reason="", owner=sold.owner, acting=CY, at=now()
    )
    settle()
    assert sold.part().state == "delivered"
    assert refunded() == 1799
    assert DownloadGrant.objects.get().state == "granted"


def test_cash_comes_before_the_download(in_alpha):
    stall = open_shop()
    song = shop.make_item(stall.potter, "Song", price="3.00", stock=100)
    offer(song)
    add_to_cart(owner=stall.owner, variant_id=song.variant_id, quantity=1, at=now())
    sold = owe_for(stall)
    assert (sold.part().state, DownloadGrant.objects.count()) == ("confirmed", 0)

    sold.deliver()

    assert DownloadGrant.objects.get().state == "granted"


def test_limit_and_expiry(in_alpha, sandbox, customer):
    sold = buy_songs(customer, download_limit=2, valid_days=7)

    fetch(sold)
    fetch(sold)
    with pytest.raises(DownloadOver) as over:
        fetch(sold)
    assert over.value.members["reason"] == "limit"
    last = DownloadGrant.objects.order_by("unit").last()
    with pytest.raises(DownloadOver) as over:
        fetch(sold, last, at=now() + timedelta(days=7))
    assert over.value.members["reason"] == "expired"


def test_keys_are_given_once_and_later_ones_to_who_waits(in_alpha, sandbox, customer):
    sold = buy_songs(customer, count=3, keys=["KEY-ONE-1", "KEY-TWO-2", "KEY-ONE-1"])

    texts = {
        digital_goods.readable_key(key.secret)
        for key in LicenceKey.objects.filter(grant__isnull=False)
    }
    assert texts == {"KEY-ONE-1", "KEY-TWO-2"}
    assert "KEY-ONE-1" not in str(LicenceKey.objects.values())
    assert DownloadGrant.objects.filter(key__isnull=True).count() == 1
    added = digital_goods.add_keys(
        variant_id=sold.bowl.variant_id,
        keys=["KEY-TRE-3", "KEY-ONE-1"],
        acting=sold.potter.actor,
        at=now(),
    )
    assert added == 1
    assert not DownloadGrant.objects.filter(key__isnull=True).exists()


def test_paid_back_is_revoked(in_alpha, sandbox, customer):
    sold = buy_songs(customer)
    claim = claims.open_claim(
        vendor_order_id=sold.part().id,
        complaint=Complaint({sold.line().id: 1}, "damaged", "It does not play"),
        owner=sold.owner,
        acting=CY,
        at=now(),
    )
    claims.refund(claim_id=claim, note="True", acting=ADA, at=now())
    settle()

    assert refunded() == 300
    assert sorted(DownloadGrant.objects.values_list("state", flat=True)) == ["granted", "revoked"]
    with pytest.raises(DownloadOver):
        fetch(sold, DownloadGrant.objects.get(state="revoked"))


def test_only_its_vendor_and_only_what_is_digital(in_alpha):
    stall = open_shop()
    with pytest.raises(NotDigital):
        digital_goods.offer_digital(
            variant_id=stall.bowl.variant_id,
            upload=FILE,
            terms=DigitalTerms(),
            acting=stall.potter.actor,
            at=now(),
        )
    offer(stall.bowl)
    with pytest.raises(NotYourPartner):
        digital_goods.add_keys(
            variant_id=stall.bowl.variant_id, keys=["A"], acting=stall.weaver.actor, at=now()
        )


@pytest.mark.django_db(transaction=True)
def test_last_download_goes_to_one(in_alpha, sandbox, customer):
    sold = buy_songs(customer, count=1, download_limit=1)

    results = all_at_once(in_alpha, [lambda: fetch(sold)] * 8)

    assert sum(isinstance(each, str) for each in results) == 1
    assert DownloadGrant.objects.get().used == 1
