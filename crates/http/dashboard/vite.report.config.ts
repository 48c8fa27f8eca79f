// The report's script: one file without modules, which the service puts into every report it makes.

import { defineConfig } from 'vite';

export default defineConfig({
  build: {
    target: 'es2022',
    outDir: 'dist/report',
    emptyOutDir: true,
    reportCompressedSize: false,
    lib: { entry: 'src/report/main.ts', formats: ['iife'], name: 'report', fileName: () => 'report.js' },
  },
});
