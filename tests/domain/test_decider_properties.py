"""Laws that hold for every decider, whatever is asked of it in whatever order."""

from datetime import timedelta
from typing import Any, TypeAlias
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import (
    agent,
    api_key,
    budget,
    call,
    concurrency,
    ledger,
    login,
    memory,
    name,
    prompt,
    schedule,
    trigger,
    user,
    user_events,
    workflow,
    workspace,
    workspace_events,
)
from domain.author import Author
from domain.definition import Definition
from domain.kernel import Decider, PayloadRef, Rejected, Sealed
from domain.nodes import Agent
from domain.run_values import Tokens
from tests.support.given import AT, CONTEXT

AnyDecider: TypeAlias = Decider[Any, Any, Any]
"""The laws are the same for all, so they know neither the states nor the commands nor the events of any."""

ADA, BOB = UUID(int=21), UUID(int=22)
NODE, DUE = Agent(id="a", agent="Ada", prompt="Do it."), {"Ada": ADA}
ROLES = ("admin", "user", "agent")
EACH_COUNTS = (
    user.SignOutEverywhere,
    user.SetPassword,
    user.IssueLink,
    login.RefreshLogin,
    login.MoveLogin,
    api_key.NoteNewAddress,
    trigger.FireTrigger,
    trigger.RotateTriggerSecret,
)
"""A second one of these is another fact: it is not the repetition of the first."""

REF, HELD = PayloadRef("0" * 64, 1), ledger.Reservation(BOB, ADA, 6, 3)
LIMIT = ledger.Limit("workspace", "micro_usd", "day", 10)
SEALED, LATER = Sealed(ADA, "box"), AT + timedelta(hours=1)
AUTHOR = Author(ADA, BOB)
HERS, READ = memory.Owner("agent", ADA), memory.Source(agent_id=ADA, tainted_by=("document",))
TERMS = schedule.Terms("Brief", REF, AUTHOR, "0 * * * *")
ONE, TWO = "a" * 64, "b" * 64

