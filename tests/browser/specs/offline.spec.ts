// The service goes away and comes back while someone looks.

import { expect, test } from '../support/fixtures';
import { Api } from '../support/fixtures';
import { Service } from '../support/program';

test.use({ tolerated: [/Failed to load resource|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED_ENCODING/] });

test('a service that is gone is said, and what was missed is there once it is back', async ({ page, sink }) => {
  const service = await new Service().start();
  try {
    const api = new Api(service.url, sink.url);
    await api.start('survivor', { duration: 600 });
    await page.goto(`${api.url}/#/tests/survivor`);
    const connection = page.getByTestId('connection');
    await expect(connection).toHaveAttribute('data-state', 'live');
    const last = async () => Number(await page.getByTestId('chart-rate').getAttribute('data-last'));
    await expect.poll(last, { timeout: 15_000 }).toBeGreaterThanOrEqual(2);

    await service.kill();
    await expect(page.getByTestId('offline')).toBeVisible();
    await expect(connection).toHaveAttribute('data-state', 'reconnecting');
    const before = await last();

    await service.start();
    await expect(connection).toHaveAttribute('data-state', 'live', { timeout: 30_000 });
    await expect(page.getByTestId('offline')).toBeHidden();
    await expect.poll(last, { timeout: 30_000 }).toBeGreaterThan(before + 1);
    await api.cancel('survivor');
  } finally {
    await service.end();
  }
});
