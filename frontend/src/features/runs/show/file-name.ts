const ENDINGS = { "text/markdown": "md", "application/json": "json" };

/** A file name for a text of a run: plain letters and digits, and the ending of its kind. */
export function fileName(title: string, mediaType: string): string {
  const base = title
    .normalize("NFKD")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .toLowerCase()
    .slice(0, 60);
  const ending = Object.entries(ENDINGS).find(([kind]) => mediaType.startsWith(kind))?.[1] ?? "txt";
  return `${base || "text"}.${ending}`;
}
