"""HttpClient: GET from public services, guarded, bounded, paced and retried.

Belongs here: timeouts, retries, size limit, address guard, logical bases, one clear error, no key in
any log. Does not: pace and breaker of a host (host_gate.py), what a service's answer means
(enrichment/connectors), crawling pages (discovery).
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Self, TypeVar
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import httpx
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_exponential_jitter

from realestate_os.errors import RealEstateOSError
from realestate_os.resources.addresses import ForbiddenAddressError, refuse_private, to_logical, to_origin
from realestate_os.resources.host_gate import GATES, HostGate
from realestate_os.settings import Settings

TRIES = 4
LONGEST_WAIT_S = 30.0
MOST_REDIRECTS = 5
# A server that drips one byte a second keeps every single read within its timeout.
TIMEOUTS_PER_BODY = 4
RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
SHOWN_URL_CHARS = 250
SECRET_PARAMS = ("key", "token", "secret", "signature", "password", "auth")
# Where the Census sends a request without a key, or with a wrong one: a page, status 200.
KEY_PAGES = ("missing_key.html", "invalid_key.html")

T = TypeVar("T")


class HttpError(RealEstateOSError):
    """A request failed for good; the message names URL (without secrets), cause, tries and what to do.

    `status` is the HTTP status of the last answer, None without one.
    """

    def __init__(self, url: str, cause: str, advice: str, *, status: int | None = None, tries: int = 1) -> None:
        self.url, self.cause, self.status, self.tries = url, cause, status, tries
        after = f" after {tries} tries" if tries > 1 else ""
        super().__init__(f"{_cut(url)}: {cause}{after}; {advice}")


class _TransientError(Exception):
    """Worth another try. `host_failed`: it counts for the host's breaker."""

    def __init__(
        self,
        cause: str,
        advice: str,
        status: int | None = None,
        *,
        wait_s: float | None = None,
        host_failed: bool = True,
    ) -> None:
        super().__init__(cause)
        self.cause, self.advice, self.status, self.wait_s, self.host_failed = cause, advice, status, wait_s, host_failed


@dataclass(frozen=True)
class Response:
    """An answer: status, headers (lower-case names), body, and the logical URL without secrets."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str


class HttpClient:
    """GET with retries, at the pace of the host. Used as a context manager, or closed with close().

    All clients of a process share one gate a host: HTTP_REQUESTS_PER_S, and a breaker that leaves a
    failing host alone for a minute. `sleep` is how it waits; tests pass one that does not.
    """

    def __init__(self, settings: Settings, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings = settings
        self._sleep = sleep
        self._client = httpx.Client(
            timeout=settings.http_timeout_s,
            follow_redirects=False,
            trust_env=False,
            headers={"User-Agent": f"RealEstateOS/0.1 (+{settings.crawler_contact_url})"},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def get(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Response:
        """GET a logical URL.

        Raises:
            HttpError: no answer below 400 within the tries, or a body above http_max_body_bytes.
            ForbiddenAddressError: the URL, or one it redirects to, is not public.
        """
        return self._retried(url, params, headers, lambda response: response)

    def get_json(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        refuse: Callable[[Any], str | None] | None = None,
    ) -> Any:
        """GET and parse JSON; raises as get().

        A body that is not JSON, or for which `refuse` gives a reason, counts as a failed try: a
        truncated body and ArcGIS's errors come with status 200.
        """
        return self.get_document(url, params, headers, refuse)[0]

    def get_document(
        self,
        url: str,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        refuse: Callable[[Any], str | None] | None = None,
        answers: Container[int] = (),
    ) -> tuple[Any, Response]:
        """get_json() with the response it was read from, for the archive.

        `answers` names statuses from 400 that are answers too (ATTOM's 400: no such property). An
        empty answer (204) is None.
        """

        def parsed(response: Response) -> tuple[Any, Response]:
            document = _json(response)
            reason = refuse(document) if refuse and document is not None else None
            if reason:
                raise _TransientError(
                    f"answered with an error: {reason[:200]}", _QUERY, response.status, host_failed=False
                )
            return document, response

        return self._retried(url, params, headers, parsed, answers)

    def _retried(
        self,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        accept: Callable[[Response], T],
        answers: Container[int] = (),
    ) -> T:
        full = f"{url}{'&' if '?' in url else '?'}{urlencode(params)}" if params else url
        tries = 0
        try:
            for attempt in self._retrying():
                with attempt:
                    tries += 1
                    return self._at_its_pace(full, lambda: accept(self._once(full, headers or {}, answers)))
        except _TransientError as error:
            raise HttpError(shown(full), error.cause, error.advice, status=error.status, tries=tries) from None
        raise AssertionError("tenacity ends with a result or an exception")

    def _at_its_pace(self, url: str, ask: Callable[[], T]) -> T:
        """One try through the host's gate, which learns how it went."""
        gate = self._gate(url)
        closed = gate.closed_for()
        if closed:
            raise HttpError(
                shown(url), "not asked: its host failed many times in a row", f"run again in {closed:.0f} s or later"
            )
        wait = gate.reserve()
        if wait:
            self._sleep(wait)
        try:
            result = ask()
        except _TransientError as error:
            if error.host_failed:
                gate.failed()
            raise
        except HttpError:
            gate.succeeded()
            raise
        gate.succeeded()
        return result

    def _gate(self, url: str) -> HostGate:
        origin = to_origin(url, self._settings)
        ours = origin != url
        rate = self._settings.sandbox_requests_per_s if ours else self._settings.http_requests_per_s
        return GATES.of(urlsplit(origin).netloc.rpartition("@")[2], rate)

    def _retrying(self) -> Retrying:
        return Retrying(
            stop=stop_after_attempt(TRIES),
            wait=_wait,
            retry=retry_if_exception_type(_TransientError),
            sleep=self._sleep,
            reraise=True,
        )

    def _once(self, url: str, headers: Mapping[str, str], answers: Container[int]) -> Response:
        for _ in range(MOST_REDIRECTS + 1):
            response, location = self._hop(url, headers, answers)
            if location is None:
                return response
            before, url = url, location
            if urlsplit(before).netloc != urlsplit(url).netloc:
                headers = {name: value for name, value in headers.items() if name.lower() in ("accept", "x-as-of")}
        raise HttpError(shown(url), f"redirects more than {MOST_REDIRECTS} times", "correct the source's URL")

    def _hop(self, url: str, headers: Mapping[str, str], answers: Container[int]) -> tuple[Response, str | None]:
        """One request; the second value is where it redirects to, as a logical URL."""
        origin = to_origin(url, self._settings)
        refuse_private(origin, self._settings)
        try:
            with self._client.stream("GET", origin, headers=dict(headers)) as answer:
                if answer.is_redirect and "location" in answer.headers:
                    target = str(answer.url.join(answer.headers["location"]))
                    return _answer(answer, b"", url), to_logical(target, self._settings)
                if answer.status_code not in answers:
                    _check_status(answer, url)
                return _answer(answer, self._body(answer, url), url), None
        except httpx.TimeoutException:
            seconds = self._settings.http_timeout_s
            raise _TransientError(f"no answer within {seconds:g} s", f"{_SERVICE}, or raise HTTP_TIMEOUT_S") from None
        except httpx.ConnectError as error:
            raise _TransientError(f"cannot be reached ({error})", self._how_to_reach(url)) from None
        except httpx.TransportError as error:
            raise _TransientError(f"broke off its answer ({error})", _SERVICE) from None
        except httpx.DecodingError as error:
            raise _TransientError(f"answered with a damaged body ({error})", _SERVICE) from None

    def _body(self, answer: httpx.Response, url: str) -> bytes:
        limit = self._settings.http_max_body_bytes
        deadline = time.monotonic() + TIMEOUTS_PER_BODY * self._settings.http_timeout_s
        parts, size = [], 0
        for part in answer.iter_bytes(65_536):
            size += len(part)
            if size > limit:
                raise HttpError(
                    shown(url),
                    f"the body is larger than {limit:,} bytes",
                    "ask for fewer rows, or raise HTTP_MAX_BODY_BYTES",
                    status=answer.status_code,
                )
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the body drips")
            parts.append(part)
        return b"".join(parts)

    def _how_to_reach(self, url: str) -> str:
        if to_origin(url, self._settings) != url:
            return "start the sandbox with `realestate-os sandbox`, or check its port"
        return "check the network and the source's URL, then run again"


_QUERY = "check the source's URL and fields, or run again later"
_SERVICE = "the service is failing: run again later"


def shown(url: str) -> str:
    """The URL as it may be stored and logged: values of keys and tokens are replaced."""
    parts = urlsplit(url)
    query = [(name, "***" if _is_secret(name) else value) for name, value in parse_qsl(parts.query, True)]
    netloc = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, netloc, parts.path, urlencode(query, safe="*$,:'() "), ""))


