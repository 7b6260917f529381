import type { components } from "~/lib/api/schema";

type Schemas = components["schemas"];

export type Accepted = Schemas["Accepted"];
export type Agent = Schemas["Agent"];
export type LogEvent = Schemas["LogEvent"];
export type Model = Schemas["Model"];
export type PayloadRef = Schemas["PayloadRef"];
export type Session = Schemas["Session"];
export type StartRun = Schemas["StartRun"];
export type Step = Schemas["Step"];
export type StepError = Schemas["StepError"];
export type StepStatus = Step["status"];
export type Template = Schemas["Template"];
export type Workflow = Schemas["Workflow"];

/** A run that can be read has begun: it is never `absent`, which the document allows. */
export type RunStatus = Exclude<Schemas["RunSummary"]["status"], "absent">;
export type RunSummary = Omit<Schemas["RunSummary"], "status"> & { status: RunStatus };
export type Run = Omit<Schemas["Run"], "status"> & { status: RunStatus };
export type RunPage = Omit<Schemas["RunPage"], "items"> & { items: RunSummary[] };
