"""The operator about the catalogue: what waits for approval, and the tree of categories."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.catalog import forms, queries
from tenant_apps.catalog.domain import categories as tree
from tenant_apps.catalog.domain import moderation
from tenant_apps.catalog.lifecycle import PRODUCT
from tenant_apps.catalog.queries.categories import ID_PREFIX, CategoryNode
from tenant_apps.catalog.queries.products import PRODUCT_PREFIX
from tenant_apps.catalog.views.showing import (
    STATE_LABELS,
    STATE_TONES,
    history_entries,
    pictures_for,
    products_table,
    state_tabs,
)

PLACE = "/manage/approvals/"
TREE = "/manage/categories/"


@never_cache
@require_safe
@role_required("operator", "staff")
def approvals(request: HttpRequest) -> HttpResponse:
    """Products by state; those that wait for approval unless asked otherwise."""
    state = request.GET.get("state", "submitted")
    state = state if state in STATE_LABELS or not state else "submitted"
    query = request.GET.get("q", "")
    page = queries.moderation_queue(state=state, query=query, cursor=request.GET.get("cursor", ""))
    context = {
        "tabs": state_tabs(state, queries.count_by_state(), PLACE),
        "table": products_table(page.items, PLACE, with_vendor=True),
        "page": page,
        "query": urlencode({"state": state, "q": query}),
        "state": state,
    }
    return render(request, "catalog/manage/approvals.html", context)


@never_cache
@require_safe
@role_required("operator", "staff")
def approval(request: HttpRequest, public: str) -> HttpResponse:
    """One product as shoppers would read it, with the decision."""
    product = queries.draft_of(parse_public_id(PRODUCT_PREFIX, public))
    pictures = pictures_for([image.file_id for image in product.images], product.title)
    context = {
        "product": product,
        "pictures": [picture for picture in pictures.values() if picture is not None],
        "moves": PRODUCT.moves_from(product.state),
        "state": STATE_LABELS[product.state],
        "tone": STATE_TONES[product.state],
        "form": forms.RejectionForm(),
        "entries": history_entries(queries.history_of(product.id)),
        "place": f"{PLACE}{public}/",
    }
    return render(request, "catalog/manage/approval.html", context)


@require_POST
@role_required("operator", "staff")
@told_at("/manage/approvals/{public}/")
def approve(request: HttpRequest, public: str) -> HttpResponse:
    product_id = parse_public_id(PRODUCT_PREFIX, public)
    moderation.publish_product(product_id=product_id, acting=acting_as(request), at=now())
    messages.success(request, _("It is live now."))
    return redirect(PLACE)


@require_POST
@role_required("operator", "staff")
@told_at("/manage/approvals/{public}/")
def reject(request: HttpRequest, public: str) -> HttpResponse:
    """POST reason: what the vendor should change."""
    product_id = parse_public_id(PRODUCT_PREFIX, public)
    reason = request.POST.get("reason", "")[:1000]
    moderation.reject(product_id=product_id, reason=reason, acting=acting_as(request), at=now())
    messages.success(request, _("Sent back to the vendor with your words."))
    return redirect(PLACE)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator", "staff")
def categories(request: HttpRequest) -> HttpResponse:
    """The tree; POST adds to it."""
    form = forms.CategoryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            tree.create_category(draft=form.draft(), acting=acting_as(request), at=now())
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Added."))
            return redirect(TREE)
    context = {"nodes": queries.categories_flat(), "form": form}
    status = 422 if form.errors else 200
    return render(request, "catalog/manage/categories.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("operator", "staff")
def category(request: HttpRequest, public: str) -> HttpResponse:
    """One category; POST changes it."""
    node = queries.category_with(parse_public_id(ID_PREFIX, public))
    form = forms.CategoryForm(request.POST or None, initial=_values_of(node))
    if request.method == "POST" and form.is_valid():
        try:
            draft = form.draft(image_file_id=node.image_file_id)
            tree.edit_category(
                category_id=node.id, draft=draft, acting=acting_as(request), at=now()
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(TREE)
    status = 422 if form.errors else 200
    context = {"node": node, "form": form}
    return render(request, "catalog/manage/category.html", context, status=status)


@require_POST
@role_required("operator", "staff")
@told_at("/manage/categories/{public}/")
def category_removal(request: HttpRequest, public: str) -> HttpResponse:
    category_id: UUID = parse_public_id(ID_PREFIX, public)
    tree.remove_category(category_id=category_id, acting=acting_as(request), at=now())
    messages.success(request, _("Removed."))
    return redirect(TREE)


def _values_of(node: CategoryNode) -> dict[str, Any]:
    return {
        "name": node.name,
        "parent": str(node.parent_id or ""),
        "slug": node.slug,
        "description": node.description,
        "position": node.position,
    }
