"""Who acts in a request, and as what."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from shared_apps.identity.models import Role, User
from shared_apps.kernel.actor import Actor, ActorKind
from shared_apps.kernel.errors import NotAllowed

ACTIVE_ROLE = "active_role"
ON_BEHALF_OF = "on_behalf_of"
# What somebody with several roles most likely came for.
_PRECEDENCE = (
    Role.OPERATOR,
    Role.STAFF,
    Role.VENDOR,
    Role.HOST,
    Role.DRIVER,
    Role.ADVERTISER,
    Role.CUSTOMER,
)


class RoleNotHeld(NotAllowed):
    code, title = "role_not_held", "You do not have this role here"


def actor_of(user: User, *, on_behalf_of: str = "") -> Actor:
    """A person as the one who acts, with the roles held now."""
    kind: ActorKind = "staff" if user.kind == User.Kind.STAFF else "user"
    return Actor(kind, str(user.id), user.display_name, user.roles, on_behalf_of)


def acting_as(request: HttpRequest) -> Actor:
    """The person behind a request (session, token) or the guest with their session."""
    user: User | AnonymousUser = request.user
    # Whoever sends a token speaks for themselves, whatever cookie came along.
    session = None if getattr(request, "auth", None) else getattr(request, "session", None)
    if isinstance(user, User) and user.is_authenticated:
        behind = session.get(ON_BEHALF_OF, "") if session is not None else ""
        return actor_of(user, on_behalf_of=behind)
    key = (session.session_key or "") if session is not None else ""
    return Actor("guest", key, "Guest")


def active_role(request: HttpRequest) -> str:
    """The role whose navigation the person sees; a role that was revoked no longer counts."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return ""
    chosen = request.session.get(ACTIVE_ROLE, "")
    return chosen if chosen in user.roles else default_role(user.roles)


def default_role(roles: frozenset[str]) -> str:
    """The role to start with (rule): the most demanding one held, `customer` when none is."""
    return next((role.value for role in _PRECEDENCE if role in roles), Role.CUSTOMER.value)


def switch_role(request: HttpRequest, *, role: str) -> None:
    """Remember the chosen role in the session; raises RoleNotHeld."""
    user = request.user
    if not isinstance(user, User) or role not in user.roles:
        raise RoleNotHeld(f"You do not have the role {role} here", role=role)
    request.session[ACTIVE_ROLE] = role
