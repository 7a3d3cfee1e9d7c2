#!/usr/bin/env python3
"""Django's command line, bound to the platform: commands for one tenant enter it themselves."""

from __future__ import annotations

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    from django.core.management import execute_from_command_line

    from shared_apps.kernel.context import platform_context

    with platform_context():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
