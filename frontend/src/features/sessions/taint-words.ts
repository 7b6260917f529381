const list = new Intl.ListFormat("en");

/** What an answer was made with that nobody vouches for, as a sentence; nothing where there is nothing. */
export function taintWords(origins: readonly string[]): string | undefined {
  if (origins.length === 0) return undefined;
  return `Made with what others wrote: ${list.format([...new Set(origins.map(named))])}.`;
}

function named(origin: string): string {
  const [kind, ...rest] = origin.split(":");
  const name = rest.join(":");
  switch (kind) {
    case "document":
      return "a document";
    case "tool":
      return `what the tool ${name} gave`;
    case "step":
      return `what the step ${name} came to`;
    case "input":
      return "what it was given";
    case "prompt":
      return "what was filled into its prompt";
    case "token":
      return "what an agent passed on";
    case "memory":
      return "something remembered";
    case "agent":
      return `what ${name} said`;
    default:
      return origin;
  }
}
