import type { IconName } from "~/components/icon";
import type { Compaction, ToolUse } from "~/features/runs/acting/acts";
import { formatCount } from "~/lib/format";

interface Look {
  icon: IconName;
  color: string;
  word: string;
  moving?: boolean;
}

const LOOKS: Record<ToolUse["status"], Look> = {
  begun: { icon: "loader-circle", color: "text-info", word: "under way", moving: true },
  waits: { icon: "hourglass", color: "text-warn", word: "waiting" },
  ended: { icon: "circle-check", color: "text-ok", word: "done" },
  failed: { icon: "circle-x", color: "text-danger", word: "failed" },
  in_doubt: { icon: "triangle-alert", color: "text-warn", word: "in doubt" },
};

/** How a call of a tool stands. `over` says that its run is, so that nothing of it is under way any more. */
export function toolLook(use: ToolUse, over: boolean): Look {
  if (over && (use.status === "begun" || use.status === "waits"))
    return { icon: "circle-dashed", color: "text-fg-3", word: "broken off" };
  return LOOKS[use.status];
}

const EFFECTS: Record<string, string> = {
  write: "changes something here",
  external: "acts outside of Z2",
  money: "costs money",
};

/** What a tool does to the world, where it does more than read. */
export function effectWords(effect: string): string | undefined {
  return EFFECTS[effect];
}

const METHODS: Record<string, string> = {
  dropped: "left out",
  extracted: "shortened to key sentences",
  summarised: "replaced by a summary",
};

type Shrunk = Pick<Compaction, "method" | "replaced" | "tokensBefore" | "tokensAfter">;

/** What a model is told less of, as a sentence. */
export function compactionWords({ method, replaced, tokensBefore, tokensAfter }: Shrunk): string {
  const what = replaced === 1 ? "1 part of what it is told was" : `${replaced} parts of what it is told were`;
  const how = METHODS[method] ?? method;
  return `${what} ${how}: ${formatCount(tokensBefore)} tokens became ${formatCount(tokensAfter)}`;
}
