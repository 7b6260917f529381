import { expect, test } from "vitest";
import { draftOf, EMPTY_AGENT, faultsOf, toNewAgent, toRevision } from "~/features/agents/agent-draft";
import type { Agent } from "~/lib/api/types";

const AGENT: Agent = {
  id: "agent-1",
  name: "Librarian",
  role: "Reader",
  instructions: "Read it.",
  task: "answer",
  model: "route/auto",
  cache_seconds: 60,
  hedge_after_ms: 500,
  cache_similarity: 0.95,
  tools: ["calculate"],
  limits: { turns: 5, tool_calls: 0, fan_out: 2, depth: 1, tokens: 9000, micro_usd: 250_000, seconds: 1.5 },
  memory: "write",
  prompt: "support@production",
  context_tokens: 8000,
  colleagues: ["Clerk"],
  summary_model: "",
  version: 3,
  status: "active",
  created_at: "2026-11-22T10:00:00Z",
};

test("an agent that is changed in nothing is sent as it is, also in what the form does not show", () => {
  const { id, name, version, status, created_at, ...rest } = AGENT;
  expect(toRevision(draftOf(AGENT), AGENT)).toEqual(rest);
});

test("what is left open is without bound, and nothing at all may cost nothing", () => {
  const open = { ...AGENT.limits, tokens: null, micro_usd: null, seconds: null };
  const draft = draftOf({ ...AGENT, limits: open, context_tokens: null });
  expect(toRevision(draft, AGENT).limits).toEqual(open);
  expect(toRevision(draft, AGENT).context_tokens).toBeNull();
  const free = { ...draft, limits: { ...draft.limits, dollars: "0" } };
  expect(faultsOf(free)).toEqual({});
  expect(toRevision(free, AGENT).limits?.micro_usd).toBe(0);
});

test("a new agent has the usual limits, and is told what it lacks", () => {
  expect(Object.keys(faultsOf(EMPTY_AGENT))).toEqual(["name", "role", "instructions"]);
  const draft = { ...EMPTY_AGENT, name: " Ada ", role: "Reader", instructions: "Read it." };
  expect(faultsOf(draft)).toEqual({});
  expect(toNewAgent(draft)).toMatchObject({ name: "Ada", limits: { turns: 20, micro_usd: null }, tools: [] });
});

test("a limit is a number", () => {
  const limits = { ...EMPTY_AGENT.limits, turns: "", tokens: "many", seconds: "1e3" };
  expect(Object.keys(faultsOf({ ...draftOf(AGENT), limits }))).toEqual(["turns", "tokens", "seconds"]);
});
