"""Birth, pause and end of a tenant as recorded, resumable steps; the pool of ready schemas."""
