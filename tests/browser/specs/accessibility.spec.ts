// Every page, in light and in dark, has no serious finding of axe.

import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/fixtures';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What would keep someone from using the page. */
async function findings(page: Page): Promise<string[]> {
  // Injected past the page's policy, as a tool of the browser.
  await page.evaluate(await axe());
  const { violations } = await page.evaluate(() => (window as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  return grave.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
}

async function axe(): Promise<string> {
  const { readFile } = await import('node:fs/promises');
  return readFile(AXE, 'utf8');
}

test('a button without a name would be found', async ({ page, open }) => {
  await open('#/');
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
  expect((await findings(page)).join()).toContain('button-name');
});

for (const colorScheme of ['light', 'dark'] as const) {
  test(`no page has a serious finding in ${colorScheme}`, async ({ page, api, open }) => {
    test.setTimeout(120_000);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    const all = { metricsRate: 50, traceRate: 10 };
    const [running, ended] = [`axe-running-${colorScheme}`, `axe-ended-${colorScheme}`];
    await api.start(ended, { ...all, duration: 2, thresholds: ['missed == 0', 'acked > 100000'] });
    await api.ended(ended);
    await api.start(running, { ...all, duration: 600, thresholds: ['missed == 0'] });
    await api.create(`axe-ready-${colorScheme}`, all);

    const tabs = ['overview', 'samples', 'runs', 'spec'].map((tab) => `#/tests/${ended}?tab=${tab}`);
    for (const hash of ['#/', '#/new', `#/tests/${running}`, ...tabs, `#/compare?a=${ended}:1&b=${ended}:1`, '#/nowhere']) {
      await test.step(hash, async () => {
        await open(hash);
        await expect(page.getByTestId('connection')).toHaveAttribute('data-state', /live|none/);
        await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
        expect(await findings(page)).toEqual([]);
      });
    }
    await test.step('with an open question', async () => {
      await open(`#/tests/${running}`);
      await page.getByTestId('action-cancel').click();
      await expect(page.getByRole('dialog')).toBeVisible();
      expect(await findings(page)).toEqual([]);
    });
    await test.step('the report', async () => {
      await page.goto(`${api.url}/tests/${ended}/report`);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      expect(await findings(page)).toEqual([]);
    });
    await api.cancel(running);
  });
}
