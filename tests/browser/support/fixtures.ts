// What every test of the dashboard has: a service, a sink, a way to make tests, and a page that must not complain.

import { expect, test as base } from '@playwright/test';
import type { Page } from '@playwright/test';
import type { Program } from './program';
import { Service, startSink } from './program';

/** The fields of a test; those left out are as `spec` has them. */
export type Fields = Record<string, unknown>;

/** The API, for what a test needs before it looks at the page. */
export class Api {
  constructor(
    readonly url: string,
    readonly sink: string,
  ) {}

  /** A short load of logs to the sink. */
  spec(id: string, fields: Fields = {}): Fields {
    return { testID: id, logRate: 100, duration: 60, destination: { type: 'otlp-http', endpoint: this.sink }, ...fields };
  }

  async create(id: string, fields: Fields = {}): Promise<void> {
    await this.post('/create-test', this.spec(id, fields));
  }

  async start(id: string, fields: Fields = {}): Promise<void> {
    await this.post('/start-test', this.spec(id, fields));
  }

  async cancel(id: string): Promise<void> {
    await this.post('/cancel-test', { testID: id });
  }

  async status(id: string): Promise<string> {
    return ((await this.get(`/tests/${id}`)) as { status: string }).status;
  }

  async ended(id: string): Promise<void> {
    await expect.poll(() => this.status(id), { timeout: 40_000 }).toMatch(/Completed|Cancelled|Failed/);
  }

  async get(path: string): Promise<unknown> {
    const answer = await fetch(this.url + path);
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return answer.json();
  }

  private async post(path: string, body: Fields): Promise<void> {
    const answer = await fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`POST ${path}: ${answer.status} ${await answer.text()}`);
  }
}

interface WorkerThings {
  sink: Program;
  service: Service;
  api: Api;
}

interface TestThings {
  /** Opens a page of the dashboard by its hash. */
  open: (hash: string) => Promise<void>;
  /** What the page complained of and may: tests that break things on purpose say so. */
  tolerated: RegExp[];
}

export const test = base.extend<TestThings, WorkerThings>({
  sink: [
    async ({}, use) => {
      const sink = await startSink();
      await use(sink);
      await sink.kill();
    },
    { scope: 'worker' },
  ],
  service: [
    async ({}, use) => {
      const service = await new Service().start();
      await use(service);
      await service.end();
    },
    { scope: 'worker' },
  ],
  api: [async ({ service, sink }, use) => use(new Api(service.url, sink.url)), { scope: 'worker' }],

  tolerated: [[], { option: true }],
  page: async ({ page, tolerated }, use) => {
    const complaints = complaintsOf(page);
    await use(page);
    const grave = complaints.filter((complaint) => !tolerated.some((pattern) => pattern.test(complaint)));
    expect(grave, 'what the page complained of').toEqual([]);
  },
  open: async ({ page, api }, use) => {
    await use(async (hash) => {
      await page.goto(`${api.url}/${hash}`);
    });
  },
});

export { expect };

/** Errors of scripts, what the policy forbade, and requests that failed. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`${message.type()}: ${message.text()}`);
  });
  return complaints;
}

/** A page as wide as its window has nothing to scroll sideways. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const widths = () => page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth] as const);
  const [content, window_] = await widths();
  expect(content, 'the width of the content').toBeLessThanOrEqual(window_);
}
