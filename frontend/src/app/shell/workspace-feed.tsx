import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { useProbeSession } from "~/app/shell/use-probe-session";
import { logHead } from "~/lib/api/log-head";
import { Feed } from "~/lib/live/feed";

const PAUSE_MS = 300;
const READ_MODELS: Record<string, string> = {
  run: "runs",
  session: "sessions",
  agent: "agents",
  workflow: "workflows",
  goal: "goals",
  schedule: "schedules",
  trigger: "triggers",
  concurrency: "concurrency",
};
/** What may put something into the inbox, or take something out of it. */
const ASKING =
  /^run\.(step_(suspended|skipped|retried|failed)|approval_|input_given|paused|resumed|completed|failed|cancelled)/;
/** What may make a dead letter, or end one. */
const FAILING = /^run\.(failed|cancelled|step_(retried|skipped))\./;

/** Follows the log of the workspace and has each list read anew when something of its kind has happened. */
export function WorkspaceFeed() {
  const queryClient = useQueryClient();
  const probe = useProbeSession();
  const { data: head } = useQuery(logHead);
  useEffect(() => {
    if (head === undefined) return;
    // What was read before the feed begins may be older than where it begins: it is read anew from there on.
    const stale = new Set([...Object.values(READ_MODELS), "inbox", "dead-letters"]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      for (const name of stale) void queryClient.invalidateQueries({ queryKey: [name] });
      stale.clear();
    };
    refresh();
    const feed = new Feed("/api/events", head, {
      onEvent: (event) => {
        const name = READ_MODELS[event.type.split(".")[0] ?? ""];
        if (name) stale.add(name);
        if (ASKING.test(event.type)) stale.add("inbox");
        if (FAILING.test(event.type)) stale.add("dead-letters");
        timer ??= setTimeout(refresh, PAUSE_MS);
      },
      onRefused: probe,
    });
    return () => {
      clearTimeout(timer);
      feed.close();
    };
  }, [head, probe, queryClient]);
  return null;
}
