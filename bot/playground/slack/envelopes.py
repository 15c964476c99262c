"""What is written on a Socket Mode connection, and what a connection is. No timing, no decisions."""

import asyncio
import json
from dataclasses import dataclass
from typing import Final

from bot.playground.slack.delivery import Parcel
from bot.playground.slack.nouns import Json

HOST: Final = "applink-emulated"


@dataclass(eq=False)
class Connection:
    app_id: str
    outbox: asyncio.Queue[str | None] | None  # None: a ghost, which takes everything and answers nothing
    leaving: bool = False


def hello(app_id: str, connections: int) -> str:
    return json.dumps(
        {
            "type": "hello",
            "num_connections": connections,
            "debug_info": {"host": HOST, "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": app_id},
        }
    )


def envelope(parcel: Parcel) -> str:
    body: Json = {
        "envelope_id": parcel.envelope_id,
        "payload": parcel.payload,
        "type": parcel.kind,
        "accepts_response_payload": parcel.accepts_response,
    }
    if parcel.kind == "events_api":
        body |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
    return json.dumps(body)


def goodbye(reason: str) -> str:
    return json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}})
