from __future__ import annotations

from pathlib import Path

from config import env

OPERATING = Path(__file__).parents[2] / "docs" / "operating.md"


def row(variable: env.Variable[object]) -> str:
    if variable.default is None:
        default = "none: must be given"
    elif variable.default == "":
        default = "empty"
    else:
        default = f"`{variable.default}`"
    return f"| `{variable.name}` | {variable.meaning} | {default} |"


def test_the_table_of_environment_variables_is_complete_and_true() -> None:
    """Change the table in docs/operating.md to these rows when config/env.py changes."""
    lines = OPERATING.read_text().splitlines()
    start = lines.index("| variable | meaning | default |") + 2
    table = lines[start : lines.index("", start)]
    assert table == [row(variable) for variable in env.VARIABLES.values()]
