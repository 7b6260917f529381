import { compactionWords, effectWords } from "~/features/runs/acting/act-words";
import type { Data, EventKind } from "~/features/runs/show/waiting-words";
import { formatDuration } from "~/lib/format";

/** The events of what agents do with tools, and of what their models are told less of. */
export const ACTING: Record<string, EventKind> = {
  "run.tool_begun.v1": {
    icon: "wrench",
    color: "text-thought",
    tell: (who, data) => {
      const effect = effectWords(String(data.effect));
      return `${who} called the tool ${data.tool}${effect ? `, which ${effect}` : ""}`;
    },
  },
  "run.tool_ended.v1": {
    icon: "wrench",
    color: "text-thought",
    tell: (who, data) => `${theCall(data)} of ${who} ${came(data)}${took(data.duration_ms)}`,
  },
  "run.tool_in_doubt.v1": {
    icon: "triangle-alert",
    color: "text-warn",
    tell: (who, data) => `${theCall(data)} of ${who} is in doubt: it may have been done`,
  },
  "run.context_compacted.v1": {
    icon: "archive",
    color: "text-fg-2",
    tell: (who, data) =>
      `For ${who}, ${compactionWords({
        method: String(data.method),
        replaced: Array.isArray(data.replaced) ? data.replaced.length : 0,
        tokensBefore: Number(data.tokens_before),
        tokensAfter: Number(data.tokens_after),
      })}`,
  },
};

/** A call of a tool is known by its place; its name stands where it began. People count from one. */
function theCall(data: Data): string {
  return `Tool call ${Number(data.call) + 1}.${Number(data.index) + 1}`;
}

function came(data: Data): string {
  if (typeof data.problem === "string" && data.problem !== "") return `failed (${data.problem})`;
  return data.untrusted ? "gave what was written by others" : "is done";
}

function took(duration: unknown): string {
  return typeof duration === "number" ? `, after ${formatDuration(duration)}` : "";
}
