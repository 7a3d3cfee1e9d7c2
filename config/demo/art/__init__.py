"""Pictures of made-up goods and places, drawn by program: no photographs, no licences, as many as wanted.

`products.draw("vase", seed=3)` and `scenes.draw("town")` give SVG text; `render.encode` turns it into AVIF, WebP
and JPEG. The same seed gives the same picture; another seed gives another colour, wall and side of the light.
"""

from __future__ import annotations
