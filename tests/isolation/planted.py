"""One tenant's world, full of strings that nobody outside it may ever read.

Public marks are in what every visitor of the tenant sees (products, shops); secret marks are in
what belongs to people (names, addresses, orders, files, mails, the audit trail).
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from shared_apps.audit.domain.records import record
from shared_apps.identity.domain.handover import issue_handover
from shared_apps.identity.domain.links import ResetTokens
from shared_apps.identity.domain.people import NewPerson, create_person, encode_password
from shared_apps.identity.models import User
from shared_apps.kernel.actor import SYSTEM, Actor
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import TenantContext, bound
from shared_apps.kernel.ids import parse_public_id, public_id
from shared_apps.kernel.money import Money
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.mailer.domain.messages import send_message
from shared_apps.media.domain.access import private_url
from shared_apps.media.domain.files import store_image, store_private_file
from shared_apps.media.models import StoredFile
from shared_apps.outbox.domain.delivery import deliver_pending
from shared_apps.outbox.domain.webhooks import receive_webhook
from tenant_apps.catalog.domain import categories, products
from tenant_apps.catalog.domain.categories import CategoryDraft
from tenant_apps.catalog.domain.drafts import PriceDraft, ProductDraft, VariantDraft
from tenant_apps.catalog.domain.inventory import hold_ref, hold_stock
from tenant_apps.catalog.domain.moderation import publish_product
from tenant_apps.catalog.domain.stock import StockLine
from tenant_apps.catalog.models import Category, Product, StockReservation, Variant
from tenant_apps.integrations.domain.imports import Upload, receive_upload
from tenant_apps.integrations.domain.keys import KeyOrder, make_key
from tenant_apps.ordering.domain import delivery_editing, tax_editing
from tenant_apps.ordering.domain.addresses import Address
from tenant_apps.ordering.domain.carts import CartOwner, add_to_cart
from tenant_apps.ordering.domain.checkout import check_out
from tenant_apps.ordering.domain.delivery_editing import MethodDraft, RateDraft
from tenant_apps.ordering.domain.placing import finish_checkout
from tenant_apps.ordering.domain.planning import CheckoutDetails
from tenant_apps.ordering.domain.tax_editing import TaxZoneDraft
from tenant_apps.ordering.domain.taxes import Rate
from tenant_apps.ordering.models import DeliveryRate, Order, VendorOrder
from tenant_apps.partners.domain.applications import Application, register
from tenant_apps.partners.models import Partner
from tenant_apps.payments.models import (
    Dispute,
    GatewayAccount,
    Payment,
    Refund,
    SavedMethod,
)
from tenant_apps.places.domain.book import save_address
from tenant_apps.promotions.domain.gift_cards import GiftCardDraft, issue, redeem
from tenant_apps.promotions.domain.promotions import PromotionDraft, create_promotion
from tenant_apps.reviews.domain.reviews import Wording, write_review
from tenant_apps.settlement.domain.bank_files import Payer, choose_payer, export_bank_file
from tenant_apps.settlement.domain.destinations import Details, choose_destination
from tenant_apps.settlement.domain.payouts import pay_now
from tenant_apps.settlement.models import CommissionRule
from tests.factories.reviews import make_order
from tests.isolation.aftermath import follow
from tests.shared_apps.gateways.customer import Customer
from tests.tenant_apps.settlement.people import earn
from themes.domain.versions import DesignChoice, start_from_preset

PASSWORD = "a quiet green harbour"
ROLES = ("customer", "vendor", "operator")


@dataclass
class Planted:
    """A tenant's people with their proofs, and the ids that lead to its things."""

    tenant: TenantContext
    public_mark: str
    secret_mark: str
    users: dict[str, User] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    access: dict[str, str] = field(default_factory=dict)
    refresh: str = ""

    @property
    def any_mark(self) -> re.Pattern[str]:
        # Slugs hold the public mark in small letters, and addresses are echoed: only the
        # mark as it was written gives a public thing away.
        return re.compile(f"{self.public_mark}|(?i:{self.secret_mark})")

    @property
    def private_mark(self) -> re.Pattern[str]:
        return re.compile(self.secret_mark, re.IGNORECASE)


def plant(tenant: TenantContext, customer: Customer) -> Planted:
    """Build the world of one tenant by the house's own operations; commits."""
    name = tenant.slug.upper()
    world = Planted(tenant, f"{name}PUBLICMARK7Q", f"{name}SECRETMARK7Q")
    with bound(tenant):
        for role in ROLES:
            world.users[role] = _person(world, role)
        _sell(world)
        _buy(world, customer)
        _object(world)
        _review(world)
        _keep(world)
        buyer = world.users["customer"].id
        world.ids |= follow(ids=world.ids, user_id=buyer, mark=world.secret_mark)
        while deliver_pending(at=now()).delivered:
            pass
        _arrange(world)
        _promote(world)
        _settle_terms(world)
        world.ids["handover"] = _token_of(_handover(world))
    _sign_in(world)
    return world


