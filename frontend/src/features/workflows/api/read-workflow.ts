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

/** What changed from one version to another, in lines for people. */
export function changesQuery(workflowId: string, from: number, to: number) {
  return queryOptions({
    queryKey: ["workflows", workflowId, "changes", from, to],
    queryFn: async () => {
      const params = { path: { workflow_id: workflowId }, query: { from, to } };
      return (await unwrap(client.GET("/api/workflows/{workflow_id}/diff", { params }))).lines;
    },
  });
}

/** A version as a flowchart in the language of Mermaid. */
export function drawingQuery(workflowId: string, version: number) {
  return queryOptions({
    queryKey: ["workflows", workflowId, "drawing", version],
    queryFn: async () => {
      const params = { path: { workflow_id: workflowId }, query: { version } };
      return (await unwrap(client.GET("/api/workflows/{workflow_id}/drawing", { params }))).mermaid;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
