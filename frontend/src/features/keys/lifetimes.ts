const DAY = 86_400_000;

export const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "1 year" },
  { value: "", label: "No end" },
] as const;

export type Lifetime = (typeof LIFETIMES)[number]["value"];

/** When a key ends that lives so many days from now; null if never. */
export function endOf(lifetime: Lifetime, now: number): string | null {
  return lifetime === "" ? null : new Date(now + Number(lifetime) * DAY).toISOString();
}

/** Whether a key is still taken. */
export function works(key: { revoked: boolean; expires_at: string | null }, now: number): boolean {
  return !key.revoked && (key.expires_at === null || Date.parse(key.expires_at) > now);
}
