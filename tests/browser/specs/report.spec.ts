// A report is a file: it opens from disk without a network, says everything without scripts, and more with them.

import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect, expectNoSidewaysScrolling, test } from '../support/fixtures';
import type { Api } from '../support/fixtures';

async function reportOf(api: Api, id: string, path: string): Promise<string> {
  await api.start(id, { duration: 5, logRate: 200, metricsRate: 100, traceRate: 20, thresholds: ['missed == 0', 'responseTime.p99 < 5s'] });
  await api.ended(id);
  const answer = await fetch(`${api.url}/tests/${id}/report?format=html`);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  await writeFile(path, await answer.text());
  return pathToFileURL(path).href;
}

test('a report opens from disk with the network off, and shows the figures under the pointer', async ({ page, context, api }, info) => {
  const file = await reportOf(api, 'from-disk', info.outputPath('report.html'));
  await context.setOffline(true);
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(file);
  expect(asked, 'nothing but the file is asked for').toEqual([file]);
  const { conclusion } = (await api.get('/tests/from-disk/results')) as { conclusion: { result: string; reason: string } };
  await expect(page.getByRole('heading', { name: new RegExp(`^${conclusion.result}$`, 'i') })).toBeVisible();
  await expect(page.getByText(conclusion.reason)).toBeVisible();
  for (const heading of ['Ledger', 'Times', 'Logs over time', 'Metrics over time', 'Traces over time', 'Timeline', 'Spec', 'Environment']) {
    await expect(page.getByRole('heading', { name: heading })).toBeVisible();
  }
  await expect(page.getByText('missed == 0').first()).toBeVisible();

  const chart = page.locator('[data-chart=logs-rate]');
  await chart.hover({ position: { x: 300, y: 80 } });
  const readout = chart.locator('xpath=..').locator('.readout');
  await expect(readout).toContainText(/asked.*200\/s/);
  await chart.focus();
  await page.keyboard.press('Home');
  await expect(readout).toContainText('0:01');
  await page.keyboard.press('ArrowRight');
  await expect(readout).toContainText('0:02');
  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScrolling(page);
});

test('a report without scripts shows every chart', async ({ browser, api }, info) => {
  const file = await reportOf(api, 'without-scripts', info.outputPath('report.html'));
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(file);
  for (const signal of ['logs', 'metrics', 'traces']) {
    for (const chart of ['rate', 'response', 'lateness']) {
      const svg = page.locator(`[data-chart=${signal}-${chart}]`);
      await expect(svg).toBeVisible();
      const drawn = await svg.locator('path.line').first().boundingBox();
      expect(drawn?.width, `${signal} ${chart}`).toBeGreaterThan(200);
    }
  }
  await context.close();
});

test('a report prints on pages without cutting a chart in two', async ({ page, api }, info) => {
  const file = await reportOf(api, 'printed', info.outputPath('report.html'));
  await page.goto(file);
  const pdf = await page.pdf({ format: 'A4', path: info.outputPath('report.pdf') });
  const pages = pdf.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length ?? 0;
  expect(pages).toBeGreaterThanOrEqual(2);
  expect(pages).toBeLessThanOrEqual(6);
});
