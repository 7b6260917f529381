/** What the address of the list says: what was said, whether archived ones are shown, and with whom to begin. */
export interface ChatSearch {
  words?: string;
  archived?: true;
  with?: string;
}

export function readChatSearch(search: Record<string, unknown>): ChatSearch {
  return {
    ...(typeof search.words === "string" && search.words !== "" && { words: search.words }),
    ...(search.archived === true && { archived: true as const }),
    ...(typeof search.with === "string" && { with: search.with }),
  };
}

/** A message of the branch that is shown. */
export function readTalkSearch(search: Record<string, unknown>): { via?: string } {
  return typeof search.via === "string" ? { via: search.via } : {};
}
