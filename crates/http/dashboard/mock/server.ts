// The contract over HTTP, made up: enough to develop the dashboard without the service, and no more than that.

import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';

import type { Test } from '../src/api/types';
import { comparisonOf } from './compare';
import { furnish } from './scene';
import { faultsOf } from './validate';
import type { Run } from './world';
import { World } from './world';

type Body = Record<string, unknown>;

class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: { field: string; message: string }[] = [],
  ) {
    super(detail);
  }
}

export interface Mock {
  server: Server;
  world: World;
  stop: () => void;
}

/** A service on that port, with tests in every state, or with none. */
export function startMock(port: number, options: { isEmpty?: boolean } = {}): Promise<Mock> {
  const world = new World();
  if (!options.isEmpty) furnish(world, Date.now());
  const timer = setInterval(() => world.tick(Date.now()), 1000);
  const server = createServer((request, response) => void answer(world, request, response));
  const stop = () => {
    clearInterval(timer);
    server.closeAllConnections();
    server.close();
  };
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({ server, world, stop })));
}

async function answer(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://mock');
  try {
    const body = await read(request);
    const path = url.pathname.split('/').filter(Boolean).map(decodeURIComponent);
    if (path.at(-1) === 'events') {
      stream(world, path.length === 1 ? null : (path[1] ?? null), request, response);
      return;
    }
    const [status, value, type = 'application/json'] = route(
      world,
      request.method ?? 'GET',
      path,
      url.searchParams,
      body,
    );
    response
      .writeHead(status, { 'content-type': type })
      .end(typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code, message: detail, errors } = error;
    response
      .writeHead(status, { 'content-type': 'application/problem+json' })
      .end(JSON.stringify({ type: `urn:moniflux:problem:${code}`, title: code, status, detail, code, errors }));
  }
}

function route(
  world: World,
  method: string,
  path: string[],
  query: URLSearchParams,
  body: Body,
): [number, unknown, string?] {
  const [first = '', id = '', part = ''] = path;
  const now = Date.now();
  if (method === 'POST' && first.endsWith('-test')) return command(world, first, body, now);
  if (first === 'compare') return [200, comparisonOf(world, (query.get('runs') ?? '').split(','), notFound)];
  if (first !== 'tests') throw new Problem(404, 'path_not_found', `there is nothing at /${path.join('/')}`);
  if (id === '') {
    const states = (query.get('status') ?? 'Pending,Scheduled,Running,Paused').split(',');
    return [200, [...world.tests.values()].filter(({ status }) => states.includes(status))];
  }
  const test = world.tests.get(id) ?? notFound(`there is no test "${id}"`);
  const run = () =>
    world.runs.get(id)?.find((one) => one.run === Number(query.get('run') ?? test.run)) ??
    notFound(`test "${id}" has no such run`);
  switch (`${method} ${part}`) {
    case 'GET ':
      return [200, test];
    case 'PATCH ':
      refuse(faultsOf({ ...(test as unknown as Body), ...body, testID: undefined, schedule: undefined }, () => false));
      world.mark(
        id,
        'changed',
        now,
        Object.entries(body)
          .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
          .join(', '),
      );
      return [200, world.change(id, body)];
    case 'DELETE ':
      allow(test, ['Pending', 'Scheduled', 'Completed', 'Cancelled', 'Failed'], 'deleted');
      world.remove(id);
      return [204, undefined];
    case 'POST pause':
      allow(test, ['Running'], 'paused');
      world.mark(id, 'paused', now);
      return [200, world.change(id, { status: 'Paused' })];
    case 'POST resume':
      allow(test, ['Paused'], 'resumed');
      world.mark(id, 'resumed', now);
      return [200, world.change(id, { status: 'Running' })];
    case 'PUT baseline':
      return [200, world.change(id, { baseline: Number(body.run) })];
    case 'DELETE baseline':
      return [200, world.change(id, { baseline: null })];
    case 'GET results':
      return [200, world.results(test, run())];
    case 'GET runs':
      return [200, (world.runs.get(id) ?? []).map((one) => world.results(test, one))];
    case 'GET series':
      return [
        200,
        world.series(
          test,
          run(),
          Number(query.get('from') ?? 0),
          Number(query.get('to') ?? Infinity),
          query.has('step') ? Math.max(1, Number(query.get('step'))) : null,
        ),
      ];
    case 'GET samples':
      return samples(run(), query);
    case 'GET report':
      return [200, `<!doctype html><title>${id}</title><p>The report of ${id}, run ${run().run}.`, 'text/html'];
    default:
      throw new Problem(404, 'path_not_found', `there is nothing at /${path.join('/')}`);
  }
}

