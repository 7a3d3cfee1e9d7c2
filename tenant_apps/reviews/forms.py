"""What people type: a review, an answer, a report, a decision."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from tenant_apps.reviews.domain.replies import REPLY_MAX
from tenant_apps.reviews.domain.reviews import TEXT_MAX, TITLE_MAX, Wording
from tenant_apps.reviews.lifecycle import REASONS

_AREA = forms.Textarea(attrs={"rows": 4})


class ReviewForm(forms.Form):
    """Stars, and words if they like."""

    rating = forms.TypedChoiceField(
        label=_("Stars"),
        coerce=int,
        choices=[(stars, str(stars)) for stars in range(1, 6)],
        error_messages={"required": _("Choose one to five stars.")},
    )
    title = forms.CharField(label=_("In a few words"), max_length=TITLE_MAX, required=False)
    text = forms.CharField(
        label=_("What others should know"), max_length=TEXT_MAX, required=False, widget=_AREA
    )

    def wording(self) -> Wording:
        said = self.cleaned_data
        return Wording(said["rating"], said["title"], said["text"])


class ReplyForm(forms.Form):
    text = forms.CharField(label=_("Your answer"), max_length=REPLY_MAX, widget=_AREA)


class ReportForm(forms.Form):
    reason = forms.ChoiceField(choices=[(reason, reason) for reason in REASONS])
    note = forms.CharField(max_length=500, required=False)


class DecisionForm(forms.Form):
    reason = forms.ChoiceField(choices=[(reason, reason) for reason in REASONS], required=False)
    note = forms.CharField(max_length=500, required=False)
