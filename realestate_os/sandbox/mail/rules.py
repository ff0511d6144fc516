"""What SendGrid refuses, and how it says so.

Belongs here: validation of the body of POST /v3/mail/send, by the API's published rules. Does not:
delivery or events.
"""

from __future__ import annotations

import re
from typing import Any

Errors = list[dict[str, Any]]
MAX_PERSONALIZATIONS = 1000
MAX_CATEGORIES, MAX_CATEGORY_LENGTH = 10, 255
MAX_CUSTOM_ARGS_BYTES = 10_000
MAX_BODY_BYTES = 30 * 1024 * 1024
_ADDRESS = re.compile(r"[^@\s<>]+@[^@\s<>]+\.[^@\s<>.]+")
NO_FROM = "The from object must be provided for every email send. It is an object that requires the email parameter."
NO_SUBJECT = (
    "The subject is required. You can get around this requirement if you use a template with a subject defined."
)
NO_TO = (
    "The to array is required for all personalization objects, "
    "and must have at least one email object with a valid email address."
)
NO_CONTENT = (
    "Unless a valid template_id is provided, the content parameter is required. "
    "There must be at least one defined content block."
)
TWICE = (
    "Each email address in the personalization block should be unique between to, cc, and bcc. "
    "We found the first duplicate instance of [{email}] in the {field} field."
)
HELP = "http://sendgrid.com/docs/API_Reference/Web_API_v3/Mail/errors.html"


def error(message: str, field: str | None) -> dict[str, Any]:
    """One entry of the errors array."""
    return {"message": message, "field": field, "help": f"{HELP}#message.{field}" if field else None}


def unauthorized() -> dict[str, Any]:
    """Body of a 401."""
    return {
        "errors": [
            {"message": "The provided authorization grant is invalid, expired, or revoked", "field": None, "help": None}
        ]
    }


def find_errors(body: Any) -> Errors:
    """All errors of a body; empty when it is accepted."""
    if not isinstance(body, dict):
        return [error("Bad Request: the body must be a JSON object", None)]
    return [
        *_sender(body),
        *_personalizations(body),
        *_content(body),
        *_categories(body.get("categories")),
        *_custom_args(body.get("custom_args"), "custom_args"),
        *_settings(body),
    ]


def is_address(value: Any) -> bool:
    """An object with a plausible e-mail address."""
    return isinstance(value, dict) and isinstance(value.get("email"), str) and bool(_ADDRESS.fullmatch(value["email"]))


def _sender(body: dict[str, Any]) -> Errors:
    found = []
    if "from" not in body:
        found.append(
            error(
                NO_FROM,
                "from.email",
            )
        )
    elif not is_address(body["from"]):
        found.append(error("The from email does not contain a valid address.", "from.email"))
    if "reply_to" in body and not is_address(body["reply_to"]):
        found.append(error("The reply_to email does not contain a valid address.", "reply_to.email"))
    return found


def _personalizations(body: dict[str, Any]) -> Errors:
    items = body.get("personalizations")
    if not isinstance(items, list) or not items:
        return [
            error(
                "The personalizations field is required and must have at least one personalization.", "personalizations"
            )
        ]
    if len(items) > MAX_PERSONALIZATIONS:
        return [
            error(
                f"The personalizations field must have at most {MAX_PERSONALIZATIONS} personalizations.",
                "personalizations",
            )
        ]
    found: Errors = []
    for number, item in enumerate(items):
        found += _personalization(item, f"personalizations.{number}")
        if not (body.get("subject") or (isinstance(item, dict) and item.get("subject")) or body.get("template_id")):
            found.append(
                error(
                    NO_SUBJECT,
                    "subject",
                )
            )
    return found


def _personalization(item: Any, field: str) -> Errors:
    if not isinstance(item, dict) or not isinstance(item.get("to"), list) or not item["to"]:
        return [
            error(
                NO_TO,
                f"{field}.to",
            )
        ]
    found: Errors = []
    seen: set[str] = set()
    for kind in ("to", "cc", "bcc"):
        for number, address in enumerate(item.get(kind) or []):
            where = f"{field}.{kind}.{number}.email"
            if not is_address(address):
                found.append(error("Does not contain a valid address.", where))
                continue
            email = address["email"].lower()
            if email in seen:
                found.append(error(TWICE.format(email=email, field=f"{field}.{kind}"), field))
            seen.add(email)
    return found + _custom_args(item.get("custom_args"), f"{field}.custom_args")


def _content(body: dict[str, Any]) -> Errors:
    if body.get("template_id"):
        return []
    content = body.get("content")
    if not isinstance(content, list) or not content:
        return [
            error(
                NO_CONTENT,
                "content",
            )
        ]
    found = []
    kinds = []
    for number, part in enumerate(content):
        if not isinstance(part, dict) or not isinstance(part.get("value"), str) or not part["value"]:
            found.append(
                error("The content value must be a string at least one character in length.", f"content.{number}.value")
            )
        kinds.append(part.get("type") if isinstance(part, dict) else None)
    if "text/plain" in kinds and kinds[0] != "text/plain":
        found.append(
            error(
                "If present, text/plain and text/html may only be provided once, and text/plain must come first.",
                "content",
            )
        )
    return found


def _categories(categories: Any) -> Errors:
    if categories is None:
        return []
    if (
        not isinstance(categories, list)
        or len(categories) > MAX_CATEGORIES
        or len(set(map(str, categories))) < len(categories)
    ):
        return [error(f"The categories must be an array of at most {MAX_CATEGORIES} unique strings.", "categories")]
    too_long = [c for c in categories if not isinstance(c, str) or len(c) > MAX_CATEGORY_LENGTH]
    return (
        [error(f"A category must be a string of at most {MAX_CATEGORY_LENGTH} characters.", "categories")]
        if too_long
        else []
    )


def _custom_args(args: Any, field: str) -> Errors:
    if args is None:
        return []
    if not isinstance(args, dict):
        return [error("The custom_args must be an object.", field)]
    found = [
        error("The value of the custom_arg must be a string.", f"{field}.{key}")
        for key, value in args.items()
        if not isinstance(value, str)
    ]
    if len(str(args).encode()) > MAX_CUSTOM_ARGS_BYTES:
        found.append(error(f"The custom_args exceed {MAX_CUSTOM_ARGS_BYTES} bytes.", field))
    return found


def _settings(body: dict[str, Any]) -> Errors:
    found = []
    for name in ("mail_settings", "tracking_settings", "asm"):
        if name in body and not isinstance(body[name], dict):
            found.append(error(f"The {name} parameter must be an object.", name))
    asm = body.get("asm")
    if isinstance(asm, dict) and not isinstance(asm.get("group_id"), int):
        found.append(error("The asm group_id must be an integer.", "asm.group_id"))
    for number, attachment in enumerate(body.get("attachments") or []):
        if not isinstance(attachment, dict) or not attachment.get("content") or not attachment.get("filename"):
            found.append(error("An attachment needs content (base64) and filename.", f"attachments.{number}"))
    return found
