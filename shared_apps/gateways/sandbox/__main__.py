"""`python -m shared_apps.gateways.sandbox --port N --data FILE`: run until interrupted."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from pathlib import Path

from shared_apps.gateways.sandbox.everyone import everyone
from shared_apps.gateways.sandbox.server import Sandbox


def main() -> int:
    parser = argparse.ArgumentParser(prog="payment-sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8420)
    parser.add_argument("--data", type=Path, required=True, help="the SQLite file that remembers")
    parser.add_argument(
        "--public-url", default="", help="address under which browsers reach the payment pages"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    options.data.parent.mkdir(parents=True, exist_ok=True)
    try:
        sandbox = Sandbox(
            providers=everyone(),
            path=str(options.data),
            host=options.host,
            port=options.port,
            public_url=options.public_url,
        )
    except OSError as error:
        sys.stderr.write(f"payment sandbox: port {options.port} cannot be used: {error.strerror}\n")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    sandbox.start()
    sys.stdout.write(f"payment sandbox on {sandbox.url}\n")
    sys.stdout.flush()
    try:
        sandbox.wait()
    except KeyboardInterrupt:
        sandbox.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
