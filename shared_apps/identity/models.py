"""People of one tenant, or of the platform: accounts, roles, refresh tokens, spent links."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.ids import public_id, uuid7
from shared_apps.kernel.pii import register_pii


class Role(models.TextChoices):
    """What a person may be in one marketplace; one account can be several."""

    OPERATOR = "operator", _("Operator")
    STAFF = "staff", _("Staff")
    VENDOR = "vendor", _("Vendor")
    DRIVER = "driver", _("Driver")
    HOST = "host", _("Host")
    ADVERTISER = "advertiser", _("Advertiser")
    CUSTOMER = "customer", _("Customer")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with one account in one schema.

    `kind` is what the platform knows: in `public` staff or owner, in a tenant always person.
    """

    class Kind(models.TextChoices):
        PERSON = "person"
        OWNER = "owner"
        STAFF = "staff"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120, blank=True, default="")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="email_lower_case"
            )
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def public_id(self) -> str:
        return public_id("user", self.id)

    @property
    def display_name(self) -> str:
        return self.name or self.email.partition("@")[0]

    @cached_property
    def roles(self) -> frozenset[str]:
        """The roles held at this moment; one query, once for this instance."""
        return frozenset(self.grants.values_list("role", flat=True))

    def has_role(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


class RoleGrant(models.Model):
    """One role of one person, and who gave it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=12, choices=Role.choices)
    granted_by = models.CharField(max_length=120)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "role"], name="role_granted_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="role_grant_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role}"


class RefreshToken(models.Model):
    """One link of a chain of refresh tokens; only the digest of its secret is kept.

    Every use replaces it by the next of its `family`; a second use of the same token means that
    somebody has a copy, and ends the family.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    family = models.UUIDField(db_index=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="refresh_tokens")
    digest = models.CharField(max_length=64, unique=True)
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.family} of {self.user_id}"


class SpentNonce(models.Model):
    """A hand-over that has been redeemed: the unique key is what makes it single-use."""

    nonce = models.UUIDField(primary_key=True)
    user_id = models.UUIDField()
    spent_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.nonce)


register_pii("identity.User", "email", "pseudonymise")
register_pii("identity.User", "name", "erase")
