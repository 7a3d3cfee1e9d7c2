"""Names that a service with subdomains should not hand out.

names.json and patterns.json are those of the npm package reserved-subdomains 1.0.4 (MIT licence).
"""
