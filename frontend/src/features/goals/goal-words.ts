import type { IconName } from "~/components/icon";
import type { Goal } from "~/lib/api/types";

interface Look {
  word: string;
  icon: IconName;
  color: string;
}

/** How a goal stands, as people say it. */
export const GOAL_LOOKS: Record<Goal["status"], Look> = {
  asked: { word: "Being drafted", icon: "loader-circle", color: "text-info" },
  drafted: { word: "Drafted, waits for you", icon: "hourglass", color: "text-warn" },
  refused: { word: "No draft", icon: "circle-x", color: "text-danger" },
  accepted: { word: "Accepted", icon: "circle-check", color: "text-ok" },
};

const MAKERS = {
  planner: "A planner with a language model drafted it.",
  similarity: "It was chosen among the templates by the words that it shares with the goal.",
  person: "A person has edited it.",
} as const;

export function madeBy(drafted: keyof typeof MAKERS): string {
  return MAKERS[drafted];
}
