"""Promotions with their codes and uses, gift cards with their sales, and the loyalty terms."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.money import BASIS_POINTS, Money
from shared_apps.kernel.pii import register_pii
from tenant_apps.promotions.lifecycle import (
    CODE_USE,
    GIFT_CARD,
    GIFT_CARD_SALE,
    PROMOTION,
    USE_COUNTS,
)


class Promotion(models.Model):
    """A discount that somebody gets by typing one of its codes.

    `targets` are ids of vendors or products, or paths of categories; without them no narrower
    scope than `all` can be stored. One made by a vendor is for that vendor's lines only, and the
    vendor bears it. `used_count` counts reserved and confirmed uses.
    """

    class Kind(models.TextChoices):
        PERCENTAGE = "percentage"
        FIXED = "fixed"
        FREE_DELIVERY = "free_delivery"

    class Scope(models.TextChoices):
        ALL = "all"
        VENDOR = "vendor"
        CATEGORY = "category"
        PRODUCT = "product"

    class Bearer(models.TextChoices):
        VENDOR = "vendor"
        OPERATOR = "operator"
        SHARED = "shared"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=120)
    vendor = models.ForeignKey(
        "partners.Partner", on_delete=models.PROTECT, null=True, related_name="promotions"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    bps = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    amount_minor = models.PositiveBigIntegerField(default=0)
    maximum_minor = models.PositiveBigIntegerField(default=0)
    minimum_minor = models.PositiveBigIntegerField(default=0)
    scope = models.CharField(max_length=10, choices=Scope.choices, default=Scope.ALL)
    targets: models.JSONField[Any, Any] = models.JSONField(default=list)
    bearer = models.CharField(max_length=10, choices=Bearer.choices)
    share_bps = models.PositiveIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    uses_max = models.PositiveIntegerField(null=True)
    uses_per_customer = models.PositiveIntegerField(null=True)
    used_count = models.PositiveIntegerField(default=0)
    is_stackable = models.BooleanField(default=False)
    is_first_order_only = models.BooleanField(default=False)
    is_voucher = models.BooleanField(default=False)
    state = models.CharField(max_length=40, default=PROMOTION.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            PROMOTION.constraint("promotion_state_known"),
            models.CheckConstraint(
                condition=Q(kind="percentage", bps__gt=0, bps__lte=BASIS_POINTS, amount_minor=0)
                | Q(kind="fixed", amount_minor__gt=0, bps=0, maximum_minor=0)
                | Q(kind="free_delivery", amount_minor=0, bps=0),
                name="promotion_takes_off_something",
            ),
            models.CheckConstraint(
                condition=Q(scope="all", targets=[])
                | (Q(scope__in=["vendor", "category", "product"]) & ~Q(targets=[])),
                name="promotion_scope_has_its_targets",
            ),
            models.CheckConstraint(
                condition=Q(bearer__in=["vendor", "operator"], share_bps=0)
                | Q(bearer="shared", share_bps__gt=0, share_bps__lt=BASIS_POINTS),
                name="promotion_shared_has_a_share",
            ),
            models.CheckConstraint(
                condition=Q(vendor=None) | Q(bearer="vendor"), name="promotion_of_vendor_is_theirs"
            ),
            models.CheckConstraint(
                condition=Q(uses_max=None) | Q(used_count__lte=F("uses_max")),
                name="promotion_used_within_uses",
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="promotion_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def public_id(self) -> str:
        return public_id("promo", self.id)


class PromotionMove(Move):
    """One change of a promotion's state."""

    subject = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="moves")


