"""How it looks: theme packages, tokens, sections, pages, text overrides, panels, components."""
