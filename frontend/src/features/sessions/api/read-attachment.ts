import { queryOptions } from "@tanstack/react-query";
import { client } from "~/lib/api/client";
import { unwrap } from "~/lib/api/problem";

/** The text of a document that came with a message; it never changes. */
export function attachmentQuery(sessionId: string, messageId: string, number: number) {
  return queryOptions({
    queryKey: ["attachment", sessionId, messageId, number],
    queryFn: () => {
      const path = { session_id: sessionId, message_id: messageId, number: `${number}` };
      return unwrap(
        client.GET("/api/sessions/{session_id}/messages/{message_id}/attachments/{number}", {
          params: { path },
          parseAs: "text",
        }),
      );
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
}
