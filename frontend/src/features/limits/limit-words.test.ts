import { expect, test } from "vitest";
import { limitName } from "~/features/limits/limit-words";

const LIMIT = { most: 5, used: 0, waiting: 0 };

test("a limit is called by what it is of", () => {
  const subjects = [{ value: "1234", label: "Reader" }];
  expect(limitName({ ...LIMIT, kind: "workspace", subject: "" }, [])).toBe("All steps of the workspace");
  expect(limitName({ ...LIMIT, kind: "agent", subject: "" }, [])).toBe("Steps of each agent");
  expect(limitName({ ...LIMIT, kind: "agent", subject: "1234" }, subjects)).toBe("Steps of Reader");
  expect(limitName({ ...LIMIT, kind: "provider", subject: "openai" }, [])).toBe("Steps that ask openai");
  expect(limitName({ ...LIMIT, kind: "workflow", subject: "gone" }, subjects)).toBe("Runs of gone");
});
