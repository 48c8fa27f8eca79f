// The same test by other means: a request with curl, and a spec file.

import type { TestFields } from '../api/types';
import { yamlOf } from './yaml';

/** A request that stores the test and starts it, or lets it wait for its start time. */
export function curlOf(fields: TestFields, origin: string): string {
  const call = fields.schedule === undefined ? 'start-test' : 'create-test';
  const body = JSON.stringify(withoutSecret(fields), null, 2);
  return [
    `curl ${quote(`${origin}/${call}`)} \\`,
    `  --header 'content-type: application/json' \\`,
    `  --data ${quote(body)}`,
  ].join('\n');
}

/** The spec file of `moniflux run`, with how to run it. */
export function specOf(fields: TestFields): string {
  const spec: TestFields = { ...withoutSecret(fields) };
  // A file is run when it is run.
  delete spec.schedule;
  return `# moniflux run test.yaml\n${yamlOf({ ...spec })}`;
}

/** A key is not for screens and clipboards. */
function withoutSecret(fields: TestFields): TestFields {
  const { destination } = fields;
  return destination?.apiKey ? { ...fields, destination: { ...destination, apiKey: 'YOUR-KEY' } } : fields;
}

/** As one word of a shell. */
function quote(text: string): string {
  return `'${text.replaceAll(`'`, `'\\''`)}'`;
}
