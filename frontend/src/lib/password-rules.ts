export const SHORTEST = 12;
export const LONGEST = 128;

const GENEROUS = 20;
const ROWS = ["0123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm"];

export interface Strength {
  /** From 0 for nothing to 4 for more than enough. */
  level: 0 | 1 | 2 | 3 | 4;
  hint: string;
  fits: boolean;
}

/**
 * What can be said of a new password while it is typed: how long it is, and whether it is of a kind that is tried
 * first. What it is made of is everybody's own matter. The server knows more and has the last word.
 */
export function strengthOf(password: string, ...own: string[]): Strength {
  const length = [...password.normalize("NFC")].length;
  if (length === 0) return { level: 0, hint: "", fits: false };
  if (length < SHORTEST) return { level: 1, hint: `${characters(SHORTEST - length)} to go.`, fits: false };
  if (length > LONGEST) {
    return { level: 1, hint: `${characters(length - LONGEST)} too many.`, fits: false };
  }
  if (isPattern(password)) {
    return {
      level: 1,
      hint: "This repeats itself or follows the keyboard, which is tried first.",
      fits: false,
    };
  }
  if (own.some((name) => isOnly(password, name))) {
    return { level: 1, hint: "This is your own name, which is tried first.", fits: false };
  }
  if (length < GENEROUS) return { level: 3, hint: "Long enough. Another word makes it better.", fits: true };
  return { level: 4, hint: "Good and long.", fits: true };
}

function characters(count: number): string {
  return count === 1 ? "1 character" : `${count} characters`;
}

function isPattern(password: string): boolean {
  const plain = password.toLowerCase();
  const unit = /^(.{1,3}?)\1+.{0,2}$/s.test(plain);
  const backwards = [...plain].reverse().join("");
  return unit || ROWS.some((row) => row.repeat(3).includes(plain) || row.repeat(3).includes(backwards));
}

function isOnly(password: string, name: string): boolean {
  const [plain, bare] = [password, name].map((text) => text.toLowerCase().replace(/[\s\d._-]/g, ""));
  return Boolean(bare && plain) && plain?.replaceAll(bare ?? "", "") === "";
}
