"""How a bench that runs an emulator in a process of its own pulls its levers, and learns what that process cost."""

import resource
import time
from collections.abc import Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

BAD: Final = 400


async def pulled(request: Request, pull: Callable[[str, dict[str, Any]], object]) -> Response:
    """JSON only: a web page of another site cannot send that without being allowed to."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return JSONResponse({"ok": False, "error": "send JSON"}, status_code=BAD)
    args: dict[str, Any] = await request.json()
    try:
        made = pull(request.path_params["lever"], args)
    except (LookupError, TypeError, ValueError) as no:
        return JSONResponse({"ok": False, "error": str(no)}, status_code=BAD)
    return JSONResponse({"ok": True, "made": made})


async def spent(_: Request) -> Response:
    """CPU of this process so far, which is none of what is measured; and its memory at most."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return JSONResponse({"cpu_s": time.process_time(), "peak_kib": peak})
