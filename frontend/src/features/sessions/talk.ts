import { createContext, type ReactNode, useContext } from "react";
import type { SaidMessage } from "~/lib/api/types";

/** What all messages of a session on the page go by. */
export interface Talk {
  sessionId: string;
  messages: readonly SaidMessage[];
  /** Whom one talks with. */
  who: string;
  /** What one may do here now: an archived session is only read. */
  mayAsk: boolean;
  mayStop: boolean;
  /** Shows the branch that leads through this message. */
  onBranch: (messageId: string) => void;
  /** What the run says and does that makes an answer. */
  live: (runId: string) => ReactNode;
  /** How an answer was made that is there already. */
  made: (runId: string) => ReactNode;
}

export const TalkContext = createContext<Talk | undefined>(undefined);

export function useTalk(): Talk {
  const talk = useContext(TalkContext);
  if (talk === undefined) throw new Error("messages stand on the page of a session");
  return talk;
}