def _person(world: Planted, role: str) -> User:
    @operation
    def create() -> UUID:
        person = NewPerson(
            email=f"{role}-{world.secret_mark}@{world.tenant.slug}.example".lower(),
            name=f"{world.secret_mark} {role}",
            encoded_password=encode_password(PASSWORD),
            roles=frozenset({role, "customer"}),
            verified=True,
        )
        return create_person(person=person, acting=SYSTEM, at=now()).id

    return User.objects.get(id=create())


def _sell(world: Planted) -> None:
    """A shop with a category, a product on sale and a draft."""
    mark = world.public_mark
    vendor = register(
        application=Application(kind="vendor", name=f"{mark} Bowls", currency="EUR"),
        owner_id=world.users["vendor"].id,
        acting=SYSTEM,
        at=now(),
    )
    category_id = categories.create_category(
        draft=CategoryDraft(name=f"{mark} Bowls"), acting=SYSTEM, at=now()
    )
    product_id = _product(vendor.id, f"{mark} Bowl", category_id)
    publish_product(product_id=product_id, acting=SYSTEM, at=now())
    draft_id = _product(vendor.id, f"{world.secret_mark} Prototype", category_id)
    variant = Variant.objects.get(product_id=product_id)
    world.ids |= {
        "vendor": public_id("part", vendor.id),
        "vendor_slug": Partner.objects.get(id=vendor.id).slug,
        "product": public_id("prod", product_id),
        "draft": public_id("prod", draft_id),
        "product_slug": Product.objects.get(id=product_id).slug,
        "variant": public_id("var", variant.id),
        "variant_uuid": str(variant.id),
        "category": public_id("cat", category_id),
        "category_path": Category.objects.get(id=category_id).path,
        "member": world.users["vendor"].public_id,
    }


def _product(vendor_id: UUID, title: str, category_id: UUID) -> UUID:
    variant = VariantDraft(prices=(PriceDraft(Money.parse("24.50", "EUR")),), quantity=500)
    draft = ProductDraft(title=title, variants=(variant,), category_id=category_id)
    return products.create_product(vendor_id=vendor_id, draft=draft, acting=SYSTEM, at=now())


def _buy(world: Planted, customer: Customer) -> None:
    """A paid order of the customer, with everything about them in it."""
    mark, user = world.secret_mark, world.users["customer"]
    owner = CartOwner(user.id)
    variant_id = UUID(world.ids["variant_uuid"])
    add_to_cart(owner=owner, variant_id=variant_id, quantity=2, at=now())
    address = Address(
        name=f"{mark} Buyer", line1=f"1 {mark} Quay", city="Galway", country="IE", postcode="H91"
    )
    started = check_out(
        owner=owner,
        details=CheckoutDetails(email=user.email, address=address),
        acting=Actor("user", str(user.id), user.name, user.roles),
        at=now(),
    )
    customer.pay(started.redirect_url)
    payment = Payment.objects.get()
    finish_checkout(provider_id=payment.provider_id, at=now())
    add_to_cart(owner=owner, variant_id=variant_id, quantity=1, at=now())
    account = GatewayAccount.objects.get()
    world.ids |= {
        "tenant_slug": world.tenant.slug,
        "order": public_id("ord", Order.objects.get().id),
        "vendor_order": public_id("vord", VendorOrder.objects.get().id),
        "payment": payment.provider_id,
        "hook_kind": account.kind,
        "hook_token": account.endpoint_token,
    }


def _object(world: Planted) -> None:
    """What follows a payment: a card kept, a refund, a dispute, a message of the gateway."""
    mark, payment = world.secret_mark, Payment.objects.get()
    split = payment.splits.get()
    refund = Refund.objects.create(
        key=mark,
        request=mark,
        payment=payment,
        split=split,
        amount_minor=1,
        reason=mark,
        state="waived",
        created_at=now(),
    )
    dispute = Dispute.objects.create(
        provider_id=f"dp_{mark}",
        payment=payment,
        currency=payment.currency,
        amount_minor=1,
        reason=mark,
        evidence=mark,
        opened_at=now(),
    )
    card = SavedMethod.objects.create(
        user_id=world.users["customer"].id,
        account_id=payment.account_id,
        token=f"pm_{mark}",
        brand=mark,
        last4="4242",
        created_at=now(),
    )
    webhook_id = receive_webhook(
        provider="stripe",
        endpoint=str(payment.account_id),
        dedupe_key=mark,
        type=mark,
        raw=mark.encode(),
        headers={},
        at=now(),
    )
    world.ids |= {
        "payment_public": payment.public_id,
        "account": str(payment.account_id),
        "refund": refund.public_id,
        "dispute": dispute.public_id,
        "card": card.public_id,
        "webhook": str(webhook_id),
    }


