"""The face of a partner, edited by its own people."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from uuid import UUID

from shared_apps.audit.domain.records import record
from shared_apps.kernel.actor import Actor
from shared_apps.kernel.errors import Unprocessable
from shared_apps.kernel.ref import Ref
from shared_apps.kernel.transactions import operation
from shared_apps.media.domain.files import Upload, store_image
from shared_apps.outbox.domain.publishing import publish
from tenant_apps.partners import events, permissions
from tenant_apps.partners.models import Partner
from tenant_apps.partners.queries import PartnerNotFound, PartnerSummary, summary_of


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything a partner says about itself."""

    name: str
    tagline: str = ""
    about: str = ""
    contact_email: str = ""
    country: str = ""
    logo_file_id: UUID | None = None
    closed_from: date | None = None
    closed_until: date | None = None


@operation
def edit_profile(
    *, partner_id: UUID, profile: Profile, acting: Actor, at: datetime
) -> PartnerSummary:
    """Replace a partner's profile; the slug stays. Effects: row, audit, PartnerChanged.

    Raises PartnerNotFound, NotYourPartner, Unprocessable.
    """
    partner = Partner.objects.select_for_update().filter(pk=partner_id).first()
    if partner is None:
        raise PartnerNotFound
    permissions.require(acting, permissions.Verb.EDIT_PROFILE, partner)
    _check(profile)
    changes = {
        field: [str(getattr(partner, field) or ""), str(value or "")]
        for field, value in asdict(profile).items()
        if getattr(partner, field) != value
    }
    if not changes:
        return summary_of(partner)
    for field, value in asdict(profile).items():
        setattr(partner, field, value)
    partner.save(update_fields=list(changes))
    record(
        "partners.partner.edit",
        subject=Ref("partners.partner", str(partner.id)),
        acting=acting,
        at=at,
        changes=changes,
    )
    publish(
        events.PartnerChanged(
            partner_id=str(partner.id), kind=partner.kind, display_name=partner.name
        )
    )
    return summary_of(partner)


def change_face(
    *, partner_id: UUID, profile: Profile, logo: Upload | None, acting: Actor, at: datetime
) -> PartnerSummary:
    """Take in a new logo, if there is one, then replace the profile (journey: storage).

    Raises what store_image and edit_profile raise.
    """
    permissions.require(acting, permissions.Verb.EDIT_PROFILE, partner_id)
    if logo is not None:
        stored = store_image(data=logo.data, name=logo.name, acting=acting, at=at)
        profile = replace(profile, logo_file_id=stored.id)
    return edit_profile(partner_id=partner_id, profile=profile, acting=acting, at=at)


def _check(profile: Profile) -> None:
    errors: dict[str, list[str]] = {}
    if not 2 <= len(profile.name.strip()) <= 120:
        errors["name"] = ["Give a name of 2 to 120 characters"]
    if len(profile.tagline) > 160:
        errors["tagline"] = ["At most 160 characters"]
    if (
        profile.closed_from is not None
        and profile.closed_until is not None
        and profile.closed_until < profile.closed_from
    ):
        errors["closed_until"] = ["A holiday ends after it starts"]
    if errors:
        raise Unprocessable(errors=errors)
