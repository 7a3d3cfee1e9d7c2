"""What vendors and operators fill in about products, stock and categories."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import linebreaks, strip_tags
from django.utils.translation import gettext_lazy as _

from shared_apps.kernel.context import current_tenant
from shared_apps.kernel.money import Money, exponent
from shared_apps.media.domain.files import Upload
from tenant_apps.catalog.domain.categories import CategoryDraft
from tenant_apps.catalog.domain.drafts import (
    OptionDraft,
    PriceDraft,
    ProductDraft,
    VariantDraft,
)
from tenant_apps.catalog.domain.editing import Offered, PictureChoice, Texts
from tenant_apps.catalog.queries import categories_flat

OPTION_ROWS = 3
IMAGE_TYPES = "image/jpeg,image/png,image/webp"


class MoneyField(forms.DecimalField):
    """An amount in the marketplace's currency; gives Money."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=0, max_digits=14, **kwargs)
        self.widget.attrs["inputmode"] = "decimal"

    def clean(self, value: Any) -> Money | None:
        currency = current_tenant().currency
        self.decimal_places = exponent(currency)
        amount = super().clean(value)
        return None if amount is None else Money.parse(f"{amount:f}", currency)

    def prepare_value(self, value: Any) -> Any:
        return value.decimal() if isinstance(value, Money) else value


class PicturesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PicturesField(forms.FileField):
    """Any number of files; gives Uploads."""

    def __init__(self, **kwargs: Any) -> None:
        widget = PicturesInput(attrs={"accept": IMAGE_TYPES, "multiple": True})
        super().__init__(widget=widget, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        files = data if isinstance(data, (list, tuple)) else [data] if data else []
        if not files and self.required:
            raise forms.ValidationError(self.error_messages["required"])
        return [
            Upload(file.name, file.read())
            for file in files
            if super(PicturesField, self).clean(file)
        ]


def category_choices() -> list[tuple[str, str]]:
    """The tree as a list, what is below set in. One query."""
    nodes = categories_flat()
    return [
        ("", str(_("No category"))),
        *((str(n.id), "\N{EM DASH} " * n.depth + n.name) for n in nodes),
    ]


class CategoryChoice(forms.TypedChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            choices=category_choices, coerce=UUID, empty_value=None, required=False, **kwargs
        )


class TextsForm(forms.Form):
    """What a vendor writes about a product."""

    title = forms.CharField(label=_("Title"), max_length=300)
    description = forms.CharField(
        label=_("Description"),
        required=False,
        max_length=50_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Plain text, or simple HTML: paragraphs, lists, bold, links."),
    )
    category = CategoryChoice(label=_("Category"))
    brand = forms.CharField(label=_("Brand"), max_length=120, required=False)
    tags = forms.CharField(
        label=_("Tags"), max_length=1000, required=False, help_text=_("Separated by commas.")
    )

    @staticmethod
    def values_of(draft: ProductDraft) -> dict[str, Any]:
        return {
            "title": draft.title,
            "description": plain_if_simple(draft.description_html),
            "category": str(draft.category_id or ""),
            "brand": draft.brand,
            "tags": ", ".join(draft.tags),
        }

    def texts(self) -> Texts:
        said = self.cleaned_data
        return Texts(
            title=said["title"],
            description_html=html_of(said["description"]),
            category_id=said["category"],
            brand=said["brand"],
            tags=parts_of(said["tags"]),
        )


class NewProductForm(TextsForm):
    """A product of one variant; choices are added on its page."""

    price = MoneyField(label=_("Price"))
    compare_at = MoneyField(
        label=_("Former price"), required=False, help_text=_("Shown struck through.")
    )
    quantity = forms.IntegerField(label=_("In stock"), min_value=0, initial=1)
    sku = forms.CharField(label=_("SKU"), max_length=120, required=False)
    pictures = PicturesField(label=_("Pictures"), required=False)
    field_order = ("title", "description", "category", "price", "compare_at", "quantity", "sku", "pictures", "brand", "tags")  # fmt: skip

    def draft(self) -> ProductDraft:
        said, texts = self.cleaned_data, self.texts()
        variant = VariantDraft(
            prices=(PriceDraft(said["price"], said["compare_at"]),),
            sku=said["sku"],
            quantity=said["quantity"],
        )
        return ProductDraft(
            title=texts.title,
            description_html=texts.description_html,
            category_id=texts.category_id,
            brand=texts.brand,
            tags=texts.tags,
            variants=(variant,),
        )


class OptionForm(forms.Form):
    name = forms.CharField(label=_("Choice"), max_length=120, required=False)
    values = forms.CharField(label=_("Values"), max_length=2000, required=False)

    def option(self) -> OptionDraft | None:
        name, values = self.cleaned_data["name"].strip(), parts_of(self.cleaned_data["values"])
        return OptionDraft(name, values) if name or values else None


class VariantForm(forms.Form):
    """A row of the table of variants; `key` is its place among the stored ones."""

    is_offered = forms.BooleanField(label=_("Offered"), required=False)
    price = MoneyField(label=_("Price"), required=False)
    compare_at = MoneyField(label=_("Former price"), required=False)
    sku = forms.CharField(label=_("SKU"), max_length=120, required=False)


class PictureForm(forms.Form):
    position = forms.IntegerField(label=_("Place"), min_value=1, max_value=999)
    alt = forms.CharField(label=_("Description for screen readers"), max_length=300, required=False)
    is_removed = forms.BooleanField(label=_("Remove"), required=False)


class UploadForm(forms.Form):
    pictures = PicturesField(
        label=_("Add pictures"), help_text=_("JPEG, PNG or WebP; up to 12 at a time.")
    )


class StockForm(forms.Form):
    """The shelf was counted; optionally with a word why and when to warn."""

    on_hand = forms.IntegerField(label=_("On the shelf"), min_value=0, max_value=10_000_000)
    low_at = forms.IntegerField(
        label=_("Warn at"), min_value=0, max_value=1_000_000, required=False
    )


class MoveForm(forms.Form):
    """Units come or go by hand, and why."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[
            ("receive", _("Delivery came in")),
            ("return", _("A customer's return")),
            ("write_off", _("Lost, broken or used")),
            ("adjust", _("Correction")),
        ],
    )
    change = forms.IntegerField(
        label=_("How many"),
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text=_("A correction may be below zero."),
    )
    note = forms.CharField(label=_("Why"), max_length=200, required=False)


class StockSettingsForm(forms.Form):
    """How a variant's stock is kept."""

    low_at = forms.IntegerField(
        label=_("Warn me at"),
        min_value=0,
        max_value=1_000_000,
        help_text=_("We write to you once as many or fewer can be sold."),
    )
    is_tracked = forms.BooleanField(label=_("Count this stock"), required=False)
    allows_backorder = forms.BooleanField(label=_("Sell it also when it is out"), required=False)


class CategoryForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120)
    parent = CategoryChoice(label=_("Below"), help_text=_("No category: at the top."))
    slug = forms.CharField(
        label=_("Address"),
        max_length=120,
        required=False,
        help_text=_("Made from the name when empty."),
    )
    description = forms.CharField(
        label=_("Description"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    position = forms.IntegerField(
        label=_("Place"), min_value=0, max_value=9999, initial=0, help_text=_("Small comes first.")
    )

    def draft(self, *, image_file_id: UUID | None = None) -> CategoryDraft:
        said = dict(self.cleaned_data)
        return CategoryDraft(parent_id=said.pop("parent"), image_file_id=image_file_id, **said)


class RejectionForm(forms.Form):
    reason = forms.CharField(
        label=_("What should change?"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The vendor reads it."),
    )


def option_forms(options: Sequence[OptionDraft], data: Any = None) -> list[OptionForm]:
    """The rows of the choices; always some to fill in."""
    rows = max(OPTION_ROWS, len(options))
    starts = [{"name": option.name, "values": ", ".join(option.values)} for option in options] + [
        {}
    ] * (rows - len(options))
    return [OptionForm(data, prefix=f"option-{i}", initial=start) for i, start in enumerate(starts)]


def variant_forms(variants: Iterable[VariantDraft], data: Any = None) -> list[VariantForm]:
    house = current_tenant().currency
    forms_ = []
    for index, variant in enumerate(variants):
        price = next((p for p in variant.prices if p.amount.currency == house), None)
        start = {
            "is_offered": True,
            "price": price.amount if price else None,
            "compare_at": price.compare_at if price else None,
            "sku": variant.sku,
        }
        forms_.append(VariantForm(data, prefix=f"variant-{index}", initial=start))
    return forms_


def offered_of(rows: Sequence[VariantForm], variants: Sequence[VariantDraft]) -> list[Offered]:
    return [
        Offered(option_values=variant.option_values, **row.cleaned_data)
        for row, variant in zip(rows, variants, strict=True)
    ]


def picture_forms(images: Iterable[Any], data: Any = None) -> list[PictureForm]:
    return [
        PictureForm(
            data, prefix=f"picture-{index}", initial={"position": index + 1, "alt": image.alt}
        )
        for index, image in enumerate(images)
    ]


def picture_choices(rows: Sequence[PictureForm]) -> list[PictureChoice]:
    return [
        PictureChoice(
            index,
            row.cleaned_data["position"],
            row.cleaned_data["alt"],
            is_kept=not row.cleaned_data["is_removed"],
        )
        for index, row in enumerate(rows)
    ]


def parts_of(text: str) -> tuple[str, ...]:
    """What commas separate, each once, in order (rule)."""
    parts = (" ".join(part.split()) for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


_TAG = re.compile(r"<[a-z/]", re.IGNORECASE)
_SIMPLE = re.compile(r"</?(p|br)\s*/?>", re.IGNORECASE)


def html_of(text: str) -> str:
    """Plain text as paragraphs; what has tags is taken as HTML and cleaned by the catalogue."""
    return text if _TAG.search(text) else linebreaks(text, autoescape=True) if text else ""


def plain_if_simple(html: str) -> str:
    """The other way round: HTML of nothing but paragraphs reads as plain text."""
    from html import unescape

    if _TAG.search(_SIMPLE.sub("", html)):
        return html
    text = re.sub(r"</p>\s*", "\n\n", re.sub(r"<br\s*/?>\n?", "\n", html))
    return unescape(strip_tags(text)).strip()
