"""The back door of each port: what was planted, what shall go wrong.

Belongs here: routes under /_control/ that every port has. Does not: the mail's own switches (mail/).
"""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from realestate_os.sandbox.asked import county_of, day_of
from realestate_os.sandbox.faults import Fault, Faults
from realestate_os.sandbox.world import World


def control_routes(world: World, faults: Faults) -> list[Route]:
    """Routes for planted truth, contracts, contacts and faults."""

    async def planted(request: Request) -> Response:
        there = await run_in_threadpool(county_of, request, world)
        return JSONResponse(await run_in_threadpool(there.planted, day_of(request, world, there.county.key)))

    async def contracts(request: Request) -> Response:
        there = await run_in_threadpool(county_of, request, world)
        return JSONResponse(await run_in_threadpool(there.contracts, day_of(request, world, there.county.key)))

    async def contacts(request: Request) -> Response:
        there = await run_in_threadpool(county_of, request, world)
        return JSONResponse(there.contacts())

    return [
        Route("/_control/planted", planted),
        Route("/_control/contracts", contracts),
        Route("/_control/contacts", contacts),
        Route("/_control/faults", _faults_endpoint(faults), methods=["GET", "POST", "DELETE"]),
    ]


def _faults_endpoint(faults: Faults) -> Any:
    async def endpoint(request: Request) -> Response:
        if request.method == "DELETE":
            faults.clear()
        if request.method == "POST":
            try:
                faults.add(Fault.from_json(await request.json()))
            except (ValueError, TypeError) as error:
                return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(faults.listed())

    return endpoint
