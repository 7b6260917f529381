import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { afterSeen } from "~/lib/api/seen";

/** A workflow in one of its versions, the newest where none is named. */
export function workflowQuery(workflowId: string, version: number | undefined) {
  return queryOptions({
    queryKey: ["workflows", workflowId, version ?? "newest"],
    queryFn: () => {
      const query = { ...(version && { version }), ...afterSeen() };
      return unwrap(
        client.GET("/api/workflows/{workflow_id}", { params: { path: { workflow_id: workflowId }, query } }),
      );
    },
  });
}

/** Its publications, the newest first. */
export function versionsQuery(workflowId: string) {
  return queryOptions({
    queryKey: ["workflows", workflowId, "versions"],
    queryFn: async () => {
      const params = { path: { workflow_id: workflowId } };
      return (await unwrap(client.GET("/api/workflows/{workflow_id}/versions", { params }))).items;
    },
  });
}

/** What a version changed against the one before, in lines for people. */
export function changesQuery(workflowId: string, version: number) {
  return queryOptions({
    queryKey: ["workflows", workflowId, "changes", version],
    queryFn: async () => {
      const params = { path: { workflow_id: workflowId }, query: { from: version - 1, to: version } };
      return (await unwrap(client.GET("/api/workflows/{workflow_id}/diff", { params }))).lines;
    },
  });
}
