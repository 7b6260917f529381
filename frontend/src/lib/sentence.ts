/** Words as a sentence: a capital at the beginning, a stop at the end; a name in code style is left alone. */
export function sentence(words: string): string {
  const text = words.trim();
  if (text === "") return "";
  const begun = /^[a-z]+\b(?![._/-]\S)/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…:]$/.test(begun) ? begun : `${begun}.`;
}
