// Where the load goes.

import { FieldGroup, SelectField } from '../../components/fields';
import type { Draft } from '../../state/draft';
import { FormText } from './parts';

const TYPES = [
  { value: 'otlp-http', label: 'OTLP over HTTP' },
  { value: 'http', label: 'JSON over HTTP' },
];

const COMPRESSIONS = [
  { value: 'none', label: 'none' },
  { value: 'gzip', label: 'gzip' },
  { value: 'zstd', label: 'zstd' },
];

export function DestinationFields({ draft }: { draft: Draft }) {
  const form = draft.form.value;
  const path =
    form.type === 'otlp-http'
      ? 'Bodies go to /v1/logs, /v1/metrics and /v1/traces below it.'
      : 'Bodies go to this address, as JSON arrays.';
  return (
    <FieldGroup title="Destination">
      <FormText
        draft={draft}
        name="endpoint"
        field="destination.endpoint"
        label="Endpoint"
        placeholder="http://127.0.0.1:4318"
        hint={path}
        class="span-2"
      />
      <SelectField
        label="Type"
        field="destination.type"
        value={form.type}
        options={TYPES}
        onChange={(type) => draft.change({ type })}
      />
      <SelectField
        label="Compression"
        field="destination.compression"
        value={form.compression}
        options={COMPRESSIONS}
        onChange={(compression) => draft.change({ compression })}
      />
      <FormText
        draft={draft}
        name="apiKey"
        field="destination.apiKey"
        label="API key"
        type="password"
        placeholder="none"
        class="span-2"
      />
      {isLocalSink(form.endpoint) && (
        <p class="tip span-2">
          No receiver at hand? Run <code>moniflux sink</code> in a terminal: it takes everything at this address and
          counts it.
        </p>
      )}
    </FieldGroup>
  );
}

function isLocalSink(endpoint: string): boolean {
  return /^http:\/\/(127\.0\.0\.1|localhost):4318\/?$/.test(endpoint.trim());
}
