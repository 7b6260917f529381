import { expect, test } from "vitest";
import { emptySchedule, scheduleFaults, toSchedule } from "~/features/schedules/schedule-draft";

const GIVEN = { form: "text", title: "News", text: "Tides turn turbines." } as const;

test("what is missing is told at its field", () => {
  const faults = scheduleFaults({ ...emptySchedule(""), cron: " " });
  expect(Object.keys(faults).sort()).toEqual(["cron", "given", "name", "work"]);
  expect(
    scheduleFaults({ ...emptySchedule("template:brief"), repeats: false, name: "x", given: GIVEN }),
  ).toEqual({
    at: "Say when it is due.",
  });
});

test("again and again is a cron expression in its zone, once a moment", () => {
  const draft = { ...emptySchedule("template:brief"), name: " Brief ", given: GIVEN, zone: "Europe/Berlin" };
  expect(toSchedule(draft)).toEqual({
    name: "Brief",
    template: "brief",
    input: { title: "News", text: "Tides turn turbines." },
    cron: "0 9 * * MON-FRI",
    zone: "Europe/Berlin",
    overlap: "skip",
  });
  const once = toSchedule({ ...draft, work: "workflow:1234", repeats: false, at: "2026-12-31T23:59" });
  expect(once).toMatchObject({ workflow_id: "1234", at: new Date("2026-12-31T23:59").toISOString() });
  expect(once).not.toHaveProperty("cron");
});
