import { expect, test } from "vitest";
import { Problem, toProblem, unwrap } from "~/lib/api/problem";

const document = {
  type: "urn:z2:problem:invalid",
  title: "Unprocessable Entity",
  status: 422,
  detail: "input.text: is blank",
  instance: "/api/runs",
  errors: [{ field: "input.text", message: "is blank" }, "nonsense"],
};

test("a problem document keeps what it says, and its findings are found by the name of their field", () => {
  const problem = toProblem(document);
  expect(problem).toMatchObject({ status: 422, detail: "input.text: is blank", instance: "/api/runs" });
  expect(problem.field("text")).toBe("is blank");
  expect(problem.field("title")).toBeUndefined();
});

test("an answer that is no problem document still tells its status", () => {
  expect(toProblem("<html>", 502)).toMatchObject({ status: 502, title: "The request failed (502)" });
});

test("a bad answer is thrown as its problem, a good one gives its data", async () => {
  const bad = unwrap(Promise.resolve({ error: document, response: new Response(null, { status: 422 }) }));
  await expect(bad).rejects.toBeInstanceOf(Problem);
  const good = unwrap(Promise.resolve({ data: { id: 1 }, response: new Response("{}") }));
  await expect(good).resolves.toEqual({ id: 1 });
});

test("no answer at all is said in words", async () => {
  const nothing = unwrap(Promise.reject(new TypeError("Failed to fetch")));
  await expect(nothing).rejects.toMatchObject({ status: 0, title: "No answer" });
});

test("a refusal says of what kind it is and after how many seconds one may try again", async () => {
  const headers = { "Retry-After": "42" };
  const error = { ...document, type: "urn:z2:problem:rate_limited", status: 429 };
  const limited = unwrap(Promise.resolve({ error, response: new Response(null, { status: 429, headers }) }));
  await expect(limited).rejects.toMatchObject({ code: "rate_limited", retryAfter: 42 });
});