def _cut(url: str) -> str:
    """A query of forty addresses fills a screen; its beginning tells enough."""
    return url if len(url) <= SHOWN_URL_CHARS else f"{url[:SHOWN_URL_CHARS]}..."


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in SECRET_PARAMS)


def _json(response: Response) -> Any:
    """The parsed body; None for an empty answer."""
    if response.status == 204:
        return None
    try:
        return json.loads(response.content)
    except (ValueError, RecursionError):
        page = urlsplit(response.url).path.rpartition("/")[2]
        if page in KEY_PAGES:
            raise HttpError(
                response.url, "the service wants a key", "set CENSUS_API_KEY (free, see .env.example)"
            ) from None
        raise _TransientError("answered with a body that is not JSON", _SERVICE, response.status) from None


class _NoKeys(logging.Filter):
    """httpx logs each URL with its query at INFO; what is secret in it is replaced."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the record, its URLs made presentable."""
        if isinstance(record.args, tuple):
            record.args = tuple(shown(str(arg)) if isinstance(arg, httpx.URL) else arg for arg in record.args)
        return True


logging.getLogger("httpx").addFilter(_NoKeys())


def _answer(answer: httpx.Response, body: bytes, url: str) -> Response:
    return Response(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, body, shown(url))


def _check_status(answer: httpx.Response, url: str) -> None:
    status = answer.status_code
    if status in RETRIED_STATUSES:
        wait = _retry_after(answer.headers.get("retry-after"))
        # 429 says that we are too fast, not that the host is down.
        raise _TransientError(f"answered {status}", _SERVICE, status, wait_s=wait, host_failed=status != 429)
    if status >= 400:
        advice = {401: "check the service's key", 403: "check the service's key", 404: "check the source's URL"}
        raise HttpError(shown(url), f"answered {status}", advice.get(status, "check the source's query"), status=status)


def _retry_after(value: str | None) -> float | None:
    """Seconds that the server asks for, as a number or an HTTP date; at most LONGEST_WAIT_S."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except (TypeError, ValueError):
            return None
    return min(max(seconds, 0.0), LONGEST_WAIT_S)


_BACKOFF = wait_exponential_jitter(multiplier=0.25, max=8.0, jitter=0.25)


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait_s if isinstance(error, _TransientError) else None
    return _BACKOFF(state) if asked is None else asked


__all__ = ["ForbiddenAddressError", "HttpClient", "HttpError", "Response", "shown"]
