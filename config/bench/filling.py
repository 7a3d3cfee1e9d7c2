"""`python -m config.bench.filling N`: one marketplace with N products, and what its pages ask the database."""

from __future__ import annotations

import json
import os
import sys
from datetime import datetime, timedelta
from io import BytesIO
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
django.setup()

from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from PIL import Image  # noqa: E402

from config.bench.plain import TABLE  # noqa: E402
from config.demo import people  # noqa: E402
from provisioning.domain.migrations import owner_connection  # noqa: E402
from provisioning.domain.owners import SignUp, sign_up  # noqa: E402
from provisioning.domain.signup import TenantOrder  # noqa: E402
from shared_apps.identity.domain.people import encode_password  # noqa: E402
from shared_apps.kernel.actor import SYSTEM, Actor  # noqa: E402
from shared_apps.kernel.clock import now  # noqa: E402
from shared_apps.kernel.context import TenantContext, tenant_context  # noqa: E402
from shared_apps.kernel.ids import public_id  # noqa: E402
from shared_apps.kernel.money import Money  # noqa: E402
from shared_apps.media.domain.files import store_image  # noqa: E402
from shared_apps.media.queries import picture_data  # noqa: E402
from tenant_apps.catalog.domain import attributes, categories, moderation, products  # noqa: E402
from tenant_apps.catalog.domain.drafts import (  # noqa: E402
    ImageDraft,
    OptionDraft,
    PriceDraft,
    ProductDraft,
    VariantDraft,
)
from tenant_apps.catalog.queries import categories_flat, product_at  # noqa: E402
from tenant_apps.discovery.domain.rebuild import rebuild_products  # noqa: E402
from tenant_apps.partners.domain import applications  # noqa: E402
from tenants.queries import find_by_slug  # noqa: E402

SLUG, VENDORS, SHELVES, PICTURES = "bench", 8, 10, 24
SIZES, COLOURS = ("S", "M", "L"), ("Red", "Blue", "Green", "Sand")
WORDS = ("Oak", "Linen", "Stone", "Copper", "Wool", "Glass", "Clay", "Cotton", "Ash", "Steel")
THINGS = ("bowl", "scarf", "lamp", "chair", "mug", "rug", "vase", "shelf", "basket", "clock")


def fill(count: int) -> TenantContext:
    """The marketplace, made by the functions that the product itself uses."""
    found = find_by_slug(SLUG)
    if found is not None:
        return found
    at = now()
    order = TenantOrder(
        slug=SLUG, name="Bench", owner_email="operator@bench.example", tier="scale", theme="hearth"
    )
    sign_up(form=SignUp(order, os.urandom(12).hex()), at=at)
    found = find_by_slug(SLUG)
    if found is None:
        raise RuntimeError("the marketplace did not come to life")
    with tenant_context(found):
        shelves, images = _furnish(at)
        vendors = [_vendor(number, at) for number in range(VENDORS)]
        for number in range(count):
            vendor_id, acting = vendors[number % VENDORS]
            draft = _draft(number, shelves[number % SHELVES], images)
            stamp = at - timedelta(minutes=number)
            product_id = products.create_product(
                vendor_id=vendor_id, draft=draft, acting=acting, at=stamp
            )
            moderation.submit(product_id=product_id, acting=acting, at=stamp)
            moderation.publish_product(product_id=product_id, acting=SYSTEM, at=stamp)
        rebuild_products(at=now())
    _reference_rows()
    return found


def _furnish(at: datetime) -> tuple[list[UUID], list[ImageDraft]]:
    attributes.define_attribute(
        draft=attributes.AttributeDraft(
            name="Material", code="material", kind="single", choices=WORDS
        ),
        acting=SYSTEM,
        at=at,
    )
    for place in range(SHELVES):
        draft = categories.CategoryDraft(name=f"Shelf {place}", position=place)
        categories.create_category(draft=draft, acting=SYSTEM, at=at)
    return [node.id for node in categories_flat()], [_image(n, at) for n in range(PICTURES)]


