// Pictures of every page for docs/screenshots: light and dark, wide and narrow, of tests that really ran.

import { mkdirSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Page } from '@playwright/test';
import { Api, expect, test } from '../support/fixtures';
import { Service, startSink } from '../support/program';

const FOLDER = resolve(import.meta.dirname, '../../../docs/screenshots');
const LARGEST = 150_000;

test('every page has its picture', async ({ page }) => {
  const [service, sink, slow, flaky] = await Promise.all([
    new Service().start(),
    startSink(['--delay', '2']),
    startSink(['--delay', '9']),
    startSink(['--delay', '3', '--fail-rate', '0.03', '--status', '503']),
  ]);
  try {
    const api = new Api(service.url, sink.url);
    const to = (url: string, name: string) => ({ name, type: 'otlp-http', endpoint: url });
    await happened(api, to(sink.url, 'collector'), to(slow.url, 'collector, next version'), to(flaky.url, 'gateway'));

    mkdirSync(FOLDER, { recursive: true });
    readdirSync(FOLDER).forEach((file) => unlinkSync(join(FOLDER, file)));
    for (const [name, hash] of Object.entries(PAGES)) {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [1440, 390]) {
          await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
          await page.setViewportSize({ width, height: width === 390 ? 844 : name === 'samples' ? 700 : 900 });
          await page.goto(`${service.url}/${hash}`);
          await page.reload();
          await settled(page, name);
          const path = join(FOLDER, `${name}-${colorScheme}-${width}.png`);
          await page.screenshot({ path, animations: 'disabled' });
          expect(statSync(path).size, path).toBeLessThan(LARGEST);
        }
      }
    }
  } finally {
    // No page is left to complain that its service ended.
    await page.goto('about:blank');
    await Promise.all([service.end(), sink.kill(), slow.kill(), flaky.kill()]);
  }
});

const PAGES = {
  tests: '#/',
  new: '#/new',
  test: '#/tests/checkout-peak',
  failed: '#/tests/gateway-canary',
  samples: '#/tests/gateway-canary?tab=samples',
  runs: '#/tests/collector-upgrade?tab=runs',
  compare: '#/compare?a=collector-upgrade:1&b=collector-upgrade:2',
  report: 'tests/gateway-canary/report',
};

/** What a team may have seen by the time someone looks: runs that held and that did not, two to compare, one that goes on. */
async function happened(api: Api, collector: object, next: object, gateway: object): Promise<void> {
  const rates = { logRate: 400, metricsRate: 800, traceRate: 40 };
  const upgrade = { ...rates, duration: 30, thresholds: ['missed == 0', 'failed.rate < 0.001', 'responseTime.p99 < 250ms'] };
  await api.start('collector-upgrade', { ...upgrade, userID: 'ada', destination: collector });
  await api.start('gateway-canary', {
    ...rates,
    userID: 'grace',
    duration: 45,
    destination: gateway,
    thresholds: ['missed == 0', 'failed.rate < 1%'],
  });
  await api.ended('collector-upgrade');
  await fetch(`${api.url}/tests/collector-upgrade/baseline`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"run": 1}',
  });
  await api.start('checkout-peak', {
    ...rates,
    userID: 'ada',
    duration: 600,
    destination: collector,
    thresholds: ['missed == 0', 'responseTime.p99 < 500ms'],
    profile: { type: 'sine', low: '40%', high: '100%', period: '20s' },
  });
  await api.start('collector-upgrade', { ...upgrade, userID: 'ada', destination: next });
  await api.start('billing-soak', { userID: 'linus', logRate: 50, duration: 7200, destination: gateway });
  await api.create('loki-sizing', { userID: 'ada', logRate: 20_000, duration: 900, destination: collector });
  await api.create('nightly-all-signals', {
    ...rates,
    userID: 'grace',
    duration: 3600,
    destination: collector,
    schedule: new Date(Date.now() + 7.5 * 3_600_000).toISOString(),
  });
  await api.ended('gateway-canary');
  await api.ended('collector-upgrade');
}

/** A picture is taken when the page shows what it is about. */
async function settled(page: Page, name: string): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('[aria-busy=true]')).toHaveCount(0);
  if (name === 'test' || name === 'failed') {
    await expect.poll(async () => Number(await page.getByTestId('chart-rate').getAttribute('data-points'))).toBeGreaterThan(20);
  }
  if (name === 'tests') await expect(page.getByTestId('history').getByTestId('test')).toHaveCount(2);
  if (name === 'samples') await expect(page.getByTestId('sample').first()).toBeVisible();
  if (name === 'compare') await expect(page.getByTestId('figures')).toBeVisible();
  await page.evaluate(() => document.fonts.ready);
}
