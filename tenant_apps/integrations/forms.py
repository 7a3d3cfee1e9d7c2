"""What a vendor fills in to bring products from elsewhere."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from tenant_apps.integrations.domain.imports import Upload

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
