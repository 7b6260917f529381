export interface FieldError {
  field: string;
  message: string;
  /** Where in a text it is, counted from one. */
  line?: number | null;
  column?: number | null;
}

interface More {
  code?: string | undefined;
  instance?: string | undefined;
  errors?: readonly FieldError[];
  retryAfter?: number | undefined;
}

/** What went wrong, as the API says it (RFC 9457), or as the browser does when nothing answered: status 0. */
export class Problem extends Error {
  readonly status: number;
  readonly detail: string;
  /** The last part of the problem's type, such as `link_void`. */
  readonly code: string | undefined;
  readonly instance: string | undefined;
  readonly errors: readonly FieldError[];
  /** After how many seconds one may try again, where the API says so. */
  readonly retryAfter: number | undefined;

  constructor(status: number, title: string, detail = "", more: More = {}) {
    super(title);
    this.name = "Problem";
    this.status = status;
    this.detail = detail;
    this.code = more.code;
    this.instance = more.instance;
    this.errors = more.errors ?? [];
    this.retryAfter = more.retryAfter;
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

/** Any thrown or returned error as a Problem; of the response it needs the status, and when to try again. */
export function toProblem(error: unknown, status = 0, retryAfter?: number): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof TypeError) return new Problem(0, "No answer", NO_ANSWER);
  if (!isRecord(error)) {
    const title = status ? `The request failed (${status})` : "Something failed";
    return new Problem(status, title, "", { retryAfter });
  }
  const title = text(error.title) ?? `The request failed (${status})`;
  return new Problem(typeof error.status === "number" ? error.status : status, title, text(error.detail), {
    code: text(error.type)?.split(":").at(-1),
    instance: text(error.instance),
    errors: Array.isArray(error.errors) ? error.errors.filter(isFieldError) : [],
    retryAfter,
  });
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
  const { response } = settled;
  if (!response.ok) throw toProblem(settled.error, response.status, seconds(response));
  return settled.data as Data;
}

function seconds(response: Response): number | undefined {
  const said = response.headers.get("Retry-After");
  return said && /^\d+$/.test(said) ? Number(said) : undefined;
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
