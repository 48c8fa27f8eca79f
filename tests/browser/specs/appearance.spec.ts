// Light and dark, wide and narrow.

import { expect, expectNoSidewaysScrolling, test } from '../support/fixtures';
import type { Page } from '@playwright/test';

const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);

test('the page follows the system, until someone chooses, and remembers it', async ({ page, open }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await open('#/');
  const light = await background(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await background(page);
  expect(dark).not.toBe(light);

  const button = page.getByTestId('theme');
  await expect(button).toHaveAttribute('data-theme-choice', 'system');
  await button.click();
  await expect(button).toHaveAttribute('data-theme-choice', 'light');
  expect(await background(page)).toBe(light);
  await page.reload();
  await expect(button).toHaveAttribute('data-theme-choice', 'light');
  expect(await background(page)).toBe(light);
  await button.click();
  await page.emulateMedia({ colorScheme: 'light' });
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await background(page)).toBe(dark);
});

test('nothing has to be scrolled sideways on a phone', async ({ page, api, open }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await api.start('narrow-with-a-rather-long-name-that-has-no-place-to-break', { duration: 600, metricsRate: 50, traceRate: 10 });
  await api.start('narrow-ended', { duration: 2, metricsRate: 50, traceRate: 10 });
  await api.ended('narrow-ended');
  const long = '#/tests/narrow-with-a-rather-long-name-that-has-no-place-to-break';
  const pages = ['#/', '#/new', long, '#/tests/narrow-ended?tab=samples', '#/tests/narrow-ended?tab=runs', '#/tests/narrow-ended?tab=spec'];
  for (const hash of [...pages, '#/compare?a=narrow-ended:1&b=narrow-ended:1', '#/nowhere']) {
    await test.step(hash, async () => {
      await open(hash);
      await expect(page.getByRole('heading').first()).toBeVisible();
      await expect(page.getByTestId('connection')).toHaveAttribute('data-state', /live|none/);
      await expectNoSidewaysScrolling(page);
    });
  }
  await page.goto(`${api.url}/tests/narrow-ended/report`);
  await expectNoSidewaysScrolling(page);
  await api.cancel('narrow-with-a-rather-long-name-that-has-no-place-to-break');
});
