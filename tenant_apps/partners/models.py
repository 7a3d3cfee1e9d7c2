"""Supply-side parties and the people who act for them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from guardian.models import UserObjectPermissionBase

from shared_apps.kernel.ids import uuid7
from shared_apps.kernel.lifecycle import Move
from shared_apps.kernel.pii import register_pii
from tenant_apps.partners.lifecycle import PARTNER


class Partner(models.Model):
    """One party that supplies something: a vendor, a driver, a host or an advertiser."""

    class Kind(models.TextChoices):
        VENDOR = "vendor"
        DRIVER = "driver"
        HOST = "host"
        ADVERTISER = "advertiser"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name = models.CharField(max_length=120)
    slug = models.CharField(max_length=140, unique=True)
    about = models.TextField(blank=True, default="")
    tagline = models.CharField(max_length=160, blank=True, default="")
    state = models.CharField(max_length=40, default=PARTNER.initial)
    contact_email = models.EmailField(max_length=254, blank=True, default="")
    country = models.CharField(max_length=2, blank=True, default="")
    currency = models.CharField(max_length=3)
    logo_file_id = models.UUIDField(null=True)
    closed_from = models.DateField(null=True)
    closed_until = models.DateField(null=True)
    created_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            PARTNER.constraint("partner_state_known"),
            models.CheckConstraint(
                condition=models.Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="partner_slug_is_a_slug",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_from__isnull=True)
                | models.Q(closed_until__isnull=True)
                | models.Q(closed_until__gte=models.F("closed_from")),
                name="partner_holiday_ends_after_it_starts",
            ),
        ]
        indexes = [models.Index(fields=["kind", "state", "-created_at"], name="partner_by_state")]

    def __str__(self) -> str:
        return f"{self.name} ({self.kind}, {self.state})"


class PartnerMove(Move):
    """One change of a partner's state."""

    subject = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="moves")


class TeamMember(models.Model):
    """A person who acts for a partner; the role says which grants were handed out."""

    class Role(models.TextChoices):
        OWNER = "owner"
        INVENTORY = "inventory"
        ORDERS = "orders"
        ACCOUNTING = "accounting"
        SUPPORT = "support"

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="team")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="partner_roles"
    )
    role = models.CharField(max_length=12, choices=Role.choices)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["partner", "user"], name="one_role_in_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} as {self.role}"


class PartnerGrant(UserObjectPermissionBase):
    """django-guardian's grant of one verb on one partner to one person."""

    content_object = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="grants")


register_pii("partners.Partner", "contact_email", "pseudonymise")
