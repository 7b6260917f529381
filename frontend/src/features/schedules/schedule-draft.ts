import type { CreateSchedule } from "~/lib/api/types";
import { type Given, type GivenFaults, givenFaults, toRunInput } from "~/lib/given";

/** A schedule that is being made, as it stands in the fields. */
export interface ScheduleDraft {
  name: string;
  /** What is started, as `template:NAME` or `workflow:ID`. */
  work: string;
  given: Given;
  repeats: boolean;
  cron: string;
  zone: string;
  /** A moment in the zone of the browser, as its field has it: `2026-12-31T23:59`. */
  at: string;
  overlap: "skip" | "allow";
}

export type ScheduleFaults = Partial<Record<"name" | "work" | "cron" | "zone" | "at", string>> & {
  given?: GivenFaults;
};

export const USUAL = [
  { cron: "0 9 * * MON-FRI", words: "Workdays at 9" },
  { cron: "0 * * * *", words: "Every hour" },
  { cron: "0 7 * * MON", words: "Mondays at 7" },
  { cron: "0 6 1 * *", words: "The first of the month" },
] as const;

export function emptySchedule(work: string): ScheduleDraft {
  return {
    name: "",
    work,
    given: { form: "text", title: "", text: "" },
    repeats: true,
    cron: USUAL[0].cron,
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC",
    at: "",
    overlap: "skip",
  };
}

/** What stands against sending it, by field. What is only known by the server, it says. */
export function scheduleFaults(draft: ScheduleDraft): ScheduleFaults {
  const given = givenFaults(draft.given);
  return {
    ...(draft.name.trim() === "" && { name: "Give it a name." }),
    ...(draft.work === "" && { work: "Choose what is started." }),
    ...(draft.repeats && draft.cron.trim() === "" && { cron: "Say when it is due." }),
    ...(draft.repeats && draft.zone.trim() === "" && { zone: "Say in which zone that is meant." }),
    ...(!draft.repeats && draft.at === "" && { at: "Say when it is due." }),
    ...(Object.keys(given).length > 0 && { given }),
  };
}

export function toSchedule(draft: ScheduleDraft): CreateSchedule {
  const [kind, id] = [
    draft.work.slice(0, draft.work.indexOf(":")),
    draft.work.slice(draft.work.indexOf(":") + 1),
  ];
  return {
    name: draft.name.trim(),
    ...(kind === "template" ? { template: id } : { workflow_id: id }),
    input: toRunInput(draft.given),
    ...(draft.repeats
      ? { cron: draft.cron.trim(), zone: draft.zone.trim() }
      : { at: new Date(draft.at).toISOString() }),
    overlap: draft.overlap,
  };
}
