"""python -m config.supervisor: bin/demo without its bootstrap."""

from __future__ import annotations

import sys

from config.supervisor.demo import main

sys.exit(main())
