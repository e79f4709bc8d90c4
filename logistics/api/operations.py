"""What the interface offers: each operation once, for the routes and for the description in OpenAPI 3.1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Response, g
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from logistics.api import door
from logistics.api.door import Scope
from logistics.api.shapes import ProblemOut

PREFIX = "/api/v1"
VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One value in the query of an address."""

    name: str
    schema: dict[str, Any]
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that a program may ask for."""

    method: str
    path: str
    name: str
    about: str
    scope: Scope
    answer: type[BaseModel] | None
    status: int = 200
    body: type[BaseModel] | None = None
    media: str = "application/json"
    parameters: tuple[Parameter, ...] = ()
    deed: bool = False


@dataclass
class Operations:
    """All operations, in the order in which they are described."""

    bp: Blueprint
    all: list[Operation] = field(default_factory=list)

    def add(self, operation: Operation) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
        """Put an operation behind the door and under its address."""
        self.all.append(operation)

        def wrap(view: Callable[..., Response]) -> Callable[..., Response]:
            def guarded(**values: Any) -> Response:
                def make() -> Response:
                    account = door.enter(operation.scope)
                    return view(account, **values)

                return door.answer(make)

            guarded.__name__, guarded.__doc__ = operation.name, view.__doc__
            guarded.roles = frozenset()  # type: ignore[attr-defined]  # whoever is signed in, here by a token
            flask_path = operation.path.replace("{reference}", "<reference>").replace("{id}", "<int:number>")
            self.bp.add_url_rule(flask_path, operation.name, guarded, methods=[operation.method])
            return view

        return wrap


def description(operations: list[Operation]) -> dict[str, Any]:
    """The OpenAPI 3.1 document of these operations."""
    shapes = {one for operation in operations for one in (operation.body, operation.answer) if one} | {ProblemOut}
    ordered = sorted(shapes, key=lambda one: one.__name__)
    names, schemas = models_json_schema(
        [(one, "validation") for one in ordered], ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Any] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation, names)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zwischenraum",
            "version": VERSION,
            "description": "Bookings through the shared hubs of a town. Days and clock times are those of the city, "
            "moments are UTC. Refusals say what to do, in German or English (Accept-Language).",
        },
        "servers": [{"url": PREFIX}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas.get("$defs", {}),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _described(operation: Operation, names: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": operation.name,
        "summary": operation.about,
        "description": f"Scope: {operation.scope.value}",
        "parameters": _parameters(operation),
        "responses": {str(operation.status): _answer(operation, names), "default": _problem_answer()},
    }
    if operation.body is not None:
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": names[operation.body, "validation"]}},
        }
    return found


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if "{reference}" in operation.path:
        pattern = {"type": "string", "pattern": "^[A-Z0-9]{4}-[A-Z0-9]{4}$"}
        found.append({"name": "reference", "in": "path", "required": True, "schema": pattern})
    if "{id}" in operation.path:
        number = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
        found.append({"name": "id", "in": "path", "required": True, "schema": number})
    for one in operation.parameters:
        found.append({"name": one.name, "in": "query", "schema": one.schema, "description": one.about})
    if operation.deed:
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "schema": {"type": "string", "minLength": 1, "maxLength": door.LONGEST_KEY, "pattern": "^[!-~]+$"},
                "description": "Same key and request: the same answer, nothing happens twice. Kept for 48 hours.",
            }
        )
    return found


def _answer(operation: Operation, names: Any) -> dict[str, Any]:
    if operation.answer is None:
        return {
            "description": "A file.",
            "content": {operation.media: {"schema": {"type": "string", "format": "binary"}}},
        }
    return {
        "description": (operation.answer.__doc__ or "").strip(),
        "content": {"application/json": {"schema": names[operation.answer, "validation"]}},
    }


def _problem_answer() -> dict[str, Any]:
    return {
        "description": "Refused: what happened, and what to do.",
        "content": {door.PROBLEM: {"schema": {"$ref": "#/components/schemas/ProblemOut"}}},
    }


def caller() -> door.Caller:
    """Who asks in this request."""
    found: door.Caller = g.caller
    return found
