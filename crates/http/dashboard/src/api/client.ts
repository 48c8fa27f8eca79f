// Requests to the API. Every answer that is not a success becomes a `Refusal` in the server's own words.

import type { Comparison, Fault, Problem, Results, Sample, Series, Test, TestFields } from './types';

/** Why a request was not done. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];

  constructor(problem: Pick<Problem, 'status' | 'code' | 'detail'> & { errors?: Fault[] }) {
    super(problem.detail);
    this.name = 'Refusal';
    this.status = problem.status;
    this.code = problem.code;
    this.faults = problem.errors ?? [];
  }

  /** Whether the service could not be reached at all. */
  get isOffline(): boolean {
    return this.status === 0;
  }
}

/** What people are told of something that went wrong: of fields, each of them. */
export function reasonOf(error: unknown): string {
  if (error instanceof Refusal && error.faults.length > 0) {
    return error.faults.map(({ field, message }) => `${field} ${message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

interface Page<T> {
  items: T[];
  /** The address of the next page, if there is one. */
  next: string | null;
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** An address of the API, relative to the page. */
export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '');
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

const test = (id: string) => `tests/${encodeURIComponent(id)}`;

export const api = {
  validate: (fields: TestFields, signal?: AbortSignal) => send<unknown>('POST', 'validate-test', fields, signal),
  create: (fields: TestFields) => send<Test>('POST', 'create-test', fields),
  start: (testID: string) => send<Test>('POST', 'start-test', { testID }),
  restart: (testID: string) => send<Test>('POST', 'restart-test', { testID }),
  cancel: (testID: string) => send<Test>('POST', 'cancel-test', { testID }),
  pause: (testID: string) => send<Test>('POST', `${test(testID)}/pause`),
  resume: (testID: string) => send<Test>('POST', `${test(testID)}/resume`),
  change: (testID: string, fields: TestFields) => send<Test>('PATCH', test(testID), fields),
  remove: (testID: string) => send<unknown>('DELETE', test(testID)),
  setBaseline: (testID: string, run: number) => send<Test>('PUT', `${test(testID)}/baseline`, { run }),
  removeBaseline: (testID: string) => send<Test>('DELETE', `${test(testID)}/baseline`),

  test: (testID: string, signal?: AbortSignal) => read<Test>(test(testID), signal),
  tests: (query: Query, signal?: AbortSignal) => page<Test>(address('tests', query), signal),
  runs: (testID: string, signal?: AbortSignal) =>
    all<Results>(address(`${test(testID)}/runs`, { limit: 1000 }), signal),
  results: (testID: string, run?: number | null, signal?: AbortSignal) =>
    read<Results>(address(`${test(testID)}/results`, { run }), signal),
  series: (
    testID: string,
    query: { run?: number | null; from?: number; to?: number; step?: number },
    signal?: AbortSignal,
  ) => read<Series>(address(`${test(testID)}/series`, query), signal),
  samples: (testID: string, query: Query, signal?: AbortSignal) =>
    page<Sample>(address(`${test(testID)}/samples`, query), signal),
  compare: (a: string, b: string, signal?: AbortSignal) =>
    read<Comparison>(address('compare', { runs: `${a},${b}` }), signal),

  /** The page at the address that the page before named as its next. */
  next: <T>(url: string, signal?: AbortSignal) => page<T>(url, signal),
  /** Every item of a listing, page by page. */
  all: <T>(url: string, signal?: AbortSignal) => all<T>(url, signal),
};

export const links = {
  report: (testID: string, run: number | null | undefined, format: 'html' | 'json' | 'csv') =>
    address(`${test(testID)}/report`, { run, format }),
  samples: (testID: string, query: Query) => address(`${test(testID)}/samples`, { ...query, format: 'ndjson' }),
  events: (testID?: string) => (testID === undefined ? 'events' : `${test(testID)}/events`),
};

async function read<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await request('GET', path, undefined, signal)).json()) as T;
}

async function send<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const response = await request(method, path, body, signal);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

async function page<T>(path: string, signal?: AbortSignal): Promise<Page<T>> {
  const response = await request('GET', path, undefined, signal);
  return { items: (await response.json()) as T[], next: nextOf(response.headers.get('link')) };
}

async function all<T>(path: string, signal?: AbortSignal): Promise<T[]> {
  const items: T[] = [];
  for (let url: string | null = path; url !== null;) {
    const { items: some, next }: Page<T> = await page<T>(url, signal);
    items.push(...some);
    url = next;
  }
  return items;
}

/** The address with `rel="next"` of a Link header (RFC 8288), relative to the page as all others are. */
export function nextOf(header: string | null): string | null {
  const found = /<([^>]*)>\s*;[^,]*\brel="?next"?/.exec(header ?? '');
  return found?.[1]?.replace(/^\//, '') ?? null;
}

async function request(
  method: string,
  path: string,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const init: RequestInit = { method, headers: { accept: 'application/json' } };
  if (body !== undefined) {
    init.headers = { accept: 'application/json', 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  if (signal) init.signal = signal;
  let response: Response;
  try {
    response = await fetch(path, init);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal({ status: 0, code: 'unreachable', detail: 'The service cannot be reached.' });
  }
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const text = await response.text();
  try {
    const problem = JSON.parse(text) as Problem;
    if (typeof problem.detail === 'string') return new Refusal(problem);
  } catch {
    // Not from the service: something between answered in its place.
  }
  const detail = `The service answered ${response.status}${response.statusText === '' ? '' : ` ${response.statusText}`}.`;
  return new Refusal({ status: response.status, code: 'unexpected_answer', detail });
}
