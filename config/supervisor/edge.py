"""Caddy in front of web and realtime: one origin for both, any host, plain HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

LARGEST_BODY = "25MB"


@dataclass(frozen=True, slots=True)
class Edge:
    bind: str
    port: int
    web: int
    realtime: int
    sandbox: int
    pay_host: str
    storage: Path


def caddyfile(edge: Edge) -> str:
    """Caddy's configuration of the demo.

    Forwarding headers of visitors are replaced, never believed. While web restarts, requests wait a few seconds for it.
    """
    return f"""\
# Written by config/supervisor/edge.py at every start.
{{
	admin off
	auto_https off
	persist_config off
	storage file_system "{edge.storage}"
	grace_period 5s
	log {{
		level WARN
	}}
}}

http://{edge.pay_host}:{edge.port} {{
	bind {edge.bind}
	request_body {{
		max_size {LARGEST_BODY}
	}}
	reverse_proxy 127.0.0.1:{edge.sandbox}
}}

http://:{edge.port} {{
	bind {edge.bind}
	request_body {{
		max_size {LARGEST_BODY}
	}}
	handle /rt/* {{
		reverse_proxy 127.0.0.1:{edge.realtime} {{
			flush_interval -1
		}}
	}}
	handle {{
		reverse_proxy 127.0.0.1:{edge.web} {{
			lb_try_duration 5s
			lb_try_interval 100ms
		}}
	}}
}}
"""
