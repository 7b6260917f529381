import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";
import { noteSeen } from "~/lib/api/seen";
import type { FieldMistake } from "~/lib/api/types";

interface Publication {
  source: string;
  /** The workflow of which it is the next version; without one it is a new workflow. */
  workflowId: string | undefined;
  key: string;
}

/** All that would keep it from being published; nothing is written. */
export async function validateWorkflow(
  source: string,
  workflowId: string | undefined,
): Promise<FieldMistake[]> {
  const body = { source, ...(workflowId && { workflow_id: workflowId }) };
  return (await unwrap(client.POST("/api/workflows/validate", { body }))).errors;
}

/** Publishes a workflow or its next version. Returns its id. */
export async function publishWorkflow({ source, workflowId, key }: Publication): Promise<string> {
  const header = { "Idempotency-Key": key };
  const body = { source };
  const accepted = await unwrap(
    workflowId === undefined
      ? client.POST("/api/workflows", { params: { header }, body })
      : client.PUT("/api/workflows/{workflow_id}", {
          params: { path: { workflow_id: workflowId }, header },
          body,
        }),
  );
  noteSeen(accepted.position);
  return accepted.id;
}

/** Has no run of it started any more, until it is published again. */
export async function archiveWorkflow(workflowId: string): Promise<void> {
  const params = { path: { workflow_id: workflowId } };
  noteSeen((await unwrap(client.POST("/api/workflows/{workflow_id}/archive", { params }))).position);
}
