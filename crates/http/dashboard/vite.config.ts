// How the dashboard is built: plain files under dist/, named by their content, that work under any path and under a
// content security policy without exceptions. The report is a second build of the same sources.

import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import type { Plugin } from 'vite';

/** The service that `npm run dev` shows: the real one, or the mock. */
const SERVICE = process.env.MONIFLUX_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  base: './',
  plugins: [earlyTheme()],
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  server: { proxy: Object.fromEntries(PATHS().map((path) => [path, { target: SERVICE, changeOrigin: true }])) },
  test: { environment: 'node', include: ['src/**/*.test.{ts,tsx}', 'mock/**/*.test.{ts,mjs}'], restoreMocks: true },
});

/** What the service answers besides the dashboard itself. */
function PATHS(): string[] {
  const commands = ['create', 'start', 'restart', 'schedule', 'cancel', 'validate'].map((verb) => `/${verb}-test`);
  return [...commands, '/tests', '/events', '/compare', '/openapi.json', '/docs', '/health', '/ready', '/metrics'];
}

/**
 * Puts the script that chooses the theme before everything else, as a file of its own: inline it would need an exception
 * in the policy, and as a module it would run after the first paint.
 */
function earlyTheme(): Plugin {
  const path = 'src/theme-early.js';
  let building = false;
  return {
    name: 'early-theme',
    configResolved: (config) => {
      building = config.command === 'build';
    },
    buildStart() {
      if (building) this.emitFile({ type: 'asset', name: 'theme.js', source: readFileSync(path, 'utf8') });
    },
    transformIndexHtml: {
      order: 'post',
      handler(_html, { bundle }) {
        const emitted = Object.values(bundle ?? {}).find(
          (file) => file.type === 'asset' && file.names.includes('theme.js'),
        );
        const src = emitted ? `./${emitted.fileName}` : `/${path}`;
        return [{ tag: 'script', attrs: { src }, injectTo: 'head-prepend' }];
      },
    },
  };
}
