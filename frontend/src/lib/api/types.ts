import type { components } from "~/lib/api/schema";

type Schemas = components["schemas"];

/** An answer of the API is always whole: what the document calls optional has a default, which is sent as well. */
type Whole<T> = { [Name in keyof T]-?: Exclude<T[Name], undefined> };

/** Why a step or a run failed. */
export interface Failure {
  code: string;
  detail: string;
}

export type Accepted = Schemas["Accepted"];
export type Agent = Schemas["AgentRow"];
export type LogEvent = Schemas["LogEvent"];
export type Model = Schemas["Model"];
export type PayloadRef = Schemas["PayloadRef"];
export type RunStatus = Exclude<Schemas["RunSummary"]["status"], "absent">;
export type RunSummary = Omit<Schemas["RunSummary"], "status"> & { status: RunStatus };
export type Session = Schemas["Session"];
export type StartRun = Schemas["StartBody"];
export type Step = Omit<Whole<Schemas["StepRow"]>, "error"> & { error: Failure | null };
export type StepStatus = Step["status"];
export type Template = Schemas["TemplateView"];
export type Workflow = Schemas["Workflow"];

export interface RunPage {
  items: RunSummary[];
  next: string | null;
  position: number;
}

export interface Run extends RunSummary {
  steps: Step[];
  input: PayloadRef | null;
  output: PayloadRef | null;
  error: Failure | null;
}
