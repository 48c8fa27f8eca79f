// From the form to the report, as someone goes it who sees the dashboard for the first time.

import { expect, test } from '../support/fixtures';

test('a test is made, watched, paused, changed, cancelled, and its report opened', async ({ page, api, open }) => {
  await open('#/');
  await page.getByRole('link', { name: 'New test' }).first().click();
  await page.getByLabel('Endpoint', { exact: true }).fill(api.sink);
  await page.getByLabel('Type', { exact: true }).selectOption('otlp-http');
  await page.getByLabel('Logs', { exact: true }).fill('200');
  await page.getByLabel('Metrics', { exact: true }).fill('0');
  await page.getByLabel('Traces', { exact: true }).fill('0');
  await page.getByLabel('Duration', { exact: true }).fill('10');
  await page.getByLabel('Duration unit', { exact: true }).selectOption('minutes');
  await page.getByLabel('Name', { exact: true }).fill('journey');
  await page.getByTestId('start').click();

  await expect(page).toHaveURL(/#\/tests\/journey/);
  const status = page.getByTestId('status').first();
  await expect(status).toHaveAttribute('data-status', 'Running');

  // The chart moves: a point each second.
  const chart = page.getByTestId('chart-rate');
  const last = async () => Number(await chart.getAttribute('data-last'));
  await expect.poll(last, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);
  const before = await last();
  await expect.poll(last, { timeout: 5_000 }).toBeGreaterThan(before + 1);
  expect(Number(await chart.getAttribute('data-points'))).toBeGreaterThanOrEqual(3);
  await expect(page.getByTestId('ledger-logs')).toBeVisible();

  // Paused, it stands still.
  await page.getByTestId('action-pause').click();
  await expect(status).toHaveAttribute('data-status', 'Paused');
  await expect(page.getByTestId('action-pause')).toHaveCount(0);
  const results = async () => (await api.get('/tests/journey/results')) as { lanes: { logs: { issued: number; due: number } } };
  const issued = async () => (await results()).lanes.logs.issued;
  let seen = -1;
  await expect
    .poll(async () => {
      const [earlier, now] = [seen, await issued()];
      seen = now;
      return earlier === now;
    }, { intervals: [1500] })
    .toBe(true);
  await page.getByTestId('action-resume').click();
  await expect(status).toHaveAttribute('data-status', 'Running');

  // Changed, it follows within a second or two, and says so on the timeline.
  const rate = page.getByLabel('Logs per second', { exact: true });
  await rate.fill('600');
  await rate.press('Enter');
  await expect.poll(async () => ((await api.get('/tests/journey')) as { logRate: number }).logRate).toBe(600);
  await expect(page.locator('[data-testid=timeline] [data-event=changed]')).toHaveCount(1);
  const dueBefore = (await results()).lanes.logs.due;
  await expect.poll(async () => (await results()).lanes.logs.due - dueBefore, { timeout: 15_000 }).toBeGreaterThan(1_500);

  // Cancelling asks once.
  await page.getByTestId('action-cancel').click();
  const question = page.getByRole('dialog');
  await expect(question).toBeVisible();
  await question.getByTestId('dismiss').click();
  await expect(question).toBeHidden();
  expect(await api.status('journey')).toBe('Running');
  await page.getByTestId('action-cancel').click();
  await question.getByTestId('confirm').click();
  await expect(status).toHaveAttribute('data-status', 'Cancelled');
  await expect(page.getByTestId('conclusion')).not.toHaveAttribute('data-result', 'running');

  // The report.
  await page.getByTestId('report').click();
  const link = page.getByTestId('report-html');
  const href = await link.getAttribute('href');
  expect(href).toContain('format=html');
  await page.goto(new URL(href ?? '', `${api.url}/`).href);
  await expect(page.getByRole('heading', { name: 'journey', level: 1 })).toBeVisible();
  await expect(page.getByRole('heading', { name: 'Logs over time' })).toBeVisible();
});

test('a test that ends is in the history with how it ended, and can be found there', async ({ page, api, open }) => {
  await api.start('history-other', { duration: 1, thresholds: ['missed == 0'] });
  // Nobody listens there, so the run is given up, however busy the machine is.
  const nowhere = { type: 'http', endpoint: 'http://127.0.0.1:9' };
  await api.start('history-failed', { duration: 20, destination: nowhere, thresholds: [{ threshold: 'failed == 0', abortOnFail: true }] });
  await api.ended('history-other');
  await api.ended('history-failed');
  await open('#/');
  const history = page.getByTestId('history');
  const row = (id: string) => history.locator(`[data-testid=test][data-test-id=${id}]`);
  await expect(row('history-other')).toBeVisible();
  await expect(row('history-failed')).toBeVisible();
  await page.getByRole('group', { name: 'Show' }).getByRole('button', { name: 'Failed' }).click();
  await expect(row('history-failed')).toBeVisible();
  await expect(row('history-other')).toHaveCount(0);
  await page.getByRole('group', { name: 'Show' }).getByRole('button', { name: 'All' }).click();
  await page.getByLabel('Search tests').fill('history-oth');
  await expect(row('history-other')).toBeVisible();
  await expect(row('history-failed')).toHaveCount(0);
});

test('what runs is on the first page with its progress, and is gone from there once deleted', async ({ page, api, open }) => {
  await api.start('listed', { duration: 600 });
  await open('#/');
  const card = page.getByTestId('running').locator('[data-testid=test][data-test-id=listed]');
  await expect(card.getByRole('progressbar')).toBeVisible();
  await expect(card.getByTestId('sparkline')).toBeVisible();
  await api.cancel('listed');
  await expect(card).toHaveCount(0);
  const ended = page.getByTestId('history').locator('[data-testid=test][data-test-id=listed]');
  await expect(ended).toBeVisible();
  await page.getByRole('button', { name: 'Delete listed' }).click();
  await page.getByRole('dialog').getByTestId('confirm').click();
  await expect(ended).toHaveCount(0);
  await expect.poll(async () => (await fetch(`${api.url}/tests/listed`)).status).toBe(404);
});
