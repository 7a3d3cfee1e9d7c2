"""IBAN and BIC as people type them: pure rules."""

from __future__ import annotations

import re

from shared_apps.kernel.errors import Unprocessable

_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}\Z")
_BIC = re.compile(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?\Z")
_CHECK = 97


class BadIban(Unprocessable):
    code, title = "bad_bank_account", "This is not a bank account"


def checked_iban(text: str) -> str:
    """An IBAN without spaces whose check digits are right (rule, ISO 13616); raises BadIban."""
    iban = re.sub(r"[\s-]", "", text).upper()
    if not _IBAN.match(iban):
        raise BadIban(errors={"iban": ["An IBAN starts with two letters and two digits."]})
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])
    if int(digits) % _CHECK != 1:
        raise BadIban(errors={"iban": ["The check digits of this IBAN are wrong."]})
    return iban


def checked_bic(text: str) -> str:
    """A BIC, or nothing where the bank does not ask for it (rule); raises BadIban."""
    bic = re.sub(r"\s", "", text).upper()
    if bic and not _BIC.match(bic):
        raise BadIban(errors={"bic": ["A BIC has 8 or 11 letters and digits."]})
    return bic