def _review(world: Planted) -> None:
    """A second order that arrived, and what the customer says of it."""
    user, mark = world.users["customer"], world.secret_mark
    product_id = parse_public_id("prod", world.ids["product"])
    sent = operation(lambda: make_order(user.id, [product_id]))()
    review_id = write_review(
        subject=Ref("catalog.product", str(product_id)),
        order_id=sent.pk,
        wording=Wording(4, f"{world.public_mark} verdict", f"{world.public_mark} holds soup"),
        acting=Actor("user", str(user.id), f"Cy {mark}", user.roles),
        at=now(),
    )
    line = StockLine(UUID(world.ids["variant_uuid"]), 1)
    hold_id = hold_stock(lines=[line], minutes=600, acting=SYSTEM, at=now())
    held = StockReservation.objects.get(holder=str(hold_ref(hold_id)))
    vendor_id = parse_public_id("part", world.ids["vendor"])
    world.ids |= {
        "hold": public_id("hold", hold_id),
        "reservation": public_id("res", held.pk),
        "vendor_account": f"vendor:{vendor_id}",
    }
    world.ids |= {"review": public_id("rev", review_id), "sent_order": public_id("ord", sent.pk)}


def _settle_terms(world: Planted) -> None:
    """Taxes, ways of delivery of both kinds, and the customer's address book."""
    mark, at = world.secret_mark, now()
    vendor_id = parse_public_id("part", world.ids["vendor"])
    draft = TaxZoneDraft(f"{mark} zone", ["IE"], {"standard": Rate("VAT", 0)})
    zone_id = tax_editing.add_tax_zone(draft=draft, acting=SYSTEM, at=at)
    world.ids["tax_zone"] = public_id(tax_editing.ZONE_PREFIX, zone_id)
    for own, owner_id in (("vendor", vendor_id), ("operator", None)):
        zone = delivery_editing.add_delivery_zone(
            vendor_id=owner_id, name=f"{mark} isles", areas=["IE"], acting=SYSTEM, at=at
        )
        way = MethodDraft(name=f"{mark} Post", rate=RateDraft(Money.zero("EUR")))
        method_id = delivery_editing.add_method(vendor_id=owner_id, draft=way, acting=SYSTEM, at=at)
        world.ids |= {
            f"{own}_zone": public_id("zone", zone),
            f"{own}_delivery": public_id("dlv", method_id),
            f"{own}_rate": str(DeliveryRate.objects.get(method=method_id).pk),
        }
    address = Address(name=f"{mark} Home", line1="1", city="Galway", country="IE", postcode="H91")
    user = world.users["customer"]
    address_id = save_address(user_id=user.id, address=address, at=at)
    world.ids["address"] = public_id("addr", address_id)


def _keep(world: Planted) -> None:
    """A document, a mail, an audit record."""
    mark = world.secret_mark
    stored = store_private_file(
        data=mark.encode(), name=f"{mark}.pdf", content_type="", acting=SYSTEM, at=now()
    )
    send_message(
        template="account/email_confirmation_signup",
        to=f"reader-{mark}@example.com".lower(),
        context={"name": mark, "activate_url": f"http://{world.tenant.host}/{mark}"},
        at=now(),
    )

    @operation
    def note() -> None:
        subject = Ref("identity.user", str(world.users["operator"].id))
        record("test.mark", subject=subject, acting=SYSTEM, at=now(), changes={"mark": mark})

    note()
    picture = io.BytesIO()
    Image.new("RGB", (640, 480), (len(mark), 90, world.tenant.id.int % 200)).save(picture, "JPEG")
    image = store_image(data=picture.getvalue(), name=f"{mark}.jpg", acting=SYSTEM, at=now())
    file = StoredFile.objects.get(id=image.id)
    address = EmailAddress.objects.get(user=world.users["customer"])
    world.ids |= {
        "private_file": _token_of(private_url(file_id=stored.id)),
        "image": file.folder.rpartition("/")[2],
        "image_name": f"{file.variants['jpg'][0]}.jpg" if "jpg" in file.variants else "640.jpg",
        "confirm_key": EmailConfirmationHMAC(address).key,
        "reset_uid": user_pk_to_url_str(world.users["customer"]),
        "reset_key": ResetTokens().make_token(world.users["customer"]),
    }


