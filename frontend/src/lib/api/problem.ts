export interface FieldError {
  field: string;
  message: string;
}

/** What went wrong, as the API says it (RFC 9457), or as the browser does when nothing answered: status 0. */
export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  readonly instance: string | undefined;
  readonly errors: readonly FieldError[];

  constructor(
    status: number,
    title: string,
    detail = "",
    instance?: string,
    errors: readonly FieldError[] = [],
  ) {
    super(title);
    this.name = "Problem";
    this.status = status;
    this.detail = detail;
    this.instance = instance;
    this.errors = errors;
  }

  get title(): string {
    return this.message;
  }

  /** The message for one field of the body, named as the API names it. */
  field(name: string): string | undefined {
    return this.errors.find((error) => error.field === name || error.field.endsWith(`.${name}`))?.message;
  }
}

const NO_ANSWER = "Z2 does not answer. Is it running, and are you connected?";

/** Any thrown or returned error as a Problem. */
export function toProblem(error: unknown, status = 0): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Problem(0, "No answer", NO_ANSWER);
  if (!isRecord(error))
    return new Problem(status, status ? `The request failed (${status})` : "Something failed");
  return new Problem(
    typeof error.status === "number" ? error.status : status,
    text(error.title) ?? `The request failed (${status})`,
    text(error.detail) ?? "",
    text(error.instance),
    Array.isArray(error.errors) ? error.errors.filter(isFieldError) : [],
  );
}

interface Reply<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** The data of a reply, or its Problem thrown. */
export async function unwrap<Data>(reply: Promise<Reply<Data>>): Promise<Data> {
  let settled: Reply<Data>;
  try {
    settled = await reply;
  } catch (error) {
    throw toProblem(error);
  }
  if (!settled.response.ok) throw toProblem(settled.error, settled.response.status);
  return settled.data as Data;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isFieldError(value: unknown): value is FieldError {
  return isRecord(value) && typeof value.field === "string" && typeof value.message === "string";
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
