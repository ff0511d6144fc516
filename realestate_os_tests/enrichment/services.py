"""A server on loopback that answers as a county's service does, from records that a test gives it.

Belongs here: ArcGIS layers and SODA datasets of canned records, with real paging. Does not: the sandbox
(realestate_os/sandbox), which invents a county.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


class Service(ThreadingHTTPServer):
    """`layers`: path -> {description, features, most}; `datasets`: id -> rows. `asked`: what came in."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.layers: dict[str, dict[str, Any]] = {}
        self.datasets: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def answer(self, path: str, params: dict[str, str]) -> Any:
        """The body for one GET."""
        self.asked.append((path, params))
        if path.startswith("/resource/"):
            rows = self.datasets[path.removeprefix("/resource/").removesuffix(".json")]
            start, limit = int(params["$offset"]), int(params["$limit"])
            return rows[start : start + limit]
        if path.startswith("/api/views/"):
            names = {name for row in self.datasets[path.rpartition("/")[2].removesuffix(".json")] for name in row}
            return {"columns": [{"fieldName": name, "dataTypeName": "text"} for name in sorted(names)]}
        if path.endswith("/query"):
            return self._query(self.layers[path.removesuffix("/query")], params)
        return self.layers[path]["description"]

    def _query(self, layer: dict[str, Any], params: dict[str, str]) -> Any:
        features, most = layer["features"], layer.get("most", 1000)
        if params.get("returnIdsOnly") == "true":
            return {"objectIdFieldName": "OBJECTID", "objectIds": list(range(1, len(features) + 1))}
        reference = {"spatialReference": {"wkid": layer.get("wkid", 4326)}}
        if params.get("objectIds"):
            return reference | {"features": [features[int(one) - 1] for one in params["objectIds"].split(",")]}
        start = int(params["resultOffset"])
        page = features[start : start + min(int(params["resultRecordCount"]), most)]
        more = {"exceededTransferLimit": True} if start + len(page) < len(features) else {}
        return reference | {"features": page} | more


class _Handler(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        body = json.dumps(self.server.answer(parts.path, dict(parse_qsl(parts.query)))).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Keep the tests quiet."""


def layer(records: list[dict[str, Any]], kinds: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A layer of features; `kinds` gives fields another type than text."""
    names = {name: None for feature in records for name in feature["attributes"]}
    types = {name: (kinds or {}).get(name, "esriFieldTypeString") for name in names}
    description = {
        "fields": [{"name": "OBJECTID", "type": "esriFieldTypeOID"}]
        + [{"name": name, "type": kind} for name, kind in types.items()],
        "objectIdField": "OBJECTID",
        "maxRecordCount": more.get("most", 1000),
        "advancedQueryCapabilities": {"supportsPagination": more.pop("pages", True)},
    }
    return {"description": description, "features": records} | more


@contextmanager
def running() -> Iterator[Service]:
    """The service on a free port."""
    with Service() as service:
        thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        yield service
        service.shutdown()
        thread.join()
