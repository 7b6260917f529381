export const CODE_LENGTH = 8;

/** A code as it was typed or carried, in the one form that is asked for: `BCDF-GHJK`. */
export function userCode(typed: string): string {
  const letters = typed
    .toUpperCase()
    .replace(/[^A-Z]/g, "")
    .slice(0, CODE_LENGTH);
  return letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
}

export function isComplete(code: string): boolean {
  return /^[A-Z]{4}-[A-Z]{4}$/.test(code);
}
