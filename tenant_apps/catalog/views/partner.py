"""A vendor's products: list, new, and the page on which everything of one is edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError, Unprocessable
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.catalog import forms, queries
from tenant_apps.catalog.domain import editing, moderation
from tenant_apps.catalog.domain.editing import Stored
from tenant_apps.catalog.lifecycle import PRODUCT
from tenant_apps.catalog.queries.products import PRODUCT_PREFIX
from tenant_apps.catalog.views.showing import (
    STATE_LABELS,
    STATE_TONES,
    history_entries,
    pictures_for,
    products_table,
    state_tabs,
)
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import workplace_of

PLACE = "/partner/products/"
MOVES: dict[str, tuple[Callable[..., None], Promise]] = {
    "submit": (moderation.submit, gettext_lazy("Sent. You hear from us once it is approved.")),
    "withdraw": (moderation.withdraw, gettext_lazy("It is a draft again.")),
    "unpublish": (moderation.unpublish, gettext_lazy("Taken off the shop; it is a draft now.")),
    "archive": (moderation.archive, gettext_lazy("Archived.")),
    "restore": (moderation.restore, gettext_lazy("It is a draft again.")),
}


@never_cache
@require_safe
@role_required("vendor")
def products(request: HttpRequest) -> HttpResponse:
    vendor = workplace_of(acting_as(request), Verb.READ_PRODUCTS)
    state = request.GET.get("state", "")
    state = state if state in STATE_LABELS else ""
    query = request.GET.get("q", "")
    page = queries.vendor_products(
        vendor.id, state=state, query=query, cursor=request.GET.get("cursor", "")
    )
    context = {
        "tabs": state_tabs(state, queries.count_by_state(vendor.id), PLACE),
        "table": products_table(page.items, PLACE),
        "page": page,
        "query": urlencode({"state": state, "q": query}),
        "state": state,
    }
    return render(request, "catalog/partner/products.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("vendor")
def product_new(request: HttpRequest) -> HttpResponse:
    vendor = workplace_of(acting_as(request), Verb.EDIT_PRODUCTS)
    form = forms.NewProductForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            product_id = editing.create_with_pictures(
                vendor_id=vendor.id,
                draft=form.draft(),
                uploads=form.cleaned_data["pictures"],
                acting=acting_as(request),
                at=now(),
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Saved as a draft. Send it for approval when it is ready."))
            return redirect(f"{PLACE}{queries.public_id_of(product_id)}/")
    status = 422 if form.errors else 200
    return render(request, "catalog/partner/product_new.html", {"form": form}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("vendor")
def product(request: HttpRequest, public: str) -> HttpResponse:
    """Everything of one product; POST writes its texts."""
    stored = own_product(request, public)
    form = forms.TextsForm(request.POST or None, initial=forms.TextsForm.values_of(stored.draft))
    if request.method == "POST" and form.is_valid():
        try:
            editing.edit_texts(
                stored=stored, texts=form.texts(), acting=acting_as(request), at=now()
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            messages.success(request, _("Saved."))
            return redirect(request.path)
    status = 422 if form.errors else 200
    context = _page(stored, public, form=form)
    return render(request, "catalog/partner/product.html", context, status=status)


@require_POST
@role_required("vendor")
@told_at("/partner/products/{public}/#choices")
def product_options(request: HttpRequest, public: str) -> HttpResponse:
    """POST what buyers choose from: rows of a name and its values."""
    stored = own_product(request, public)
    rows = forms.option_forms(stored.draft.options, request.POST)
    _need_valid(rows)
    editing.edit_options(
        stored=stored,
        options=[option for row in rows if (option := row.option())],
        acting=acting_as(request),
        at=now(),
    )
    messages.success(request, _("Saved. Look at the prices of the new combinations."))
    return redirect(f"{PLACE}{public}/#prices")


@require_POST
@role_required("vendor")
@told_at("/partner/products/{public}/#prices")
def product_variants(request: HttpRequest, public: str) -> HttpResponse:
    """POST the table of variants: price, former price, SKU, and whether each is offered."""
    stored = own_product(request, public)
    rows = forms.variant_forms(stored.draft.variants, request.POST)
    _need_valid(rows)
    offered = forms.offered_of(rows, stored.draft.variants)
    editing.edit_variants(stored=stored, offered=offered, acting=acting_as(request), at=now())
    messages.success(request, _("Saved."))
    return redirect(f"{PLACE}{public}/#prices")


@require_POST
@role_required("vendor")
@told_at("/partner/products/{public}/#pictures")
def product_uploads(request: HttpRequest, public: str) -> HttpResponse:
    """POST files: they come after the other pictures."""
    stored = own_product(request, public)
    form = forms.UploadForm(request.POST, request.FILES)
    _need_valid([form])
    uploads = form.cleaned_data["pictures"]
    editing.add_pictures(stored=stored, uploads=uploads, acting=acting_as(request), at=now())
    messages.success(request, _("Added."))
    return redirect(f"{PLACE}{public}/#pictures")


@require_POST
@role_required("vendor")
@told_at("/partner/products/{public}/#pictures")
def product_pictures(request: HttpRequest, public: str) -> HttpResponse:
    """POST place, words and removal of each picture."""
    stored = own_product(request, public)
    rows = forms.picture_forms(stored.draft.images, request.POST)
    _need_valid(rows)
    choices = forms.picture_choices(rows)
    editing.arrange_pictures(stored=stored, choices=choices, acting=acting_as(request), at=now())
    messages.success(request, _("Saved."))
    return redirect(f"{PLACE}{public}/#pictures")


@require_POST
@role_required("vendor")
@told_at("/partner/products/{public}/")
def product_move(request: HttpRequest, public: str) -> HttpResponse:
    """POST move: submit, withdraw, unpublish, archive or restore."""
    stored = own_product(request, public)
    if request.POST.get("move") in MOVES:
        move, done = MOVES[request.POST["move"]]
        move(product_id=stored.id, acting=acting_as(request), at=now())
        messages.success(request, str(done))
    return redirect(f"{PLACE}{public}/")


@require_safe
@role_required("vendor")
def search(request: HttpRequest) -> HttpResponseBase:
    """The search field of the top bar looks among the vendor's products."""
    return redirect(f"{PLACE}?{urlencode({'q': request.GET.get('q', '')})}")


