import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { expect, test } from "vitest";
import { forget } from "~/app/forget";
import { providersQuery } from "~/features/session/api/list-providers";

test("what a session had read is forgotten, and the sign-in page still gets the providers that it is reading", async () => {
  const queryClient = new QueryClient();
  queryClient.setQueryData(["runs"], ["a secret run"]);
  const company = [{ name: "company", title: "Company" }];
  const observer = new QueryObserver(queryClient, { ...providersQuery, queryFn: async () => company });
  const seen = new Promise((resolve) => observer.subscribe(({ data }) => data && resolve(data)));
  forget(queryClient);
  expect(await seen).toEqual(company);
  expect(queryClient.getQueryData(["runs"])).toBeUndefined();
});
