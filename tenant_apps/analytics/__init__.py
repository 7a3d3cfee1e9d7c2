"""Events turned into facts and reports."""
