// How much, and for how long.

import { FieldGroup, SelectField, TextField } from '../../components/fields';
import type { End, TimeUnit } from '../../spec/form';
import type { Draft } from '../../state/draft';
import { FormText } from './parts';

const ENDS: readonly { value: End; label: string }[] = [
  { value: 'duration', label: 'after a time' },
  { value: 'count', label: 'after a count' },
  { value: 'openEnded', label: 'when someone ends it' },
];

const UNITS: readonly { value: TimeUnit; label: string }[] = [
  { value: 's', label: 'seconds' },
  { value: 'min', label: 'minutes' },
  { value: 'h', label: 'hours' },
  { value: 'd', label: 'days' },
];

export function LoadFields({ draft }: { draft: Draft }) {
  const form = draft.form.value;
  const isSearch = form.shape === 'capacity';
  return (
    <FieldGroup
      title="Load"
      hint="Records per second; 0 or nothing switches a signal off. 10k and 1.5M are understood, max is as many as the destination takes."
    >
      <FormText draft={draft} name="logRate" label="Logs" unit="/s" isNumeric />
      <FormText draft={draft} name="metricsRate" label="Metrics" unit="/s" isNumeric />
      <FormText draft={draft} name="traceRate" label="Traces" unit="/s" isNumeric />
      <FormText draft={draft} name="logSize" label="Log size" unit="bytes" isNumeric />
      {isSearch ? (
        <p class="tip span-4">A search for the capacity ends by itself, with what it found.</p>
      ) : (
        <>
          <SelectField
            label="The load ends"
            field="openEnded"
            value={form.end}
            options={ENDS}
            onChange={(end) => draft.change({ end })}
            class="span-2"
          />
          {form.end === 'duration' && (
            <TextField
              label="Duration"
              field="duration"
              value={form.duration}
              onInput={(duration) => draft.change({ duration })}
              isNumeric
              class="span-2"
              placeholder={form.shape === 'stages' ? 'as long as the stages' : ''}
              after={
                <SelectField
                  label="Duration unit"
                  isLabelHidden
                  field="durationUnit"
                  value={form.durationUnit}
                  options={UNITS}
                  onChange={(durationUnit) => draft.change({ durationUnit })}
                />
              }
            />
          )}
          {form.end === 'count' && (
            <FormText draft={draft} name="count" label="Records of each signal" isNumeric class="span-2" />
          )}
        </>
      )}
    </FieldGroup>
  );
}
