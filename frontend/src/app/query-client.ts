import { QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "~/lib/api/problem";

const RETRIES = 3;

/** A read is asked for again only where that can help: nothing answered, or the server was busy or behind. */
export function shouldRetry(failures: number, error: Error): boolean {
  return error instanceof Problem && [0, 502, 503, 504].includes(error.status) && failures < RETRIES;
}

/** The cache of what was read. A read refused for want of a session ends the session on the page as well. */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  const signedOut = (error: Error) => {
    if (error instanceof Problem && error.status === 401) onSignedOut();
  };
  return new QueryClient({
    queryCache: new QueryCache({ onError: signedOut }),
    defaultOptions: {
      queries: { retry: shouldRetry, staleTime: 5_000 },
      // what was sent, such as a password, is not kept when the form is left
      mutations: { gcTime: 0, onError: signedOut },
    },
  });
}
