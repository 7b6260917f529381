import type { SaidMessage } from "~/lib/api/types";

/** A message as it stands in one branch: `beside` are all that could stand in its place, itself included. */
export interface Turn {
  message: SaidMessage;
  beside: readonly string[];
}

/**
 * One branch of a conversation, from its beginning to its newest end: the one that leads through `via`, or without it
 * the one in which something was said last. The messages come in the order in which they were said.
 */
export function thread(messages: readonly SaidMessage[], via: string | undefined): Turn[] {
  const known = new Map(messages.map((message) => [message.id, message]));
  const followers = byWhatTheyFollow(messages);
  const chosen = (via === undefined ? undefined : known.get(via)) ?? messages.at(-1);
  const path: SaidMessage[] = [];
  for (let message = chosen && newestEnd(chosen, messages); message; message = before(message, known)) {
    path.unshift(message);
  }
  return path.map((message) => ({ message, beside: besides(message, followers) }));
}

/** The answer at the end of a branch that is being made, if one is. */
export function underWay(turns: readonly Turn[]): SaidMessage | undefined {
  const last = turns.at(-1)?.message;
  return last?.status === "under_way" ? last : undefined;
}

/** Whether no answer to what this one answers is being made, so that one more can be asked for. */
export function canBeAnsweredAgain(answer: SaidMessage, messages: readonly SaidMessage[]): boolean {
  return !messages.some((other) => other.after === answer.after && other.status === "under_way");
}

type Followers = ReadonlyMap<string | null, readonly SaidMessage[]>;

function byWhatTheyFollow(messages: readonly SaidMessage[]): Followers {
  const found = new Map<string | null, SaidMessage[]>();
  for (const message of messages) {
    const others = found.get(message.after);
    if (others) others.push(message);
    else found.set(message.after, [message]);
  }
  return found;
}

/** The last message of all that came of this one; what follows something is said after it. */
function newestEnd(message: SaidMessage, messages: readonly SaidMessage[]): SaidMessage {
  const under = new Set([message.id]);
  let newest = message;
  for (const each of messages) {
    if (each.after === null || !under.has(each.after)) continue;
    under.add(each.id);
    newest = each;
  }
  return newest;
}

function before(message: SaidMessage, known: ReadonlyMap<string, SaidMessage>): SaidMessage | undefined {
  return message.after === null ? undefined : known.get(message.after);
}

function besides(message: SaidMessage, followers: Followers): string[] {
  return (followers.get(message.after) ?? [message]).map(({ id }) => id);
}
