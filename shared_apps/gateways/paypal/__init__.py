"""PayPal: a payment is an order that the payer approves on PayPal's page and we then capture or authorise.

PayPal takes nothing by the approval alone. So whoever looks at an approved order (`fetch_payment`)
completes it; a second look meets the first by its request id. Money is a decimal text of major units.
"""

from __future__ import annotations