def own_product(request: HttpRequest, public: str) -> Stored:
    """A product of the vendor the person works for; anybody else's is not there."""
    verb = Verb.EDIT_PRODUCTS if request.method == "POST" else Verb.READ_PRODUCTS
    vendor = workplace_of(acting_as(request), verb)
    return editing.stored_product(parse_public_id(PRODUCT_PREFIX, public), vendor_id=vendor.id)


def _need_valid(rows: Any) -> None:
    """Forms in rows tell their mistakes in one message above the page."""
    wrong = [str(text) for row in rows for texts in row.errors.values() for text in texts]
    if wrong:
        raise Unprocessable(errors={"": list(dict.fromkeys(wrong))})


def _page(stored: Stored, public: str, *, form: forms.TextsForm) -> dict[str, Any]:
    draft = stored.draft
    pictures = pictures_for([image.file_id for image in draft.images], draft.title)
    shots = [pictures.get(str(image.file_id)) for image in draft.images]
    labels = [" / ".join(variant.option_values) for variant in draft.variants]
    detail = queries.draft_of(stored.id)
    return {
        "public": public,
        "product": detail,
        "place": f"{PLACE}{public}/",
        "state": STATE_LABELS[stored.state],
        "tone": STATE_TONES[stored.state],
        "moves": PRODUCT.moves_from(stored.state),
        "form": form,
        "options": forms.option_forms(draft.options),
        "variants": list(zip(labels, forms.variant_forms(draft.variants), strict=True)),
        "shots": list(zip(shots, draft.images, forms.picture_forms(draft.images), strict=True)),
        "upload": forms.UploadForm(),
        "entries": history_entries(queries.history_of(stored.id)),
    }