function command(world: World, name: string, body: Body, now: number): [number, unknown] {
  const id = (body.testID as string | undefined) ?? '';
  const exists = (testID: string) => world.tests.has(testID);
  if (name === 'validate-test' || name === 'create-test') {
    refuse(faultsOf(body, exists));
    return name === 'validate-test' ? [200, {}] : [201, world.create(body, now)];
  }
  const test = world.tests.get(id) ?? notFound(`there is no test "${id}"`);
  switch (name) {
    case 'start-test':
      allow(test, ['Pending', 'Scheduled', 'Completed', 'Cancelled', 'Failed'], 'started');
      return [200, world.start(id, now)];
    case 'restart-test':
      if (['Running', 'Paused'].includes(test.status)) world.end(id, 'Cancelled', now);
      return [200, world.start(id, now)];
    case 'cancel-test':
      allow(test, ['Running', 'Paused', 'Scheduled'], 'cancelled');
      return [
        200,
        test.status === 'Scheduled'
          ? world.change(id, { status: 'Cancelled', schedule: null })
          : world.end(id, 'Cancelled', now),
      ];
    default:
      throw new Problem(404, 'path_not_found', `there is nothing at /${name}`);
  }
}

function samples(run: Run, query: URLSearchParams): [number, unknown, string?] {
  const wants = (name: string, has: (value: string) => boolean) => !query.get(name) || has(query.get(name) ?? '');
  const found = run.samples.filter(
    ({ signal, seq, at, record }) =>
      wants('signal', (value) => value === signal) &&
      wants('level', (value) => value === record.level) &&
      wants('text', (value) => JSON.stringify(record).includes(value)) &&
      wants('seq', (value) => Number(value) === seq) &&
      wants('traceID', (value) => value === record.traceID) &&
      wants('from', (value) => at >= value) &&
      wants('to', (value) => at <= value),
  );
  if (query.get('format') === 'ndjson')
    return [200, found.map((sample) => JSON.stringify(sample)).join('\n'), 'application/x-ndjson'];
  return [200, found.slice(0, Number(query.get('limit') ?? 100))];
}

function stream(world: World, testID: string | null, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': welcome\n\n');
  const write = (event: string, data: unknown) =>
    response.write(
      `${event === 'point' ? `id: ${Date.now()}\n` : ''}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`,
    );
  for (const test of world.tests.values()) {
    if (testID === null ? ['Pending', 'Scheduled', 'Running', 'Paused'].includes(test.status) : test.testID === testID)
      write('state', test);
  }
  const stop = world.listen(({ event, data }, of) => {
    if (testID === null || testID === of) write(event, data);
  });
  const heart = setInterval(() => response.write(': heartbeat\n\n'), 10_000);
  request.on('close', () => {
    clearInterval(heart);
    stop();
  });
}

function allow(test: Test, states: string[], participle: string): void {
  if (!states.includes(test.status))
    throw new Problem(400, 'not_allowed_in_state', `a test that is ${test.status} cannot be ${participle}`);
}

function refuse(errors: { field: string; message: string }[]): void {
  if (errors.length > 0) throw new Problem(400, 'invalid_field', `${errors.length} fields are wrong`, errors);
}

function notFound(detail: string): never {
  throw new Problem(404, 'test_not_found', detail);
}

async function read(request: IncomingMessage): Promise<Body> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? {} : (JSON.parse(Buffer.concat(parts).toString()) as Body);
}
