"""What the matrix must know of each route: a row for every one, or the suite fails.

`anonymous` is what a visitor gets by GET for another tenant's ids. `shown_to` names who, at home,
sees a planted mark on the page: that proves the matrix could find one. `ids` says with which of
Alpha's ids the arguments are filled; `fixed` fills those that name nothing of anybody's.
`also` are statuses that are right although they are not "unknown here", with a comment why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Row:
    surface: str
    pattern: str
    anonymous: int
    shown_to: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    also: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[str, str]:
        return self.surface, self.pattern


def row(
    surface: str,
    pattern: str,
    anonymous: int = 200,
    *,
    shown_to: str = "",
    fixed: Mapping[str, str] | None = None,
    also: tuple[int, ...] = (),
    **ids: str,
) -> Row:
    return Row(surface, pattern, anonymous, shown_to, ids, fixed or {}, frozenset(also))


_CONFIRM = r"account/^confirm-email/(?P<key>[-:\w]+)/$"
_RESET = r"account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"
_IMAGE = r"^media/(?P<sha256>[0-9a-f]{64})/(?P<name>[0-9]{1,4}\.(?:jpg|png|webp|avif))$"


def _account(surface: str) -> list[Row]:
    """Account pages, the same on every surface."""
    own = "customer" if surface == "tenant" else ""
    return [
        row(surface, "account/", 302, shown_to=own),
        row(surface, "account/login/"),
        row(surface, "account/logout/", 302),
        row(surface, "account/inactive/"),
        row(surface, "account/signup/"),
        row(surface, "account/reauthenticate/", 302),
        row(surface, "account/email/", 302, shown_to=own),
        row(surface, "account/confirm-email/"),
        row(surface, "account/password/change/", 302),
        row(surface, "account/password/set/", 302),
        row(surface, "account/password/reset/"),
        row(surface, "account/login/code/confirm/", 302),
        # Both pages say in words that the link is not valid, whoever asks.
        row(surface, _CONFIRM, 200, also=(200,), key="confirm_key"),
        row(surface, "account/password/reset/key/done/"),
        row(surface, _RESET, 200, also=(200,), uidb36="reset_uid", key="reset_key"),
        row(surface, "account/password/reset/done/"),
        row(surface, "account/2fa/", 302),
        row(surface, "account/2fa/authenticate/", 302),
        row(surface, "account/2fa/reauthenticate/", 302),
        row(surface, "account/2fa/totp/activate/", 302),
        row(surface, "account/2fa/totp/deactivate/", 302),
        row(surface, "account/2fa/recovery-codes/", 302),
        row(surface, "account/2fa/recovery-codes/generate/", 302),
        row(surface, "account/2fa/recovery-codes/download/", 302),
        row(surface, "sign-in/", 302),
        row(surface, "sign-out/", 302),
    ]


def _media(surface: str) -> list[Row]:
    return [
        row(surface, _IMAGE, 404, sha256="image", name="image_name"),
        row(surface, "media/private/<str:token>/", 401, token="private_file"),
        row(surface, "icon.svg"),
    ]


_TENANT_PLATFORM = [
    row("tenant", r"^t/(?P<css_hash>[0-9a-f]{16})\.css$", 404, fixed={"css_hash": "0" * 16}),
    row("tenant", "manifest.webmanifest"),
    row("tenant", "robots.txt"),
    row("tenant", "account/role/", 302),
    row("tenant", "handover/platform/", 302),
    row("tenant", "handover/<str:token>/", 401, token="handover"),
    row("tenant", "api/v1/auth/token", 405),
    row("tenant", "api/v1/auth/refresh", 405),
    row("tenant", "api/v1/auth/verify", 405),
    row("tenant", "api/v1/auth/revoke", 405),
    row("tenant", "api/schema/"),
    row("tenant", "api/v1/me", 401, shown_to="customer"),
]
_STOREFRONT = [
    row("tenant", ""),
    row("tenant", "categories/", shown_to="anonymous"),
    row("tenant", "c/<path:path>/", 404, shown_to="anonymous", path="category_path"),
    row("tenant", "search/", shown_to="anonymous"),
    row("tenant", "search/suggest/"),
    row("tenant", "p/<slug:slug>/", 404, shown_to="anonymous", slug="product_slug"),
    row("tenant", "shops/", shown_to="anonymous"),
    row("tenant", "shops/<slug:slug>/", 404, shown_to="anonymous", slug="vendor_slug"),
]
_BUYING = [
    row("tenant", "cart/", shown_to="customer"),
    row("tenant", "cart/lines/", 405),
    row("tenant", "cart/lines/<str:variant>/", 405, variant="variant"),
    row("tenant", "cart/changes/", 405),
    row("tenant", "checkout/", 302, shown_to="customer"),
    row("tenant", "checkout/return/", 404),
    row("tenant", "orders/", 200),
    row("tenant", "orders/<str:public>/", 404, shown_to="customer", public="order"),
    row("tenant", "api/v1/cart", shown_to="customer"),
    row("tenant", "api/v1/cart/lines", 405),
    row("tenant", "api/v1/cart/lines/<str:variant>", 405, variant="variant"),
    row("tenant", "api/v1/cart/changes", 405),
    row("tenant", "api/v1/checkout", 405),
    row("tenant", "api/v1/orders"),
    row("tenant", "api/v1/orders/<str:public>", 404, shown_to="customer", public="order"),
    row(
        "tenant",
        "hooks/<slug:kind>/<str:token>/",
        405,
        kind="hook_kind",
        token="hook_token",
    ),
]
_VENDOR = "api/v1/vendors/<str:partner_id>"
_CATALOGUE_API = [
    row("tenant", "api/v1/categories", shown_to="anonymous"),
    row("tenant", "api/v1/products", shown_to="anonymous"),
    row(
        "tenant",
        "api/v1/products/<str:product_id>",
        404,
        shown_to="anonymous",
        product_id="product",
    ),
    row("tenant", "api/v1/search/suggestions", shown_to="anonymous"),
    row("tenant", "api/v1/vendors", shown_to="anonymous"),
    row("tenant", _VENDOR, 404, shown_to="anonymous", partner_id="vendor"),
    row("tenant", f"{_VENDOR}/imports", 401, shown_to="vendor", partner_id="vendor"),
    row("tenant", f"{_VENDOR}/products", 401, shown_to="vendor", partner_id="vendor"),
    row(
        "tenant",
        f"{_VENDOR}/products/<str:product_id>",
        401,
        shown_to="vendor",
        partner_id="vendor",
        product_id="draft",
    ),
    row(
        "tenant",
        f"{_VENDOR}/products/<str:product_id>/<str:move>",
        401,
        fixed={"move": "submission"},
        partner_id="vendor",
        product_id="draft",
    ),
    row("tenant", f"{_VENDOR}/stock", 401, shown_to="vendor", partner_id="vendor"),
    row(
        "tenant",
        f"{_VENDOR}/variants/<str:variant_id>/stock",
        401,
        partner_id="vendor",
        variant_id="variant",
    ),
    row("tenant", "api/v1/imports/<str:run_id>", 401, shown_to="vendor", run_id="import"),
    row("tenant", "api/v1/imports/<str:run_id>/issues", 401, run_id="import"),
    row("tenant", "api/v1/partners", 401, shown_to="operator"),
    row("tenant", "api/v1/partners/<str:partner_id>", 401, shown_to="vendor", partner_id="vendor"),
    row(
        "tenant",
        "api/v1/partners/<str:partner_id>/team",
        401,
        shown_to="vendor",
        partner_id="vendor",
    ),
    row(
        "tenant",
        "api/v1/partners/<str:partner_id>/<str:decision>",
        401,
        fixed={"decision": "suspension"},
        partner_id="vendor",
    ),
]
_SELLING = [
    row("tenant", "partner/orders/", 302, shown_to="vendor"),
    row("tenant", "partner/orders/<str:public>/", 302, shown_to="vendor", public="vendor_order"),
    row("tenant", "partner/orders/<str:public>/processing/", 405, public="vendor_order"),
    row("tenant", "partner/orders/<str:public>/fulfilment/", 405, public="vendor_order"),
    row("tenant", "partner/orders/<str:public>/delivery/", 405, public="vendor_order"),
    row("tenant", "partner/orders/<str:public>/cancellation/", 405, public="vendor_order"),
    row("tenant", "api/v1/partner/orders", 401, shown_to="vendor"),
    row(
        "tenant",
        "api/v1/partner/orders/<str:public>",
        401,
        shown_to="vendor",
        public="vendor_order",
    ),
    row("tenant", "api/v1/partner/orders/<str:public>/fulfilment", 401, public="vendor_order"),
    row("tenant", "api/v1/partner/orders/<str:public>/delivery", 401, public="vendor_order"),
]
_MANAGING = [
    row("tenant", "manage/payments/", 302),
    row("tenant", "api/v1/keys", 401, shown_to="operator"),
    row("tenant", "api/v1/keys/<str:key_id>", 401, key_id="key"),
    row("tenant", "manage/keys/", 302, shown_to="operator"),
    row("tenant", "manage/keys/<str:key_id>/removal/", 405, key_id="key"),
    row("tenant", "manage/commission/", 302, shown_to="operator"),
    row("tenant", "manage/commission/release/", 405),
    row("tenant", "manage/commission/new/", 302),
    row("tenant", "manage/commission/explain/", 302, shown_to="operator"),
    row("tenant", "manage/commission/<uuid:rule_id>/", 302, shown_to="operator", rule_id="rule"),
    row("tenant", "manage/commission/<uuid:rule_id>/move/", 405, rule_id="rule"),
    row("tenant", "manage/commission/<uuid:rule_id>/switch/", 405, rule_id="rule"),
    row("tenant", "manage/commission/<uuid:rule_id>/removal/", 405, rule_id="rule"),
    row("tenant", "manage/payouts/", 302, shown_to="operator"),
    row("tenant", "manage/payouts/pay/", 405),
    row("tenant", "manage/payouts/terms/", 302),
    row("tenant", "manage/payouts/payer/", 405),
    row("tenant", "manage/payouts/files/", 405),
    row("tenant", "manage/payouts/files/<str:public>/sepa.xml", 302, public="bank_file"),
    row("tenant", "manage/payouts/files/<str:public>/payouts.csv", 302, public="bank_file"),
    row("tenant", "manage/payouts/files/<str:public>/paid/", 405, public="bank_file"),
    row("tenant", "manage/payouts/<str:public>/", 302, shown_to="operator", public="payout"),
    row(
        "tenant",
        "manage/payouts/<str:public>/<slug:decision>/",
        405,
        fixed={"decision": "arrival"},
        public="payout",
    ),
    row("tenant", "partner/earnings/", 302, shown_to="vendor"),
    row("tenant", "partner/earnings/settings/", 302, shown_to="vendor"),
    row("tenant", "partner/earnings/settings/onboarding/", 405),
    row("tenant", "partner/earnings/settings/return/", 302),
    row("tenant", "partner/earnings/<str:month>/", 302, fixed={"month": "2026-11"}),
    row(
        "tenant",
        "partner/earnings/<str:month>/statement.csv",
        302,
        fixed={"month": "2026-11"},
    ),
    row(
        "tenant",
        "partner/earnings/<str:month>/statement.pdf",
        302,
        fixed={"month": "2026-11"},
    ),
    row("tenant", "api/v1/commission-rules", 401, shown_to="operator"),
    row("tenant", "api/v1/commission-rules/simulation", 401),
    row("tenant", "api/v1/commission-rules/explanation", 401),
    row("tenant", "api/v1/commission-rules/<str:public>", 401, public="commission_rule"),
    row("tenant", "api/v1/payouts", 401),
    row("tenant", "api/v1/payouts/<str:public>", 401, public="payout"),
    row("tenant", "api/v1/earnings", 401),
    row("tenant", "api/v1/earnings/balances", 401),
    row("tenant", "api/v1/statements", 401),
    row("tenant", "manage/orders/", 302, shown_to="operator"),
    row("tenant", "manage/orders/<str:public>/", 302, shown_to="operator", public="order"),
    row("tenant", "manage/vendor-orders/<str:public>/delivery/", 405, public="vendor_order"),
]
_STORED_VALUE = [
    row("tenant", "account/wallet/", 302),
    row("tenant", "account/wallet/statement.csv", 302),
    row("tenant", "account/wallet/top-up/", 405),
    row("tenant", "account/wallet/return/", 302),
    row("tenant", "account/wallet/gift-card/", 405),
    row("tenant", "gift-cards/"),
    row("tenant", "gift-cards/balance/"),
    row("tenant", "gift-cards/return/", 404),
    row("tenant", "manage/wallets/", 302, shown_to="operator"),
    row("tenant", "manage/wallets/<str:public>/", 302, shown_to="operator", public="member"),
    row("tenant", "manage/gift-cards/", 302, shown_to="operator"),
    row("tenant", "manage/gift-cards/<str:public>/move/", 405, public="gift_card"),
    row("tenant", "api/v1/wallet", 401),
    row("tenant", "api/v1/wallet/statement", 401),
    row("tenant", "api/v1/wallet/top-ups", 401),
    row("tenant", "api/v1/gift-cards", 401, shown_to="operator"),
    row("tenant", "api/v1/gift-cards/balance", 405),
    row("tenant", "api/v1/gift-cards/purchases", 405),
    row("tenant", "api/v1/gift-cards/redemptions", 401),
]
_PROMOTING = [
    row("tenant", "manage/promotions/", 302, shown_to="operator"),
    row("tenant", "manage/promotions/new/", 302),
    row("tenant", "manage/promotions/<str:public>/", 302, shown_to="operator", public="promotion"),
    row(
        "tenant",
        "manage/promotions/<str:public>/change/",
        302,
        shown_to="operator",
        public="promotion",
    ),
    row("tenant", "manage/promotions/<str:public>/move/", 405, public="promotion"),
    row("tenant", "manage/promotions/<str:public>/vouchers/", 405, public="promotion"),
    row("tenant", "manage/promotions/<str:public>/codes.csv", 302, public="promotion"),
    row("tenant", "partner/promotions/", 302, shown_to="vendor"),
    row("tenant", "partner/promotions/new/", 302),
    row("tenant", "partner/promotions/<str:public>/", 302, shown_to="vendor", public="promotion"),
    row(
        "tenant",
        "partner/promotions/<str:public>/change/",
        302,
        shown_to="vendor",
        public="promotion",
    ),
    row("tenant", "partner/promotions/<str:public>/move/", 405, public="promotion"),
    row("tenant", "partner/promotions/<str:public>/vouchers/", 405, public="promotion"),
    row("tenant", "partner/promotions/<str:public>/codes.csv", 302, public="promotion"),
    row("tenant", "api/v1/promotions", 401, shown_to="operator"),
    row("tenant", "api/v1/promotions/<str:public>", 401, shown_to="vendor", public="promotion"),
    row("tenant", "api/v1/promotions/<str:public>/codes", 401, public="promotion"),
    row(
        "tenant",
        "api/v1/promotions/<str:public>/<str:move>",
        401,
        fixed={"move": "pause"},
        public="promotion",
    ),
]
_SHOPKEEPING = [
    row("tenant", "partner/", 302),
    row("tenant", "partner/analytics/", 302, shown_to="vendor"),
    row("tenant", "partner/apply/", 302),
    row("tenant", "partner/apply/again/", 405),
    row("tenant", "partner/search/", 302),
    row("tenant", "partner/settings/", 302, shown_to="vendor"),
    row("tenant", "partner/team/", 302, shown_to="vendor"),
    row("tenant", "partner/team/<str:public>/removal/", 405, public="member"),
    row("tenant", "partner/team/<str:public>/role/", 405, public="member"),
    row("tenant", "partner/imports/", 302, shown_to="vendor"),
    row("tenant", "partner/imports/<str:public>/", 302, shown_to="vendor", public="import"),
    row("tenant", "partner/imports/<str:public>/again/", 405, public="import"),
    row("tenant", "partner/imports/<str:public>/stop/", 405, public="import"),
    row("tenant", "partner/products/", 302, shown_to="vendor"),
    row("tenant", "partner/products/new/", 302),
    row("tenant", "partner/products/<str:public>/", 302, shown_to="vendor", public="draft"),
    row("tenant", "partner/products/<str:public>/move/", 405, public="draft"),
    row("tenant", "partner/products/<str:public>/options/", 405, public="draft"),
    row("tenant", "partner/products/<str:public>/pictures/", 405, public="draft"),
    row("tenant", "partner/products/<str:public>/uploads/", 405, public="draft"),
    row("tenant", "partner/products/<str:public>/variants/", 405, public="draft"),
    row("tenant", "partner/stock/", 302, shown_to="vendor"),
    row("tenant", "partner/stock/<str:public>/", 302, shown_to="vendor", public="variant"),
    row("tenant", "partner/stock/<str:public>/count/", 405, public="variant"),
    row("tenant", "partner/stock/<str:public>/movements/", 405, public="variant"),
    row("tenant", "partner/stock/<str:public>/settings/", 405, public="variant"),
    row(
        "tenant",
        "partner/stock/<str:public>/holds/<str:reservation>/release/",
        405,
        public="variant",
        reservation="reservation",
    ),
]
_REVIEWING = [
    row("tenant", "reviews/<str:public>/", 404, shown_to="anonymous", public="product"),
    row("tenant", "reviews/<str:public>/revision/", 405, public="review"),
    row("tenant", "reviews/<str:public>/withdrawal/", 405, public="review"),
    row("tenant", "reviews/<str:public>/reports/", 405, public="review"),
    row("tenant", "orders/<str:public>/reviews/", 302, shown_to="customer", public="sent_order"),
    row(
        "tenant",
        "orders/<str:public>/reviews/<str:subject>/",
        405,
        public="sent_order",
        subject="product",
    ),
    row("tenant", "partner/reviews/", 302, shown_to="vendor"),
    row("tenant", "partner/reviews/<str:public>/reply/", 405, public="review"),
    row("tenant", "partner/orders/<str:public>/buyer-review/", 405, public="vendor_order"),
    row("tenant", "manage/reviews/", 302, shown_to="operator"),
    row(
        "tenant",
        "manage/reviews/<str:public>/<str:decision>/",
        405,
        fixed={"decision": "publication"},
        public="review",
    ),
    row("tenant", "api/v1/reviews", 422),
    row("tenant", "api/v1/reviews/<str:review_id>", 401, shown_to="customer", review_id="review"),
    row("tenant", "api/v1/reviews/<str:review_id>/reply", 401, review_id="review"),
    row("tenant", "api/v1/reviews/<str:review_id>/reports", 401, review_id="review"),
]
_INVENTORY = [
    row("tenant", "api/v1/inventory/check", 405),
    row("tenant", "api/v1/inventory/products/<str:product_id>", 404, product_id="product"),
    row(
        "tenant",
        "api/v1/inventory/shops/<str:partner_id>",
        401,
        shown_to="vendor",
        partner_id="vendor",
    ),
    row("tenant", "api/v1/inventory/variants/<str:variant_id>", 401, variant_id="variant"),
    row(
        "tenant",
        "api/v1/inventory/variants/<str:variant_id>/movements",
        401,
        variant_id="variant",
    ),
    row("tenant", "api/v1/inventory/reservations", 401),
    row("tenant", "api/v1/inventory/reservations/<str:hold_id>", 401, hold_id="hold"),
]
_BOOKS = [
    row("tenant", "manage/money/", 302, shown_to="operator"),
    row("tenant", "manage/books/", 302),
    row("tenant", "manage/books/journal/", 302),
    row("tenant", "manage/books/checks/", 302),
    row("tenant", "manage/books/accounts/<str:code>/", 302, code="vendor_account"),
    row("tenant", "api/v1/books/accounts", 401),
    row("tenant", "api/v1/books/accounts/<str:code>/statement", 401, code="vendor_account"),
    row("tenant", "api/v1/books/journal", 401),
    row("tenant", "api/v1/books/checks", 401),
]
_BACK_OFFICE = [
    row("tenant", "manage/", 302),
    row("tenant", "manage/approvals/", 302),
    row("tenant", "manage/approvals/<str:public>/", 302, shown_to="operator", public="draft"),
    row("tenant", "manage/approvals/<str:public>/approve/", 405, public="draft"),
    row("tenant", "manage/approvals/<str:public>/reject/", 405, public="draft"),
    row("tenant", "manage/brand/", 302),
    row("tenant", "manage/brand/versions/<uuid:version_id>/restore/", 405, version_id="design"),
    row("tenant", "manage/categories/", 302, shown_to="operator"),
    row("tenant", "manage/categories/<str:public>/", 302, shown_to="operator", public="category"),
    row("tenant", "manage/categories/<str:public>/removal/", 405, public="category"),
    row("tenant", "manage/partners/", 302, shown_to="operator"),
    row("tenant", "manage/partners/<str:public>/", 302, shown_to="operator", public="vendor"),
    row("tenant", "manage/partners/<str:public>/decision/", 405, public="vendor"),
    row("tenant", "manage/people/", 302),
    row("tenant", "manage/people/<str:public>/grant/", 405, public="member"),
    row("tenant", "manage/people/<str:public>/revoke/", 405, public="member"),
    row("tenant", "manage/search/", 302),
    row("tenant", "manage/subscription/", 302),
]
_ONE_WAY = "delivery/<str:method>/"


def _delivery(surface: str, shown_to: str) -> list[Row]:
    """Ways of delivery, the vendor's and the operator's."""
    base, own = f"{surface}/delivery/", shown_to
    names = {"method": f"{own}_delivery", "zone": f"{own}_zone", "rate": f"{own}_rate"}
    one = f"{surface}/{_ONE_WAY}"
    return [
        row("tenant", base, 302, shown_to=shown_to),
        row("tenant", f"{base}methods/", 405),
        row("tenant", f"{base}zones/", 405),
        row("tenant", f"{base}zones/<str:zone>/removal/", 405, zone=names["zone"]),
        row("tenant", f"{one}rates/", 405, method=names["method"]),
        row(
            "tenant",
            f"{one}rates/<int:rate>/removal/",
            405,
            method=names["method"],
            rate=names["rate"],
        ),
        row("tenant", f"{one}offer/", 405, method=names["method"]),
        row("tenant", f"{one}removal/", 405, method=names["method"]),
    ]


_TERMS = [
    *_delivery("partner", "vendor"),
    row("tenant", "partner/delivery/minimum/", 405),
    *_delivery("manage", "operator"),
    row("tenant", "manage/taxes/", 302, shown_to="operator"),
    row("tenant", "manage/taxes/vendors/", 405),
    row("tenant", "manage/taxes/zones/", 405),
    row("tenant", "manage/taxes/zones/<str:public>/", 302, shown_to="operator", public="tax_zone"),
    row("tenant", "manage/taxes/zones/<str:public>/removal/", 405, public="tax_zone"),
    row("tenant", "cart/codes/", 405),
    row("tenant", "cart/codes/removal/", 405),
    row("tenant", "account/addresses/", 302, shown_to="customer"),
    row("tenant", "account/addresses/<str:public>/", 302, shown_to="customer", public="address"),
    row("tenant", "account/addresses/<str:public>/default/", 405, public="address"),
    row("tenant", "account/addresses/<str:public>/removal/", 405, public="address"),
    row("tenant", "api/v1/addresses", 401, shown_to="customer"),
    row("tenant", "api/v1/addresses/<str:public>", 401, shown_to="customer", public="address"),
    row("tenant", "api/v1/cart/codes", 405),
    row("tenant", "api/v1/cart/codes/<str:code>", 405, fixed={"code": "TEN"}),
    row("tenant", "api/v1/cart/quote", 405),
    row("tenant", "api/v1/cart/payment-methods"),
]
_SITE = [
    row("site", ""),
    row("site", "pricing/"),
    row("site", "sign-up/"),
    row("site", "sign-up/check/"),
    row("site", "marketplaces/", 302),
    row("site", "marketplaces/<slug:slug>/", 302, slug="tenant_slug"),
    row("site", "handover/<str:token>/", 401, token="handover"),
]
_CONSOLE = [
    row("console", "api/platform/v1/pool", 401),
    row("console", "api/platform/v1/tenants", 401),
    row("console", "api/platform/v1/tenants/<slug:slug>", 401, slug="tenant_slug"),
    row("console", "api/platform/v1/tenants/<slug:slug>/closure", 401, slug="tenant_slug"),
    row("console", "api/platform/v1/tenants/<slug:slug>/suspension", 401, slug="tenant_slug"),
    row("console", "api/v1/auth/token", 405),
    row("console", "api/v1/auth/refresh", 405),
    row("console", "api/v1/auth/verify", 405),
    row("console", "api/v1/auth/revoke", 405),
    row("console", "api/v1/me", 401),
    row("console", "", 302),
    row("console", "tenants/new/", 302),
    row("console", "tenants/<slug:slug>/", 302, slug="tenant_slug"),
    row("console", "tenants/<slug:slug>/tier/", 405, slug="tenant_slug"),
    row("console", "tenants/<slug:slug>/suspend/", 405, slug="tenant_slug"),
    row("console", "tenants/<slug:slug>/resume/", 405, slug="tenant_slug"),
    row("console", "tenants/<slug:slug>/close/", 405, slug="tenant_slug"),
    row("console", "pool/", 302),
    row("console", "takes/", 302),
    # Only where mails are written to files, which is neither here nor in production.
    row("console", "dev/mailbox/", 404),
    row("console", "dev/mailbox/<str:mail_id>/", 404, fixed={"mail_id": "0" * 32}),
    row("console", "dev/mailbox/<str:mail_id>/body/", 404, fixed={"mail_id": "0" * 32}),
    row("console", "robots.txt"),
]

ROWS: list[Row] = [
    *_TENANT_PLATFORM,
    *_STOREFRONT,
    *_BUYING,
    *_CATALOGUE_API,
    *_SELLING,
    *_MANAGING,
    *_STORED_VALUE,
    *_PROMOTING,
    *_SHOPKEEPING,
    *_REVIEWING,
    *_INVENTORY,
    *_BOOKS,
    *_BACK_OFFICE,
    *(each for surface in ("tenant", "site", "console") for each in _account(surface)),
    *(each for surface in ("tenant", "site", "console") for each in _media(surface)),
    *_TERMS,
    *_SITE,
    *_CONSOLE,
]