def _arrange(world: Planted) -> None:
    rule = CommissionRule.objects.create(
        name=f"{world.secret_mark} rule",
        kind="vendor",
        target=str(uuid4()),
        bps=900,
        position=99,
        created_at=now(),
    )
    world.ids |= {"rule": str(rule.id), "commission_rule": public_id("crule", rule.id)}
    _pay_out(world)
    upload = Upload(
        kind="shopify-products",
        vendor_id=parse_public_id("part", world.ids["vendor"]),
        file=SimpleUploadedFile(f"{world.secret_mark}.csv", b"Handle,Title\nbowl,Bowl\n"),
        currency="EUR",
    )
    run_id = receive_upload(upload=upload, acting=SYSTEM, at=now())
    design = DesignChoice(theme="hearth", brand_name=world.tenant.name)
    draw = operation(lambda: start_from_preset(choice=design, acting=SYSTEM, at=now()))
    world.ids["design"] = str(draw())
    world.ids["import"] = public_id("imp", run_id)
    order = KeyOrder(f"{world.secret_mark} key", "secret", ("read_all",))
    made = make_key(order=order, owner=world.users["operator"], acting=SYSTEM, at=now())
    world.ids["key"] = public_id("key", made.id)


def _promote(world: Planted) -> None:
    """A vendor's promotion, a gift card, and something in the customer's wallet."""
    mark, vendor = world.secret_mark, world.users["vendor"]
    draft = PromotionDraft(
        title=f"{mark} week",
        kind="percentage",
        currency="EUR",
        bps=1000,
        code=f"{mark}10",
        starts_at=now(),
        bearer="vendor",
    )
    promotion_id = create_promotion(
        draft=draft,
        vendor_id=parse_public_id("part", world.ids["vendor"]),
        acting=Actor("user", str(vendor.id), vendor.name, vendor.roles),
        at=now(),
    )
    card = issue(
        draft=GiftCardDraft(Money.parse("25.00", "EUR"), note=f"{mark} note"),
        acting=SYSTEM,
        at=now(),
    )
    redeem(code=card.code, user_id=world.users["customer"].id, acting=SYSTEM, at=now())
    world.ids["promotion"] = public_id("promo", promotion_id)
    world.ids["gift_card"] = public_id("gift", card.id)


def _pay_out(world: Planted) -> None:
    """A payout of the vendor in a file for the operator's bank."""
    vendor_id = parse_public_id("part", world.ids["vendor"])
    iban = "DE89370400440532013000"
    choose_destination(
        partner_id=vendor_id,
        kind="bank",
        details=Details(name=f"{world.secret_mark} Bowls", iban=iban),
        acting=SYSTEM,
        at=now(),
    )
    choose_payer(payer=Payer(f"{world.secret_mark} Bank", iban), acting=SYSTEM, at=now())
    earn(vendor_id, at=now())
    payout_id = pay_now(
        partner_id=vendor_id, currency="EUR", key="planted", acting=SYSTEM, at=now()
    )
    file_id = export_bank_file(currency="EUR", acting=SYSTEM, at=now())
    world.ids |= {
        "payout": public_id("pout", payout_id),
        "bank_file": public_id("bfile", file_id),
    }


def _handover(world: Planted) -> str:
    operator = world.users["operator"]
    return issue_handover(to=world.tenant, user_id=operator.id, path="/", at=now())


def _token_of(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def _sign_in(world: Planted) -> None:
    """Everybody's cookies and tokens, got as they would get them."""
    host = world.tenant.host
    with bound(world.tenant):
        cache.clear()
    for role in ROLES:
        client = Client(HTTP_HOST=host)
        credentials = {"login": world.users[role].email, "password": PASSWORD}
        assert client.post("/account/login/", credentials).status_code == 302
        world.cookies[role] = {name: each.value for name, each in client.cookies.items()}
        body = {"email": world.users[role].email, "password": PASSWORD}
        pair = client.post("/api/v1/auth/token", body, content_type="application/json").json()
        world.access[role], world.refresh = pair["access"], pair["refresh"]
    guest = Client(HTTP_HOST=host)
    line = {"variant": world.ids["variant"], "quantity": 1}
    assert guest.post("/cart/lines/", line).status_code == 303
    world.cookies["guest"] = {name: each.value for name, each in guest.cookies.items()}
