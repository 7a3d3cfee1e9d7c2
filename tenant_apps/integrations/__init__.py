"""API keys, outbound webhooks, import and export.

Doors: `domain.imports` (receive_upload, queue_import, run_import, cancel_import), `queries`
(ImportStatus, issues). A file becomes rows (`domain.rows`), groups on disk (`domain.spool`),
drafts (`domain.shopify`, `domain.woocommerce`) and, a batch a transaction, products. Pictures
keep their foreign address; nothing is fetched. Events: integrations.import_{queued,finished}.
"""