class PromotionCode(models.Model):
    """What the customer types; `key` is it in capitals without dashes. A voucher works once."""

    promotion = models.ForeignKey(Promotion, on_delete=models.CASCADE, related_name="codes")
    key = models.CharField(max_length=40, unique=True)
    text = models.CharField(max_length=60)
    batch = models.PositiveIntegerField(default=0)
    uses_max = models.PositiveIntegerField(null=True)
    used_count = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(key=""), name="promotion_code_has_a_key"),
            models.CheckConstraint(
                condition=Q(uses_max=None) | Q(used_count__lte=F("uses_max")),
                name="code_used_within_uses",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class CodeUse(models.Model):
    """One use of a code by one subject (an order): what it took off, and who used it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    promotion = models.ForeignKey(
        Promotion, on_delete=models.PROTECT, related_name="uses", db_index=False
    )
    code = models.ForeignKey(PromotionCode, on_delete=models.PROTECT, related_name="uses")
    subject = models.CharField(max_length=120)
    user_id = models.UUIDField(null=True)
    email = models.CharField(max_length=254, blank=True, default="")
    currency = models.CharField(max_length=3)
    off_minor = models.PositiveBigIntegerField()
    subsidy_minor = models.PositiveBigIntegerField()
    state = models.CharField(max_length=40, default=CODE_USE.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            CODE_USE.constraint("code_use_state_known"),
            models.UniqueConstraint(
                fields=["subject", "promotion"],
                condition=Q(state__in=USE_COUNTS),
                name="one_use_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(subsidy_minor__lte=F("off_minor")), name="subsidy_within_discount"
            ),
        ]
        indexes = [models.Index(fields=["promotion", "-created_at"], name="code_use_of_promotion")]

    def __str__(self) -> str:
        return f"{self.code_id} for {self.subject} ({self.state})"


class CodeUseMove(Move):
    """One change of a use's state."""

    subject = models.ForeignKey(CodeUse, on_delete=models.CASCADE, related_name="moves")


class GiftCardSale(models.Model):
    """A gift card that somebody pays for; its card will have the same id."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    buyer_id = models.UUIDField(null=True)
    buyer_email = models.CharField(max_length=254)
    buyer_name = models.CharField(max_length=120, blank=True, default="")
    recipient_email = models.CharField(max_length=254)
    recipient_name = models.CharField(max_length=120, blank=True, default="")
    message = models.CharField(max_length=500, blank=True, default="")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=40, default=GIFT_CARD_SALE.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            GIFT_CARD_SALE.constraint("gift_card_sale_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="sale_of_something"),
        ]

    def __str__(self) -> str:
        return f"gift card of {self.amount} ({self.state})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class GiftCardSaleMove(Move):
    """One change of a sale's state."""

    subject = models.ForeignKey(GiftCardSale, on_delete=models.CASCADE, related_name="moves")


class GiftCard(models.Model):
    """Stored value for whoever knows the code; of the code only a hash and its end are kept.

    The money is in the books as `gift_card:<id>`; that of a blocked card is set aside by
    `block_hold_id`. A card that was bought never expires.
    """

    class Origin(models.TextChoices):
        ISSUED = "issued"
        SOLD = "sold"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    code_hash = models.CharField(max_length=64, unique=True)
    code_end = models.CharField(max_length=4)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    recipient_email = models.CharField(max_length=254, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    expires_at = models.DateTimeField(null=True)
    block_hold_id = models.UUIDField(null=True)
    state = models.CharField(max_length=40, default=GIFT_CARD.initial)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            GIFT_CARD.constraint("gift_card_state_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="gift_card_of_something"),
            models.CheckConstraint(
                condition=Q(origin="issued") | Q(origin="sold", expires_at=None),
                name="bought_gift_card_never_expires",
            ),
        ]

    def __str__(self) -> str:
        return f"gift card …{self.code_end} ({self.state})"

    @property
    def public_id(self) -> str:
        return public_id("gift", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class GiftCardMove(Move):
    """One change of a gift card's state."""

    subject = models.ForeignKey(GiftCard, on_delete=models.CASCADE, related_name="moves")


class LoyaltyTerms(models.Model):
    """What part of a completed order comes back as wallet credit; one row, off at 0."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    bps = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="loyalty_terms_are_one"),
            models.CheckConstraint(condition=Q(bps__lte=BASIS_POINTS), name="loyalty_at_most_all"),
        ]

    def __str__(self) -> str:
        return f"{self.bps} bps"


class LoyaltyReward(models.Model):
    """What one subject gave its customer back; once per subject."""

    rights = "append_only"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    subject = models.CharField(max_length=120, unique=True)
    user_id = models.UUIDField(db_index=True)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.subject}: {self.amount_minor} {self.currency}"


register_pii("promotions.CodeUse", "email", "pseudonymise")
register_pii("promotions.GiftCardSale", "buyer_email", "pseudonymise")
register_pii("promotions.GiftCardSale", "buyer_name", "erase")
register_pii("promotions.GiftCardSale", "recipient_email", "pseudonymise")
register_pii("promotions.GiftCardSale", "recipient_name", "erase")
register_pii("promotions.GiftCardSale", "message", "erase")
register_pii("promotions.GiftCard", "recipient_email", "pseudonymise")
