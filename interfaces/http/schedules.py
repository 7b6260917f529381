"""Schedules over HTTP: start a workflow at a moment, or again and again."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, Response, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from application.errors import NotFound
from application.orchestration.start import StartRequest
from application.scheduling import moments
from application.scheduling.authors import Authors
from application.scheduling.drafting import Timing
from domain import schedule
from domain.kernel import Command, Instant, Name, Record
from domain.schedule import Overlap
from infrastructure.identity.tokens import now
from interfaces import scheduling
from interfaces.composition import Core
from interfaces.http.body import MAX_DOCUMENT
from interfaces.http.commands import Accepted, After, Key, Signed, caught_up, created, new_stream, sent
from interfaces.http.reading import reading
from interfaces.http.run_bodies import Priority, RunInput, document
from projections import schedules
from projections.schedules import ScheduleRow, SkippedMoment

NEXT = 5

Expression = Annotated[str, Meta(max_length=120)]
ZoneName = Annotated[str, Meta(min_length=1, max_length=64)]


class CreateSchedule(Record, forbid_unknown_fields=True):
    """Start a template or a workflow by `cron`, five fields read in the time `zone`, or once, `at` a moment.

    While its last run is not over, `overlap` says whether it is skipped or started all the same.
    """

    name: Name
    input: RunInput
    template: str | None = None
    workflow_id: UUID | None = None
    cron: Expression | None = None
    at: Instant | None = None
    zone: ZoneName = "UTC"
    overlap: Overlap = "skip"
    priority: Priority | None = None


class ReviseSchedule(Record, forbid_unknown_fields=True):
    """All of its timing anew; without an input that stays as it is. Whoever revises it is its author from then on."""

    input: RunInput | None = None
    cron: Expression | None = None
    at: Instant | None = None
    zone: ZoneName = "UTC"
    overlap: Overlap = "skip"
    priority: Priority | None = None


class Schedule(Record):
    """Where nothing was started at its last moment, `skipped` says why. Runs are started in the author's name."""

    id: UUID
    name: str
    status: str
    workflow_id: UUID
    title: str
    cron: str
    zone: str
    overlap: Overlap
    priority: int | None
    author_id: UUID
    next_at: Instant | None
    last_at: Instant | None
    last_run: UUID | None
    skipped: SkippedMoment | None
    created_at: Instant


class ScheduleList(Record):
    """The schedules by name."""

    items: list[Schedule]


class ScheduleAhead(Record):
    """A schedule with the moments at which it is due next, and whether its author may start its runs now."""

    schedule: Schedule
    moments: list[Instant]
    allowed: bool


class ScheduleController(Controller):
    path = "/schedules"
    tags = ("schedules",)

    @post(operation_id="createSchedule", summary="Create a schedule", request_max_body_size=MAX_DOCUMENT)
    async def create(
        self,
        data: JSONBody[CreateSchedule],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Response[Accepted]:
        """Refused where its run could not start now; a template's workflow is made at once."""
        stream = new_stream(key)
        if earlier := await core.executor.earlier(key):
            return created(request, Accepted.of(earlier))
        asked = _request(data.input, data.template, data.workflow_id)
        command = await scheduling.drafting(core).schedule(stream, data.name, asked, _timing(data), request.user)
        return created(request, await sent(core, stream, command, request.user, key=key))

    @get(operation_id="listSchedules", summary="List the schedules")
    async def all(self, request: Signed, core: NamedDependency[Core], after: After = None) -> ScheduleList:
        await caught_up(core.tail, schedules.projection.name, after)
        async with reading(core, request.user) as connection:
            rows = await schedules.listed(connection, request.user.workspace_id)
        return ScheduleList([_shown(row) for row in rows])

    @get("/{schedule_id:uuid}", operation_id="readSchedule", summary="Read a schedule, and when it is due")
    async def one(
        self, schedule_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], after: After = None
    ) -> ScheduleAhead:
        await caught_up(core.tail, schedules.projection.name, after)
        async with reading(core, request.user) as connection:
            row = await schedules.projection.one(connection, request.user.workspace_id, schedule_id)
        if row is None or row.status == "removed" or row.terms is None:
            raise NotFound("there is no such schedule in this workspace")
        author = await Authors(core.executor.states, now).actor(row.terms.author, row.workspace_id)
        return ScheduleAhead(_shown(row), _moments(row), author is not None)

    @put(
        "/{schedule_id:uuid}",
        operation_id="reviseSchedule",
        summary="Give a schedule other times or another input",
        request_max_body_size=MAX_DOCUMENT,
    )
    async def revise(
        self,
        schedule_id: FromPath[UUID],
        data: JSONBody[ReviseSchedule],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """One that is over is due again; one that is paused stays so."""
        if earlier := await core.executor.earlier(key):
            return Accepted.of(earlier)
        asked = _request(data.input) if data.input is not None else None
        command = await scheduling.drafting(core).revision(schedule_id, asked, _timing(data), request.user)
        return await sent(core, schedule_id, command, request.user, key=key)

    @post("/{schedule_id:uuid}/pause", operation_id="pauseSchedule", summary="Pause a schedule", status_code=200)
    async def pause(
        self, schedule_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """Nothing is started until it is resumed; what it has started goes on."""
        return await _changed(core, schedule_id, schedule.PauseSchedule(), request, key)

    @post("/{schedule_id:uuid}/resume", operation_id="resumeSchedule", summary="Resume a schedule", status_code=200)
    async def resume(
        self,
        schedule_id: FromPath[UUID],
        request: Signed,
        core: NamedDependency[Core],
        key: Key,
    ) -> Accepted:
        """What was due during the pause is not made up for."""
        if earlier := await core.executor.earlier(key):
            return Accepted.of(earlier)
        command = await scheduling.drafting(core).resumption(schedule_id, request.user.workspace_id)
        return await _changed(core, schedule_id, command, request, key)

    @delete("/{schedule_id:uuid}", operation_id="removeSchedule", summary="Remove a schedule", status_code=200)
    async def remove(
        self, schedule_id: FromPath[UUID], request: Signed, core: NamedDependency[Core], key: Key
    ) -> Accepted:
        """What it has started goes on."""
        return await _changed(core, schedule_id, schedule.RemoveSchedule(), request, key)


async def _changed(core: Core, schedule_id: UUID, command: Command, request: Signed, key: Key) -> Accepted:
    return await sent(core, schedule_id, command, request.user, key=key)


def _request(given: RunInput, template: str | None = None, workflow_id: UUID | None = None) -> StartRequest:
    text, media_type = document(given)
    return StartRequest(given.title, text, template, workflow_id, media_type=media_type)


def _timing(data: CreateSchedule | ReviseSchedule) -> Timing:
    return Timing(data.cron, data.at, data.zone, data.overlap, data.priority)


def _shown(row: ScheduleRow) -> Schedule:
    terms = row.terms
    assert terms is not None, "a schedule that there is has terms"
    told = {**msgspec.structs.asdict(row), **msgspec.structs.asdict(terms), "author_id": terms.author.user_id}
    return msgspec.convert(told, Schedule, from_attributes=True)


def _moments(row: ScheduleRow) -> list[Instant]:
    """When it is due next, the nearest first."""
    if row.status != "active" or row.next_at is None or row.terms is None:
        return []
    behind = moments.upcoming(row.terms.cron, row.terms.zone, row.next_at, NEXT - 1)
    return [row.next_at, *behind]
