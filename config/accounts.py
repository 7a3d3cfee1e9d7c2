"""The account pages' framework, fitted to the house: who may sign in where, and how mail leaves."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import LoginForm, SignupForm
from allauth.mfa.adapter import DefaultMFAAdapter
from django.forms import Form
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shared_apps.identity.domain.actors import actor_of, default_role
from shared_apps.identity.domain.links import absolute_url
from shared_apps.identity.domain.people import register_user
from shared_apps.identity.domain.tokens import revoke_all_tokens
from shared_apps.identity.models import Role, User
from shared_apps.identity.permissions import is_platform_surface
from shared_apps.kernel.clock import now
from shared_apps.kernel.context import TenantContext, required_scope
from shared_apps.kernel.crypto import decrypt, encrypt
from shared_apps.mailer.domain.messages import send_message

_HOME = {
    Role.OPERATOR: "/manage/",
    Role.STAFF: "/manage/",
    Role.VENDOR: "/partner/",
    Role.HOST: "/partner/",
    Role.DRIVER: "/partner/",
    Role.ADVERTISER: "/partner/",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's account pages inside one tenant, or for the platform's own people."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Customers open accounts on a tenant's host; owners sign up with a marketplace."""
        return isinstance(required_scope(), TenantContext)

    def save_user(
        self,
        request: HttpRequest,
        user: User,
        form: Form,
        commit: bool = True,  # noqa: FBT001, FBT002
    ) -> User:
        """One operation for the account with its role, audit record and event."""
        user.email = form.cleaned_data["email"].strip().lower()
        user.name = form.cleaned_data.get("name", "").strip()
        user.set_password(form.cleaned_data["password1"])
        return register_user(user=user, at=now())

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Wrong password and wrong host look the same: staff on the console, owners on the site."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user is not None and _belongs_here(request, user) else None

    def set_password(self, user: User, password: str) -> None:
        """A new password ends every other session (its hash) and every API token."""
        super().set_password(user, password)
        revoke_all_tokens(user_id=user.id, acting=actor_of(user), at=now())

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        user = request.user
        if is_platform_surface(request, "console") or is_platform_surface(request, "site"):
            return "/"
        if isinstance(user, User) and user.is_authenticated:
            return _HOME.get(Role(default_role(user.roles)), "/")
        return "/"

    def is_safe_url(self, url: str) -> bool:
        """Only paths of this host; never another host, not even another one of ours."""
        return bool(url) and url.startswith("/") and super().is_safe_url(url)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return self.own_url(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return self.own_url(path.replace("UID-KEY", quote(key)))

    def send_account_already_exists_mail(self, email: str) -> None:
        context = {
            "signup_url": self.own_url(reverse("account_signup")),
            "password_reset_url": self.own_url(reverse("account_reset_password")),
        }
        self.send_mail("account/email/account_already_exists", email, context)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail; what allauth calls account/email/x is our mails/account/x."""
        person = context.get("user")
        values = {key: value for key, value in context.items() if isinstance(value, str)}
        values["name"] = person.display_name if isinstance(person, User) else ""
        name = template_prefix.replace("/email/", "/")
        send_message(template=name, to=email, context=values, at=now())

    def own_url(self, path: str) -> str:
        request = self.request
        console = request is not None and is_platform_surface(request, "console")
        return absolute_url(path, console=console)


def _belongs_here(request: HttpRequest, user: User) -> bool:
    if is_platform_surface(request, "console"):
        return user.kind == User.Kind.STAFF
    if is_platform_surface(request, "site"):
        return user.kind == User.Kind.OWNER
    return True


class SignInForm(LoginForm):  # type: ignore[misc]
    """Labels say what a field is for; placeholders and the library's own links are left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""
        _without_placeholders(self)


class SignUpForm(SignupForm):  # type: ignore[misc]
    """Name, e-mail address, password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = _(
            "At least 10 characters; not your name, and nothing that everybody uses."
        )
        _without_placeholders(self)


def _without_placeholders(form: Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: secrets encrypted for the scope, the tenant named in the authenticator."""

    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)

    def get_totp_issuer(self) -> str:
        scope = required_scope()
        return scope.name if isinstance(scope, TenantContext) else "Galleria"
