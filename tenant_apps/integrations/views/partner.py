"""A vendor's imports: sending a file, how far it is, and what was wrong with its rows."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shared_apps.identity.domain.actors import acting_as
from shared_apps.identity.permissions import role_required
from shared_apps.kernel.clock import now
from shared_apps.kernel.errors import DomainError
from shared_apps.kernel.ids import parse_public_id
from shared_apps.kernel.refusals import put_on_form, told_at
from tenant_apps.integrations import queries
from tenant_apps.integrations.domain import imports, repeating
from tenant_apps.integrations.forms import KINDS, ImportForm
from tenant_apps.integrations.queries import ImportStatus, ImportUnknown, IssueRow
from tenant_apps.partners.permissions import Verb
from tenant_apps.partners.queries import workplace_of
from themes.domain.tables import Cell, Column, Row, Table, Tone

PLACE = "/partner/imports/"
STATES: dict[str, tuple[object, Tone]] = {
    "queued": (gettext_lazy("Waits"), "neutral"),
    "running": (gettext_lazy("Running"), "warn"),
    "finished": (gettext_lazy("Finished"), "ok"),
    "failed": (gettext_lazy("Failed"), "bad"),
    "cancelled": (gettext_lazy("Stopped"), "neutral"),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@role_required("vendor")
def runs(request: HttpRequest) -> HttpResponse:
    """The imports so far; POST sends a file."""
    vendor = workplace_of(acting_as(request), Verb.EDIT_PRODUCTS)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            run_id = imports.receive_upload(
                upload=form.upload(vendor.id), acting=acting_as(request), at=now()
            )
        except DomainError as error:
            put_on_form(form, error)
        else:
            return redirect(f"{PLACE}{queries.public_id_of(run_id)}/")
    page = queries.imports_of(vendor.id, cursor=request.GET.get("cursor", ""))
    context = {"form": form, "page": page, "table": _runs_table(page.items)}
    status = 422 if form.errors else 200
    return render(request, "integrations/partner/imports.html", context, status=status)


@never_cache
@require_safe
@role_required("vendor")
def run(request: HttpRequest, public: str) -> HttpResponse:
    """How far an import is; the page renews itself until it is over."""
    status = own_run(request, public)
    page = queries.issues_of(status.id, cursor=request.GET.get("cursor", ""))
    label, tone = STATES[status.state]
    context = {
        "status": status,
        "label": label,
        "tone": tone,
        "page": page,
        "table": _issues_table(page.items),
        "place": f"{PLACE}{public}/",
        "kind": dict(KINDS).get(status.kind, status.kind),
    }
    fragment = request.headers.get("HX-Request") == "true"
    name = "_run" if fragment else "run"
    return render(request, f"integrations/partner/{name}.html", context)


@require_POST
@role_required("vendor")
@told_at("/partner/imports/{public}/")
def again(request: HttpRequest, public: str) -> HttpResponse:
    """POST dry_run=1 to look only: the same file as a new run."""
    status = own_run(request, public)
    run_id = repeating.run_again(
        run_id=status.id,
        is_dry_run=request.POST.get("dry_run") == "1",
        acting=acting_as(request),
        at=now(),
    )
    return redirect(f"{PLACE}{queries.public_id_of(run_id)}/")


@require_POST
@role_required("vendor")
@told_at("/partner/imports/{public}/")
def cancel(request: HttpRequest, public: str) -> HttpResponse:
    status = own_run(request, public)
    imports.cancel_import(run_id=status.id, acting=acting_as(request), at=now())
    messages.success(request, _("Stopped. What is in already stays in."))
    return redirect(f"{PLACE}{public}/")


def own_run(request: HttpRequest, public: str) -> ImportStatus:
    """An import of the vendor the person works for; anybody else's is not there."""
    vendor = workplace_of(acting_as(request), Verb.EDIT_PRODUCTS)
    status = queries.import_status(parse_public_id(queries.ID_PREFIX, public))
    if status.vendor_id != vendor.id:
        raise ImportUnknown
    return status


def _runs_table(items: Iterable[ImportStatus]) -> Table:
    columns = [
        Column(_("File")),
        Column(_("State")),
        Column(_("Rows"), end=True),
        Column(_("Sent")),
    ]
    return Table(_("Imports"), columns, [_run_row(each) for each in items])


def _run_row(status: ImportStatus) -> Row:
    label, tone = STATES[status.state]
    note = _("Only looked") if status.is_dry_run else ""
    return Row(
        [
            Cell(status.source_name, url=f"{PLACE}{status.public_id}/", note=note),
            Cell(str(label), tone=tone),
            Cell(status.rows_total),
            Cell(status.created_at),
        ]
    )


def _issues_table(items: Iterable[IssueRow]) -> Table:
    columns = [Column(_("Row"), end=True), Column(_("Kind")), Column(_("What")), Column(_("Field"))]
    return Table(_("What was noticed"), columns, [_issue_row(each) for each in items])


def _issue_row(issue: IssueRow) -> Row:
    is_error = issue.severity == "error"
    kind = Cell(_("Left out") if is_error else _("Note"), tone="bad" if is_error else "neutral")
    return Row([Cell(issue.row), kind, Cell(issue.message), Cell(issue.field)])
