import type { components } from "~/lib/api/schema";

type Schemas = components["schemas"];

export type Accepted = Schemas["Accepted"];
export type Agent = Schemas["Agent"];
export type Cost = Schemas["Cost"];
export type LogEvent = Schemas["LogEvent"];
export type Model = Schemas["Model"];
export type PayloadRef = Schemas["PayloadRef"];
export type Session = Schemas["Session"];
export type StartRun = Schemas["StartRun"];
export type Step = Schemas["Step"];
export type StepError = Schemas["StepError"];
export type StepStatus = Step["status"];
export type Template = Schemas["Template"];
export type TemplateList = Schemas["TemplateList"];
export type WorkflowSummary = Schemas["WorkflowSummary"];
export type Workflow = Schemas["Workflow"];
export type WorkflowVersion = Schemas["WorkflowVersion"];

export type Ask = Schemas["InboxItem"];
export type Decide = Schemas["Decide"];
export type Outcome = Schemas["DecisionOutcome"];
export type WaitingFor = Schemas["WaitingFor"];
export type Why = Schemas["Why"];

export type RunStatus = Schemas["RunSummary"]["status"];
export type RunSummary = Schemas["RunSummary"];
export type Run = Schemas["Run"];
export type RunPage = Schemas["RunPage"];

export type ChangedEmail = Schemas["ChangedEmail"];
export type ApiKey = Schemas["ApiKey"];
export type IssueKey = Schemas["IssueKey"];
export type IssuedKey = Schemas["IssuedKey"];
export type Login = Schemas["Login"];
export type Profile = Schemas["Profile"];
export type CreatedMember = Schemas["CreatedMember"];
export type CreateMember = Schemas["CreateMember"];
export type DefineRole = Schemas["DefineRole"];
export type IssuedPasswordLink = Schemas["IssuedPasswordLink"];
export type Member = Schemas["Member"];
export type Invitation = Schemas["Invitation"];
export type InvitationOffer = Schemas["InvitationOffer"];
export type Invite = Schemas["Invite"];
export type NewInvitation = Schemas["NewInvitation"];
export type Role = Schemas["Role"];
export type Workspace = Schemas["Workspace"];
export type WaitingDevice = Schemas["WaitingDevice"];
export type SignOnProvider = Schemas["SignOnProvider"];

export type SessionSummary = Schemas["SessionSummary"];
export type SaidMessage = Schemas["SaidMessage"];
export type NewMessage = Schemas["NewMessage"];
export type NewAttachment = Schemas["NewAttachment"];
export type AskedInSession = Schemas["AskedInSession"];
export type StartSession = Schemas["StartSession"];
export type CreateAgent = Schemas["CreateAgent"];
export type ReviseAgent = Schemas["ReviseAgent"];
export type AgentLimits = NonNullable<CreateAgent["limits"]>;
export type Tool = Schemas["Tool"];

export type FieldMistake = Schemas["FieldError"];
export type DeadLetter = Schemas["DeadLetter"];
export type Goal = Schemas["Goal"];
export type GoalDraft = Schemas["Draft"];
export type GoalSummary = Schemas["GoalSummary"];
export type AskGoal = Schemas["AskGoal"];
export type AcceptGoal = Schemas["AcceptGoal"];
export type Schedule = Schemas["Schedule"];
export type CreateSchedule = Schemas["CreateSchedule"];
export type Trigger = Schemas["Trigger"];
export type CreateTrigger = Schemas["CreateTrigger"];
export type TriggerSecret = Schemas["TriggerSecret"];
export type LimitInUse = Schemas["LimitInUse"];
export type SetLimit = Schemas["SetConcurrency"];
