import type { components } from "~/lib/api/schema";

type Schemas = components["schemas"];

export type Accepted = Schemas["Accepted"];
export type Agent = Schemas["Agent"];
export type LogEvent = Schemas["LogEvent"];
export type Model = Schemas["Model"];
export type Run = Schemas["Run"];
export type RunPage = Schemas["RunPage"];
export type RunSummary = Schemas["RunSummary"];
export type RunStatus = RunSummary["status"];
export type Session = Schemas["Session"];
export type StartRun = Schemas["StartRun"];
export type Step = Schemas["Step"];
export type StepStatus = Step["status"];
export type Template = Schemas["Template"];
export type Workflow = Schemas["Workflow"];
