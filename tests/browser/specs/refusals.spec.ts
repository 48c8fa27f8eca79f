// What the service refuses is said at the field, in the service's words.

import { expect, test } from '../support/fixtures';

test.use({ tolerated: [/Failed to load resource: the server responded with a status of 400/] });

test('a wrong field is told at the field, in the words of the service', async ({ page, api, open }) => {
  await open('#/new');
  await page.getByLabel('Endpoint', { exact: true }).fill('ftp://127.0.0.1');
  await page.getByLabel('Logs', { exact: true }).fill('100');
  await page.getByLabel('Name', { exact: true }).fill('refused test');
  await page.getByTestId('start').click();

  const answer = await fetch(`${api.url}/create-test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(api.spec('refused test', { destination: { type: 'otlp-http', endpoint: 'ftp://127.0.0.1' } })),
  });
  expect(answer.status).toBe(400);
  const { errors } = (await answer.json()) as { errors: { field: string; message: string }[] };
  expect(errors.map(({ field }) => field).sort()).toEqual(['destination.endpoint', 'testID']);
  await expect(page.getByTestId('faults')).toBeVisible();
  for (const { field, message } of errors) {
    await expect(page.getByTestId(`error-${field}`)).toContainText(message);
  }
  await expect(page.getByLabel('Endpoint', { exact: true })).toHaveAttribute('aria-invalid', 'true');

  // Mended, it starts.
  await page.getByLabel('Endpoint', { exact: true }).fill(api.sink);
  await page.getByLabel('Name', { exact: true }).fill('mended');
  await expect(page.getByTestId('error-destination.endpoint')).toHaveCount(0);
  await page.getByTestId('start').click();
  await expect(page).toHaveURL(/#\/tests\/mended/);
  await api.cancel('mended');
});

test('a name that is taken is refused before anything starts', async ({ page, api, open }) => {
  await api.create('taken');
  await open('#/new');
  await page.getByLabel('Endpoint', { exact: true }).fill(api.sink);
  await page.getByLabel('Logs', { exact: true }).fill('100');
  await page.getByLabel('Name', { exact: true }).fill('taken');
  await page.getByTestId('save').click();
  await expect(page.getByTestId('error-testID')).toContainText('taken');
  expect(await api.status('taken')).toBe('Pending');
});

test('a change that is out of range is refused in words, and the load goes on as before', async ({ page, api, open }) => {
  await api.start('out-of-range', { duration: 600 });
  await open('#/tests/out-of-range');
  const rate = page.getByLabel('Logs per second', { exact: true });
  await rate.fill('99999999');
  await rate.press('Enter');
  await expect(page.getByText('10,000,000').or(page.getByText('10000000')).first()).toBeVisible();
  expect(((await api.get('/tests/out-of-range')) as { logRate: number }).logRate).toBe(100);
  await api.cancel('out-of-range');
});
