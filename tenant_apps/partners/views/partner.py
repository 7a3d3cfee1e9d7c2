"""A shop about itself: applying, its profile, its team."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required, signed_in
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import put_on_form, told_at
from shared_apps.media.queries import picture_data
from tenant_apps.partners.domain import applications, profiles, teams
from tenant_apps.partners.forms import ApplicationForm, MemberForm, ProfileForm, TeamRoleForm
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import partner_file, partner_of, workplace_of
from tenant_apps.partners.views.showing import history_entries
from themes.domain.pictures import stored_picture

GET_POST = ["GET", "HEAD", "POST"]


@never_cache
@require_http_methods(GET_POST)
@signed_in
def apply(request: HttpRequest) -> HttpResponse:
    """Ask to sell here; who asked already reads how it stands."""
    mine = partner_of(acting_as(request).id)
    if mine is not None:
        found = partner_file(mine.id)
        context = {"partner": mine, "entries": history_entries(found.history)}
        return render(request, "partners/partner/applied.html", context)
    form = ApplicationForm(
        request.POST or None, initial={"contact_email": getattr(request.user, "email", "")}
    )
    if request.method == "POST" and form.is_valid():
        try:
            applications.apply(application=form.application(), acting=acting_as(request), at=now())
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Thank you. We will look at it soon."))
            return redirect("/partner/apply/")
    status = 422 if form.errors else 200
    return render(request, "partners/partner/apply.html", {"form": form}, status=status)


@require_POST
@signed_in
@told_at("/partner/apply/")
def reapply(request: HttpRequest) -> HttpResponse:
    """Ask again after a rejection."""
    partner = workplace_of(acting_as(request), Verb.EDIT_PROFILE)
    note = request.POST.get("note", "")[:1000]
    applications.reapply(partner_id=partner.id, acting=acting_as(request), at=now(), note=note)
    messages.success(request, _("Thank you. We will look at it again."))
    return redirect("/partner/apply/")


@never_cache
@require_http_methods(GET_POST)
@role_required("vendor")
def settings(request: HttpRequest) -> HttpResponse:
    """The shop's face."""
    partner = workplace_of(acting_as(request), Verb.EDIT_PROFILE)
    form = ProfileForm.start(partner)
    if request.method == "POST":
        form = ProfileForm(request.POST, request.FILES)
        if form.is_valid() and _change_face(request, form):
            return redirect("/partner/settings/")
    logo = picture_data([partner.logo_file_id] if partner.logo_file_id else [])
    picture = stored_picture(next(iter(logo.values()), None), partner.name)
    context = {"form": form, "partner": partner, "logo": picture}
    status = 422 if form.errors else 200
    return render(request, "partners/partner/settings.html", context, status=status)


def _change_face(request: HttpRequest, form: ProfileForm) -> bool:
    partner = workplace_of(acting_as(request), Verb.EDIT_PROFILE)
    try:
        profiles.change_face(
            partner_id=partner.id,
            profile=form.profile(partner),
            logo=form.upload(),
            acting=acting_as(request),
            at=now(),
        )
    except DomainError as error:
        put_on_form(form, error)
        return False
    messages.success(request, _("Saved."))
    return True


@never_cache
@require_http_methods(GET_POST)
@role_required("vendor")
def team(request: HttpRequest) -> HttpResponse:
    """Who works in the shop; POST email and role takes somebody in."""
    partner = workplace_of(acting_as(request), Verb.MANAGE_TEAM)
    form = MemberForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            teams.add_member(
                partner_id=partner.id, **form.cleaned_data, acting=acting_as(request), at=now()
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("They are in the team now."))
            return redirect("/partner/team/")
    mates = [
        (mate, TeamRoleForm(initial={"role": mate.role}, auto_id=f"id_%s_{index}"))
        for index, mate in enumerate(partner_file(partner.id).team)
    ]
    context = {"form": form, "mates": mates}
    status = 422 if form.errors else 200
    return render(request, "partners/partner/team.html", context, status=status)


@require_POST
@role_required("vendor")
@told_at("/partner/team/")
def member_role(request: HttpRequest, public: str) -> HttpResponse:
    """POST role: what somebody in the team may do from now on."""
    form = TeamRoleForm(request.POST)
    if form.is_valid():
        partner = workplace_of(acting_as(request), Verb.MANAGE_TEAM)
        teams.change_role(
            partner_id=partner.id,
            user_id=_user_id(public),
            role=form.cleaned_data["role"],
            acting=acting_as(request),
            at=now(),
        )
        messages.success(request, _("Saved."))
    return redirect("/partner/team/")


@require_POST
@role_required("vendor")
@told_at("/partner/team/")
def member_removal(request: HttpRequest, public: str) -> HttpResponse:
    """Somebody leaves the team."""
    partner = workplace_of(acting_as(request), Verb.MANAGE_TEAM)
    teams.remove_member(
        partner_id=partner.id, user_id=_user_id(public), acting=acting_as(request), at=now()
    )
    messages.success(request, _("They are no longer in the team."))
    return redirect("/partner/team/")


def _user_id(public: str) -> UUID:
    return parse_public_id("user", public)
