"""Routes of the records: Census, Socrata, ArcGIS, ATTOM.

Belongs here: which URL answers what. Does not: queries (census.py, socrata.py, arcgis.py, attom.py).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from realestate_os.sandbox.asked import county_of, day_of
from realestate_os.sandbox.control import control_routes
from realestate_os.sandbox.faults import Faults
from realestate_os.sandbox.records import arcgis, attom, census, socrata
from realestate_os.sandbox.records.layers import LAYERS
from realestate_os.sandbox.records.tables import Table, Tables
from realestate_os.sandbox.world import World

ABOUT = """Public records of invented counties, or of a file of real sales.
The header X-As-Of: YYYY-MM-DD answers as of another day.

Census:  /census/data/YEAR/acs/acs5?get=NAME,...&for=zip%20code%20tabulation%20area:98101,98102
         years from {first}; variables: {variables}
Socrata: /socrata/resource/COUNTY-parcels.json, COUNTY-addresses.json, COUNTY-sales.json
         $select, $where, $order, $limit, $offset; columns at /socrata/api/views/COUNTY-parcels.json
ArcGIS:  /arcgis/rest/services/COUNTY/Parcels/MapServer/0, /arcgis/rest/services/COUNTY/Sales/MapServer/0
         and /query with f=json
ATTOM:   /attom/propertyapi/v1.0.0/property/expandedprofile?address1=...&address2=..., or ?fips=...&apn=...
         any key in the header apikey
"""


def records_app(world: World, faults: Faults) -> Starlette:
    """The records as an ASGI application."""
    routes = _Routes(world)
    layer = "/arcgis/rest/services/{county}/{layer}/MapServer/0"
    return Starlette(
        routes=[
            Route("/", routes.about),
            Route("/census/data/{year:int}/acs/acs5", routes.census),
            Route("/socrata/resource/{dataset}.json", routes.socrata),
            Route("/socrata/api/views/{dataset}.json", routes.socrata_view),
            Route("/attom/propertyapi/v1.0.0/property/expandedprofile", routes.attom),
            Route(layer, routes.arcgis_layer, methods=["GET", "POST"]),
            Route(f"{layer}/query", routes.arcgis_query, methods=["GET", "POST"]),
            *control_routes(world, faults),
        ],
        exception_handlers={HTTPException: _error},
    )


class _Routes:
    def __init__(self, world: World) -> None:
        self.world, self.tables, self.figures = world, Tables(), census.Census(world)

    async def about(self, request: Request) -> Response:
        """What the port serves, with all field names."""
        lines = [ABOUT.format(first=census.FIRST_VINTAGE, variables=", ".join(census.VARIABLES))]
        for (service, layer), fields in LAYERS.items():
            lines.append(f"{service} {layer}: {', '.join(f'{field.name} ({field.kind})' for field in fields)}")
        lines += [
            "",
            f"Counties: {', '.join(self.world.county_keys)}",
            "Control: /_control/planted, /_control/contracts, /_control/contacts, /_control/faults",
        ]
        return PlainTextResponse("\n".join(lines) + "\n")

    async def census(self, request: Request) -> Response:
        """ACS five-year figures."""
        try:
            rows = await run_in_threadpool(
                self.figures.query, request.path_params["year"], request.query_params, day_of(request, self.world)
            )
        except census.CensusError as error:
            return PlainTextResponse(str(error), error.status)
        return JSONResponse(rows)

    async def socrata(self, request: Request) -> Response:
        """Rows of a dataset."""
        return await self._soda(request, lambda dataset, table: socrata.query(table, dict(request.query_params)))

    async def socrata_view(self, request: Request) -> Response:
        """Columns of a dataset."""
        return await self._soda(request, socrata.describe)

    async def _soda(self, request: Request, answer: Callable[[str, Table], Any]) -> Response:
        dataset = request.path_params["dataset"]
        county, _, layer = dataset.rpartition("-")
        if ("socrata", layer) not in LAYERS or county not in self.world.county_keys:
            body = {"code": "dataset.missing", "error": True, "message": "Not found", "data": {"id": dataset}}
            return JSONResponse(body, 404)
        on = day_of(request, self.world, county)
        try:
            body = await run_in_threadpool(
                lambda: answer(dataset, self.tables.of("socrata", layer, self.world.of(county), on))
            )
        except socrata.SodaError as error:
            return JSONResponse(error.body, 400)
        return JSONResponse(body)

    async def attom(self, request: Request) -> Response:
        """A property's profile."""
        params = dict(request.query_params)
        key = request.headers.get("apikey", "")
        status, body = await run_in_threadpool(
            lambda: attom.profile(self.world, params, key, lambda county: day_of(request, self.world, county))
        )
        return JSONResponse(body, status)

    async def arcgis_layer(self, request: Request) -> Response:
        """Description of a layer."""
        return await self._arcgis(
            request,
            lambda table, params: arcgis.describe_layer(
                request.path_params["county"], request.path_params["layer"], table
            ),
        )

    async def arcgis_query(self, request: Request) -> Response:
        """Features of a layer."""
        return await self._arcgis(request, arcgis.query)

    async def _arcgis(self, request: Request, answer: Any) -> Response:
        layer = request.path_params["layer"]
        if ("arcgis", layer) not in LAYERS or request.path_params["county"] not in self.world.county_keys:
            return JSONResponse(arcgis.ArcgisError(f"Service {layer}/MapServer not found", code=404).body)
        params = dict(request.query_params)
        if request.method == "POST":
            params |= dict(parse_qsl((await request.body()).decode("utf-8", "replace")))
        there = await run_in_threadpool(county_of, request, self.world)
        on = day_of(request, self.world, there.county.key)
        try:
            body = await run_in_threadpool(lambda: answer(self.tables.of("arcgis", layer, there, on), params))
        except arcgis.ArcgisError as error:
            body = error.body
        return JSONResponse(body)


async def _error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)
