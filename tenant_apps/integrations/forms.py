"""What a vendor fills in to bring products from elsewhere, and an operator to make a key."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from tenant_apps.integrations.domain.imports import Upload
from tenant_apps.integrations.domain.keys import KeyOrder

KINDS = [
    ("shopify-products", _("Shopify: Products, then Export")),
    ("woocommerce-products", _("WooCommerce: Products, then Export")),
]


class ImportForm(forms.Form):
    kind = forms.ChoiceField(label=_("Where the file comes from"), choices=KINDS)
    file = forms.FileField(
        label=_("CSV file"),
        help_text=_("Up to 50 MB. Sending the same file again changes only what changed in it."),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
    )
    is_dry_run = forms.BooleanField(
        label=_("Only look: report what would happen, change nothing"), required=False, initial=True
    )

    def upload(self, vendor_id: UUID) -> Upload:
        currency = current_tenant().currency
        return Upload(vendor_id=vendor_id, currency=currency, **self.cleaned_data)


class KeyForm(forms.Form):
    name = forms.CharField(
        label=_("What it is for"), max_length=80, help_text=_("Like: warehouse, price robot.")
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[
            ("secret", _("Secret: for your servers, acts as you")),
            ("publishable", _("Publishable: for pages and apps, looks around and fills carts")),
        ],
    )
    access = forms.ChoiceField(
        label=_("A secret key may"),
        choices=[("read_all", _("only read")), ("write_all", _("read and write"))],
        required=False,
    )
    scopes = forms.CharField(
        label=_("Or only these scopes"),
        required=False,
        help_text=_("Separated by spaces, like: read_orders write_inventory."),
    )
    days = forms.IntegerField(
        label=_("Ends after days"), min_value=1, max_value=3650, required=False
    )

    def order(self, at: datetime) -> KeyOrder:
        given = self.cleaned_data
        scopes = tuple(given["scopes"].split()) or (given["access"] or "read_all",)
        ends = at + timedelta(days=given["days"]) if given["days"] else None
        return KeyOrder(given["name"], given["kind"], scopes, ends)
