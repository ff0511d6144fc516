"""A Qdrant over HTTP: the REST calls that we make, answered from Qdrant's own local mode.

Requests are read with Qdrant's own models, so that a malformed one fails as it would there. It shows
what goes over the wire; indexes and approximate search it has none of. Payload indexes asked for are
kept in `indexes`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel
from qdrant_client import QdrantClient
from qdrant_client.http import models


class QdrantServer:
    """Collections in memory behind a loopback port."""

    def __init__(self) -> None:
        self.client = QdrantClient(":memory:")
        self.indexes: dict[str, str] = {}
        self.url = ""

    def answer(self, method: str, path: str, body: Any) -> Any:
        """The `result` of one request."""
        parts = path.strip("/").split("/")
        if path == "/collections":
            return self.client.get_collections()
        if path == "/aliases":
            return self.client.get_aliases()
        if path == "/collections/aliases":
            return self.client.update_collection_aliases(models.ChangeAliasesOperation(**body).actions)
        return self._of_collection(parts[1], f"{method} {'/'.join(parts[2:])}".strip(), body)

    def _of_collection(self, name: str, call: str, body: Any) -> Any:
        client = self.client
        calls: dict[str, Callable[[], Any]] = {
            "GET exists": lambda: {"exists": client.collection_exists(name)},
            "PUT": lambda: client.create_collection(name, models.CreateCollection(**body).vectors),
            "DELETE": lambda: client.delete_collection(name),
            "PUT index": lambda: self._index(models.CreateFieldIndex(**body)),
            "PUT points": lambda: client.upsert(name, models.PointsBatch(**body).batch),
            "POST points": lambda: client.retrieve(name, body["ids"], body.get("with_payload", True)),
            "POST points/count": lambda: client.count(name),
            "POST points/delete": lambda: client.delete(name, models.FilterSelector(**body)),
            "POST points/query/batch": lambda: client.query_batch_points(
                name, models.QueryRequestBatch(**body).searches
            ),
        }
        return calls[call]()

    def _index(self, wanted: models.CreateFieldIndex) -> dict[str, Any]:
        self.indexes[wanted.field_name] = str(wanted.field_schema)
        return {"operation_id": 0, "status": "completed"}


@contextmanager
def qdrant_server() -> Iterator[QdrantServer]:
    """A running server; `url` says where."""
    qdrant = QdrantServer()

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or "null")
            answer = {"result": _plain(qdrant.answer(self.command, urlsplit(self.path).path, body)), "status": "ok"}
            content = json.dumps(answer | {"time": 0.0}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = _serve

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        qdrant.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield qdrant
        finally:
            server.shutdown()
            thread.join()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    return [_plain(one) for one in value] if isinstance(value, list) else value
