import type { NewAttachment, NewMessage } from "~/lib/api/types";
import { countCharacters } from "~/lib/text-document";

export const MOST_CHARACTERS = 100_000;
const MOST_ATTACHMENTS = 20;

/** What somebody is about to ask. */
export interface MessageDraft {
  text: string;
  attachments: readonly NewAttachment[];
}

export const EMPTY: MessageDraft = { text: "", attachments: [] };

/** What stands against asking it. */
export function faultOfMessage({ text, attachments }: MessageDraft): string | undefined {
  if (text.trim() === "") return "Write something first.";
  if (attachments.length > MOST_ATTACHMENTS) return `A message has at most ${MOST_ATTACHMENTS} files.`;
  const characters = countCharacters(text);
  if (characters <= MOST_CHARACTERS) return undefined;
  const most = MOST_CHARACTERS.toLocaleString("en");
  return `${characters.toLocaleString("en")} characters are too many; the limit is ${most}. Attach it as a file instead.`;
}

export function toMessage({ text, attachments }: MessageDraft): NewMessage {
  return { text, ...(attachments.length > 0 && { attachments: [...attachments] }) };
}
