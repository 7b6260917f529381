"""A run that is watched on a terminal: its steps in a table, and under it what its agents are saying."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from rich.console import Console, ConsoleOptions, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from domain.nodes import Agent, Plan
from domain.run_state import DONE, Step
from interfaces.cli.client import totals, waiting, wording
from interfaces.cli.client.watched import Span, Watched
from interfaces.cli.client.wire import LogEvent
from interfaces.cli.client.wording import GLYPHS, STYLES, one_line, printable

FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
FRAMES_PER_SECOND = 10
LONGEST_TAIL = 8
"""Lines at most that a running step may fill with what it says."""

MOST_ROWS = 60
"""Of a run with more steps, those within others that are done or have not begun are left out."""

LIVELY = ("scheduled", "running", "suspended", "failed")


class Picture:
    """A run at a moment: what the clock says is the time of steps that go on."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.watched = Watched()
        self.note = ""
        self._clock = clock

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RenderableType]:
        watched, now = self.watched, self._clock()
        yield heading(watched, now)
        yield steps(watched, now)
        used = len(_shown(watched)) + 4 + bool(self.note)
        yield from _tails(watched, console, options, room=max(0, console.height - used))
        if self.note:
            yield Text(f"  {one_line(self.note)}", style="yellow", overflow="ellipsis", no_wrap=True)


class LiveView:
    """A picture that redraws itself in place."""

    def __init__(self, console: Console, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._picture = Picture(clock)
        self._live = Live(self._picture, console=console, refresh_per_second=FRAMES_PER_SECOND)
        self._live.start()

    def event(self, event: LogEvent, watched: Watched) -> None:
        self._picture.watched = watched

    def heard(self, watched: Watched) -> None:
        self._picture.watched = watched

    def note(self, text: str) -> None:
        self._picture.note = text

    def close(self) -> None:
        """Leave the last picture standing."""
        self._picture.note = ""
        self._live.stop()


def heading(watched: Watched, now: datetime) -> Text:
    """What runs on what, and for how long."""
    run = watched.run
    if run.status == "absent":
        return Text("waiting for the run to appear …", style="dim")
    lasted = wording.duration(wording.seconds(watched.span.begun, watched.span.ended or now))
    name = one_line(f"{run.workflow_name} v{run.workflow_version}")
    return Text.assemble(
        (f"{GLYPHS[watched.status]} {name}", STYLES[watched.status]),
        (f"  {one_line(run.title)}", "bold"),
        (f"  {watched.status}, {lasted}", "dim"),
        no_wrap=True,
        overflow="ellipsis",
    )


def steps(watched: Watched, now: datetime) -> Table:
    """The steps, each followed by those inside it; of very many those that are not done."""
    table = Table(box=None, pad_edge=True, header_style="dim", expand=False)
    for title in ("", "Step", "Agent", "Model"):
        table.add_column(title, no_wrap=True, overflow="ellipsis")
    for title in ("Try", "Tokens", "Time"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", overflow="ellipsis", no_wrap=True, ratio=1)
    for name in _shown(watched):
        table.add_row(*_row(name, watched, now))
    return table


def _shown(watched: Watched) -> list[str]:
    """The names of the steps that are shown, in their order."""
    steps = watched.run.steps
    inside: dict[str, list[str]] = {}
    for name, step in steps.items():
        inside.setdefault(watched.run.scopes[step.scope].owner, []).append(name)
    ordered: list[str] = []
    left = inside.get("", [])[::-1]
    while left:
        name = left.pop()
        ordered.append(name)
        left += inside.get(name, [])[::-1]
    if len(ordered) <= MOST_ROWS:
        return ordered
    lively = [name for name in ordered if steps[name].status in LIVELY or "." not in name]
    return lively[:MOST_ROWS]


def _row(name: str, watched: Watched, now: datetime) -> list[Text]:
    step = watched.run.steps[name]
    span = watched.spans.get(name, Span())
    used = totals.of_step(step)
    who, model = _who(step, watched)
    lasted = wording.seconds(span.begun, span.ended or watched.span.ended or now)
    most = max(step.node.tries.attempts, step.attempt)
    return [
        Text(_glyph(step, now), style=STYLES[step.status]),
        Text(one_line(name), style=STYLES[step.status]),
        Text(one_line(who)),
        Text(one_line(model), style="dim"),
        Text(f"{step.attempt}/{most}" if step.attempt > 1 and step.opening is None else "", style="yellow"),
        Text(wording.tokens(used.input_tokens, used.output_tokens)),
        Text(wording.duration(lasted)),
        _remark(step, watched),
    ]


def _who(step: Step, watched: Watched) -> tuple[str, str]:
    """The agent with its role and its model; for other kinds of nodes, the kind."""
    node = step.node
    asked = next((call.model for call in reversed(step.calls) if call.status == "recorded"), "")
    member = watched.run.team.get(node.agent) if isinstance(node, Agent | Plan) else None
    if member is None:
        return node.shown_as or str(node.__struct_config__.tag), asked
    return f"{member.name} ({member.role})", asked or member.model


def _glyph(step: Step, now: datetime) -> str:
    if step.status != "running":
        return GLYPHS[step.status]
    return FRAMES[int(now.timestamp() * FRAMES_PER_SECOND) % len(FRAMES)]


def _remark(step: Step, watched: Watched) -> Text:
    if step.code and step.status not in ("completed", "skipped"):
        return Text(one_line(f"{step.code}: {step.detail}"), style="red")
    if step.status == "suspended" and step.waits is not None:
        return Text(one_line(waiting.waits_for(step.waits, step.due_at)), style="yellow")
    if step.status == "waiting" and watched.run.status == "running":
        beside = {watched.run.steps[name].node.id: name for name in watched.run.scopes[step.scope].steps}
        open_needs = [need for need in step.node.needs if watched.run.steps[beside[need]].status not in DONE]
        return Text(f"waits for {', '.join(open_needs)}" if open_needs else "", style="dim")
    in_doubt = sum(1 for call in step.calls if call.status == "in_doubt")
    return Text(f"{in_doubt} call in doubt" if in_doubt else "", style="yellow")


def _tails(watched: Watched, console: Console, options: ConsoleOptions, *, room: int) -> Iterator[RenderableType]:
    """The last lines of what each running step says, as many as there is room for."""
    speaking = [
        (name, watched.drafts[name])
        for name, step in watched.run.steps.items()
        if step.status == "running" and name in watched.drafts and watched.drafts[name].attempt == step.attempt
    ]
    if not speaking:
        return
    share = min(LONGEST_TAIL, room // len(speaking) - 2)
    for name, draft in speaking if share > 0 else []:
        lines = Text(printable(draft.text).strip()).wrap(console, max(10, options.max_width - 4))
        yield Text(f"\n  {one_line(name)} says", style="cyan")
        for line in lines[-share:]:
            yield Text.assemble("  ", line, style="dim", no_wrap=True)
