// Everything else: right for most as it is, and out of the way.

import { FieldGroup, SelectField } from '../../components/fields';
import type { Capture } from '../../spec/form';
import type { Draft } from '../../state/draft';
import { FormText } from './parts';

const SEVERITIES = ['DEBUG', 'INFO', 'WARN', 'ERROR'].map((value) => ({ value, label: value }));
const ENTROPIES = [
  { value: 'low', label: 'low: packs very well' },
  { value: 'realistic', label: 'realistic' },
  { value: 'high', label: 'high: hardly packs' },
];
const CAPTURES: readonly { value: Capture; label: string }[] = [
  { value: 'sampled', label: 'some, evenly' },
  { value: 'all', label: 'all, up to the most' },
  { value: 'off', label: 'none' },
];

export function Advanced({ draft }: { draft: Draft }) {
  const form = draft.form.value;
  return (
    <details class="advanced" data-testid="advanced">
      <summary>
        Advanced
        <span>records, delivery, failures, verification</span>
      </summary>
      <FieldGroup title="Records">
        <SelectField
          label="Severity"
          field="logType"
          value={form.logType}
          options={SEVERITIES}
          onChange={(logType) => draft.change({ logType })}
        />
        <SelectField
          label="Entropy"
          field="entropy"
          value={form.entropy}
          options={ENTROPIES}
          onChange={(entropy) => draft.change({ entropy })}
        />
        <FormText draft={draft} name="spansPerTrace" label="Spans of a trace" placeholder="1" isNumeric />
        <FormText draft={draft} name="seed" label="Seed" placeholder="from the name" isNumeric />
      </FieldGroup>
      <FieldGroup title="Delivery" hint="For each share of a signal.">
        <FormText draft={draft} name="batchSize" label="Batch size" placeholder="1000" unit="records" isNumeric />
        <FormText draft={draft} name="maxBatchBytes" label="Batch bytes" placeholder="524288" unit="bytes" isNumeric />
        <FormText draft={draft} name="linger" label="Linger" placeholder="100ms" hint="longest wait for a full batch" />
        <FormText draft={draft} name="parallelism" label="Parallelism" placeholder="1" unit="shares" isNumeric />
        <FormText draft={draft} name="maxInFlight" label="In flight" placeholder="64" unit="requests" isNumeric />
        <FormText draft={draft} name="connections" label="Connections" placeholder="64" isNumeric />
        <FormText
          draft={draft}
          name="connectionMaxAge"
          label="Connection age"
          placeholder="any"
          hint="older ones are replaced"
        />
        <FormText draft={draft} name="timeout" label="Timeout" placeholder="10s" />
        <FormText draft={draft} name="drain" label="Drain" placeholder="5s" hint="wait for answers at the end" />
        <FormText
          draft={draft}
          name="port"
          field="destination.port"
          label="Port"
          placeholder="the endpoint's"
          isNumeric
        />
        <FormText
          draft={draft}
          name="destinationName"
          field="destination.name"
          label="Destination name"
          placeholder="none"
          class="span-2"
        />
      </FieldGroup>
      <FieldGroup title="Failures">
        <FormText draft={draft} name="retryAttempts" field="retry.attempts" label="Retries" placeholder="0" isNumeric />
        <FormText
          draft={draft}
          name="retryOn"
          field="retry.on"
          label="Retry after"
          placeholder="429, 502, 503, 504, connection"
        />
        <FormText
          draft={draft}
          name="abortFailures"
          field="abortOn.failures"
          label="Give up at"
          placeholder="never"
          isNumeric
          hint="share that fails, 0 to 1"
        />
        <FormText draft={draft} name="abortFor" field="abortOn.for" label="For so long" placeholder="10s" />
      </FieldGroup>
      <FieldGroup title="Records kept" hint="To look at what was sent.">
        <SelectField
          label="Keep"
          field="capture"
          value={form.capture}
          options={CAPTURES}
          onChange={(capture) => draft.change({ capture })}
          class="span-2"
        />
        {form.capture === 'sampled' && (
          <FormText
            draft={draft}
            name="capturePerSecond"
            field="capture.perSecond"
            label="Per second"
            placeholder="10"
            unit="per signal"
            isNumeric
          />
        )}
        {form.capture !== 'off' && (
          <FormText
            draft={draft}
            name="captureMax"
            field="capture.max"
            label="At most"
            placeholder="10000"
            unit="records"
            isNumeric
          />
        )}
      </FieldGroup>
      <FieldGroup
        title="Verify delivery"
        hint="With moniflux sink at the end of the pipeline: what was acked and never arrived, duplicates, order, end-to-end latency."
      >
        <FormText
          draft={draft}
          name="verifySink"
          field="verify.sink"
          label="Sink"
          placeholder="http://127.0.0.1:4318"
          class="span-2"
        />
        <FormText draft={draft} name="verifyWait" field="verify.wait" label="Wait for the last" placeholder="5s" />
      </FieldGroup>
    </details>
  );
}
