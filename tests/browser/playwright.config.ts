// How the dashboard is tested: one browser, one worker (timings are part of what is looked at), no second tries.

import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

export default defineConfig({
  outputDir: '../../target/browser-test',
  workers: 1,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  forbidOnly: Boolean(process.env.CI),
  reporter: [['list']],
  use: {
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    viewport: { width: 1440, height: 900 },
    colorScheme: 'light',
    locale: 'en-GB',
    timezoneId: 'UTC',
    launchOptions: { executablePath: chromium(), chromiumSandbox: false },
  },
  projects: [
    { name: 'dashboard', testDir: 'specs' },
    { name: 'screenshots', testDir: 'screenshots', timeout: 240_000 },
  ],
});

/** The browser that the system has; scripts/install-test-tools looks for the same ones. */
function chromium(): string {
  const known = ['/usr/bin/chromium', '/usr/bin/google-chrome'];
  const found = process.env.MONIFLUX_TEST_CHROMIUM ?? known.find((path) => existsSync(path));
  if (!found) throw new Error(`no browser: ${known.join(' or ')}, or what MONIFLUX_TEST_CHROMIUM names`);
  return found;
}
