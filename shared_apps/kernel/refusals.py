"""What a page does with a refusal: beside the field it is about, or told where the person was."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from shared_apps.kernel.errors import Conflict, DomainError, Unprocessable

View = Callable[..., HttpResponseBase]


def put_on_form(form: forms.Form, error: DomainError) -> None:
    """Show a refusal at the fields it names, else above the form."""
    named = error.errors if isinstance(error, Unprocessable) else {}
    for name, texts in named.items():
        form.add_error(name if name in form.fields else None, list(texts))
    if not named:
        form.add_error(None, str(error.detail))


def sentence_of(error: DomainError) -> str:
    """A refusal in one line: what was named about its fields, else its detail (rule)."""
    named = error.errors if isinstance(error, Unprocessable) else {}
    return " ".join(text for texts in named.values() for text in texts) or str(error.detail)


def told_at(place: str) -> Callable[[View], View]:
    """For buttons without a form of their own: what refuses is told on the page at `place`.

    `place` may name arguments of the address: "/partner/products/{public}/".
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def telling(request: HttpRequest, /, *args: Any, **kwargs: Any) -> HttpResponseBase:
            try:
                return view(request, *args, **kwargs)
            except (Conflict, Unprocessable) as error:
                messages.error(request, sentence_of(error))
                return redirect(place.format(**kwargs))

        return telling

    return decorate