def _image(number: int, at: datetime) -> ImageDraft:
    body = BytesIO()
    Image.new("RGB", (1600, 2000), (number * 10, 90, 200 - number * 5)).save(body, "JPEG")
    stored = store_image(data=body.getvalue(), name=f"{number}.jpg", acting=SYSTEM, at=at)
    data = picture_data([stored.id])[stored.id]
    sources = {kind: dict(widths) for kind, widths in data.sources.items()}
    picture = {"src": data.src, "width": data.width, "height": data.height, "sources": sources}
    return ImageDraft(file_id=stored.id, alt="A thing", picture=picture)


def _vendor(number: int, at: datetime) -> tuple[UUID, Actor]:
    password = people.Password("", encode_password(os.urandom(12).hex()))
    email = f"vendor{number}@bench.example"
    owner = people.settle(email=email, name=f"Shop {number}", password=password, at=at)
    application = applications.Application(
        kind="vendor",
        name=f"Shop {number}",
        currency="EUR",
        contact_email=email,
        country="DE",
    )
    acting = people.actor(owner)
    partner = applications.apply(application=application, acting=acting, at=at)
    return applications.approve(partner_id=partner.id, acting=SYSTEM, at=at).id, acting


def _draft(number: int, shelf: UUID, images: list[ImageDraft]) -> ProductDraft:
    word, thing = WORDS[number % 10], THINGS[number // 10 % 10]
    price = Money(1000 + number * 7, "EUR")
    was = Money(price.minor + 500, "EUR") if number % 5 == 0 else None
    colours = COLOURS[: 1 + number % 4]
    variants = tuple(
        VariantDraft(
            prices=(PriceDraft(price, was),),
            option_values=(colour, size),
            sku=f"B{number}-{colour}-{size}",
            quantity=10_000,
            is_tracked=True,
            image=0,
        )
        for colour in colours
        for size in SIZES
    )
    return ProductDraft(
        title=f"{word} {thing} number {number}",
        slug=f"piece-{number}",
        description_html=f"<p>A {thing} of {word.lower()}, made by hand. {'Good for years. ' * 12}</p>",
        category_id=shelf,
        attributes={"material": word},
        options=(OptionDraft("Colour", colours), OptionDraft("Size", SIZES)),
        variants=variants,
        images=tuple(images[(number + step) % len(images)] for step in range(3)),
    )


def _reference_rows() -> None:
    with owner_connection().cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE public.{TABLE} AS SELECT n AS id, 'Oak bowl number ' || n AS title,"  # noqa: S608  (our own constants)
            " repeat('Made by hand. ', 8) AS summary, '/p/piece-' || n || '/' AS url,"
            " 1000 + n AS price_minor, 'EUR' AS currency FROM generate_series(1, 1000) n"
        )


def paths() -> dict[str, str]:
    """The measured addresses by kind; `{n}` makes one that nobody asked for in the last seconds."""
    return {
        "home HTML": "/",
        "list of 24 HTML": "/c/shelf-3/",
        "list of 24 HTML, asked anew": "/c/shelf-3/?max={n}",
        "list of 24 JSON": "/api/v1/products",
        "list of 24 JSON, asked anew": "/api/v1/products?price_lte={n}",
        "product detail HTML": "/p/piece-7/",
        "product detail HTML, asked anew": "/p/piece-7/?variant=v{n}",
        "search HTML": "/search/?q=oak",
        "search HTML, asked anew": "/search/?q=oak&max={n}",
    }


def queries(tenant: TenantContext, path: str) -> int:
    """What one more visitor costs, in a process that has served this page before."""
    client = Client(HTTP_HOST=tenant.host)
    client.get(path.format(n=90_000))
    with CaptureQueriesContext(connection) as captured:
        client.get(path.format(n=90_001))
    return len(captured)


def main() -> int:
    tenant = fill(int(sys.argv[1]))
    with tenant_context(tenant):
        product = product_at("piece-7")
    kinds = paths()
    facts = {
        "host": tenant.host,
        "paths": kinds,
        "queries": {kind: queries(tenant, path) for kind, path in kinds.items()},
        "variants": [each.public_id for each in product.variants],
        "product": public_id("prod", product.id),
    }
    sys.stdout.write(json.dumps(facts) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
