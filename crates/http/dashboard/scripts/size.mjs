// Fails the build when what a browser has to load outgrows its budget.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

const BUDGET = 150_000;

const files = readdirSync('dist', { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
const sizes = files.map((entry) => {
  const path = join(entry.parentPath, entry.name);
  return { path, bytes: gzipSync(readFileSync(path)).length };
});
for (const { path, bytes } of sizes) console.log(`${String(bytes).padStart(8)}  ${path}`);

const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0);
console.log(`${String(total).padStart(8)}  gzipped in all, of ${BUDGET}`);
if (total > BUDGET) process.exit(1);
