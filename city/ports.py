"""Ports that are taken, said before anything is done for the server that wants one."""

from __future__ import annotations

import socket

from routing.message import BadInput


def refuse_taken(host: str, port: int) -> None:
    """Raises BadInput where nobody could answer on this port: it is in use, or not allowed."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as reason:
            raise BadInput(
                "Port %(port)s cannot be used (%(reason)s). Perhaps an earlier start still runs: end it, or choose "
                "another port.",
                port=port,
                reason=reason.strerror,
            ) from reason