NOUNS: dict[str, tuple[AnyDecider, Any, list[Any]]] = {
    "agent": (
        agent.decider,
        list[agent.Events],
        [
            *(agent.CreateAgent("Ada", role, "Do.", "compose") for role in "rs"),
            *(agent.ReviseAgent(role, "Do.", "compose") for role in "rs"),
            agent.RetireAgent(),
        ],
    ),
    "user": (
        user.decider,
        list[user_events.Events],
        [
            user.RegisterUser(),
            user.DisableUser(),
            user.EnableUser(),
            user.SignOutEverywhere(),
            user.RenameUser(SEALED),
            user.ChangeEmail(SEALED),
            user.VerifyEmail(),
            user.SetPassword(SEALED),
            *(user.IssueLink("password", secret, LATER) for secret in (ONE, TWO)),
            *(user.SetPasswordByLink(secret, SEALED) for secret in (ONE, TWO)),
            user.LinkIdentity("corp", SEALED),
            user.UnlinkIdentity("corp"),
        ],
    ),
    "login": (
        login.decider,
        list[login.Events],
        [
            login.StartLogin(ADA, "client", "password", 0, ONE, LATER),
            *(login.RefreshLogin(one, two) for one in (ONE, TWO) for two in (ONE, TWO)),
            *(login.MoveLogin(secret, BOB) for secret in (ONE, TWO)),
            login.EndLogin("signed_out"),
            login.EndLogin("reuse"),
        ],
    ),
    "api_key": (
        api_key.decider,
        list[api_key.Events],
        [api_key.IssueKey(ADA, "CI", ONE), api_key.NoteNewAddress(SEALED), api_key.RevokeKey()],
    ),
    "name": (
        name.decider,
        list[name.Events],
        [command for who in (ADA, BOB) for command in (name.ClaimName(who, "Ada"), name.ReleaseName(who))],
    ),
    "workspace": (
        workspace.decider,
        list[workspace_events.Events],
        [
            *(workspace.CreateWorkspace(label) for label in "xy"),
            *(workspace.AddMember(who, role) for who in (ADA, BOB) for role in ROLES),
            *(workspace.RemoveMember(who) for who in (ADA, BOB)),
            *(workspace.AddMember(who, "user", "oidc:corp") for who in (ADA, BOB)),
            workspace.RemoveMember(BOB, "oidc:corp"),
            *(workspace.ChangeRole(who, role) for who in (ADA, BOB) for role in ROLES),
            *(kind(who) for who in (ADA, BOB) for kind in (workspace.SuspendMember, workspace.ReinstateMember)),
            workspace.RenameWorkspace("z"),
            workspace.DefineRole("auditor", ("read",)),
            workspace.AddMember(BOB, "auditor"),
            workspace.RemoveRole("auditor"),
            workspace.Invite(ADA, "user", ONE, LATER),
            workspace.AcceptInvitation(ADA, ONE, BOB),
            workspace.WithdrawInvitation(ADA),
        ],
    ),
    "workflow": (
        workflow.decider,
        list[workflow.Events],
        [
            *(workflow.PublishWorkflow(Definition(name=label, nodes=(NODE,)), DUE) for label in "xy"),
            workflow.PublishWorkflow(Definition(name="x", nodes=(NODE,)), {"Ada": BOB}),
            workflow.PublishWorkflow(Definition(name="x", nodes=(NODE, NODE)), DUE),
            workflow.ArchiveWorkflow(),
        ],
    ),
    "prompt": (
        prompt.decider,
        list[prompt.Events],
        [
            *(prompt.PublishPrompt("p", prompt.Sections(role=role)) for role in "rs"),
            *(prompt.LabelPrompt(label, at) for label in ("production", "candidate") for at in (1, 2)),
            prompt.UnlabelPrompt("candidate"),
            prompt.ArchivePrompt(),
        ],
    ),
    "concurrency": (
        concurrency.decider,
        list[concurrency.Events],
        [
            *(concurrency.SetConcurrency("workspace", most) for most in (5, 9)),
            concurrency.SetConcurrency("agent", 5, str(ADA)),
            concurrency.RemoveConcurrency("workspace"),
        ],
    ),
    "budget": (
        budget.decider,
        list[budget.Events],
        [
            *(budget.SetLimit("workspace", "day", "tokens", most) for most in (5, 9)),
            budget.SetLimit("user", "month", "micro_usd", 5, str(ADA)),
            budget.RemoveLimit("workspace", "day", "tokens"),
        ],
    ),
    "ledger": (
        ledger.decider,
        list[ledger.Events],
        [
            *(ledger.Reserve(who, 6, 3, ("workspace", f"user:{who}"), (LIMIT,)) for who in (ADA, BOB)),
            *(ledger.Settle(ADA, cost, 2) for cost in (5, None)),
            *(kind(who) for who in (ADA, BOB) for kind in (ledger.Release, ledger.Doubt)),
            ledger.SettleDoubt(ADA, "billed", 4),
            ledger.SettleDoubt(BOB, "not_billed"),
            ledger.Close(),
        ],
    ),
    "call": (
        call.decider,
        list[call.Events],
        [
            call.AnnounceCall(call.Opening("chat", "m/m", REF, ADA)),
            *(call.BeginTry(tried, "m/m", HELD, opening=call.Opening("chat", "m/m", REF, ADA)) for tried in (0, 1)),
            *(call.RecordTry(tried, "m/m", REF, Tokens(3, 2), 5, "end") for tried in (0, 1)),
            *(call.EndTry(0, "c", "d", billed) for billed in ("no", "unknown")),
            call.ServeCall(call.Opening("chat", "m/m", REF, ADA), REF, "m/m", "end", None),
            call.FailCall("c", "d"),
        ],
    ),
    "schedule": (
        schedule.decider,
        list[schedule.Events],
        [
            schedule.CreateSchedule("Hourly", BOB, TERMS, AT),
            schedule.ReviseSchedule(TERMS, AT),
            schedule.FireSchedule(AT, BOB, LATER),
            schedule.FireSchedule(AT, BOB, None),
            schedule.PassSchedule(AT, "c", "d", LATER),
            schedule.PauseSchedule(),
            schedule.ResumeSchedule(AT),
            schedule.RemoveSchedule(),
        ],
    ),
    "memory": (
        memory.decider,
        list[memory.Events],
        [
            *(memory.RememberFact(who, HERS, REF) for who in (ADA, BOB)),
            memory.RememberFact(ADA, HERS, REF, source=READ, expires_at=LATER),
            *(kind(who) for who in (ADA, BOB) for kind in (memory.ApproveFact, memory.ForgetFact)),
        ],
    ),
    "trigger": (
        trigger.decider,
        list[trigger.Events],
        [
            trigger.CreateTrigger("On push", BOB, "Push", AUTHOR),
            trigger.RotateTriggerSecret(AUTHOR),
            trigger.FireTrigger("m", BOB),
            trigger.PauseTrigger(),
            trigger.ResumeTrigger(),
            trigger.RemoveTrigger(),
        ],
    ),
}


def live(decider: AnyDecider, commands: list[Any]) -> tuple[list[Any], Any]:
    """Everything that happens when these commands are sent one after the other, and the state it leads to."""
    events: list[Any] = []
    state = decider.initial
    for command in commands:
        try:
            decided = decider.decide(command, state, CONTEXT)
        except Rejected:
            continue
        for event in decided:
            state = decider.evolve(state, event)
        events += decided
    return events, state


@pytest.mark.parametrize("noun", NOUNS)
@given(data=st.data())
def test_a_state_read_from_stored_facts_is_the_live_state(noun: str, data: st.DataObject) -> None:
    decider, stored_as, commands = NOUNS[noun]
    events, state = live(decider, data.draw(st.lists(st.sampled_from(commands), max_size=12)))
    stored = msgspec.json.encode(events)
    assert decider.fold(msgspec.json.decode(stored, type=stored_as)) == state


@pytest.mark.parametrize("noun", NOUNS)
@given(data=st.data())
def test_a_command_twice_equals_once(noun: str, data: st.DataObject) -> None:
    decider, _, commands = NOUNS[noun]
    repeatable = [command for command in commands if not isinstance(command, EACH_COUNTS)]
    sent = data.draw(st.lists(st.sampled_from(repeatable), max_size=12))
    doubled = [command for command in sent for _ in range(2)]
    assert live(decider, doubled) == live(decider, sent)


@given(st.lists(st.sampled_from(NOUNS["workspace"][2]), max_size=20))
def test_a_workspace_that_has_an_admin_never_loses_its_last(commands: list[workspace.Commands]) -> None:
    had_one = False
    for end in range(len(commands) + 1):
        _, state = live(workspace.decider, commands[:end])
        has_one = bool(state.admins)
        assert has_one or not had_one
        had_one = has_one
