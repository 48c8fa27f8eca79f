// What must hold for the test to pass.

import { FieldGroup, TextField } from '../../components/fields';
import { Icon } from '../../components/Icon';
import type { ThresholdForm } from '../../spec/form';
import type { Draft } from '../../state/draft';

/** Thresholds that make sense for most tests; those of signals that are off are left out. */
const SUGGESTIONS = [
  'missed == 0',
  'failed.rate < 0.001',
  'rejected == 0',
  'responseTime.p99 < 250ms',
  'logs.responseTime.p99 < 250ms',
  'lateness.p99 < 10ms',
  'loss == 0',
  'duplicates == 0',
  'endToEnd.p99 < 1s',
];

export function ThresholdFields({ draft }: { draft: Draft }) {
  const { thresholds, verifySink } = draft.form.value;
  const set = (at: number, patch: Partial<ThresholdForm>) =>
    draft.change({
      thresholds: thresholds.map((threshold, place) => (place === at ? { ...threshold, ...patch } : threshold)),
    });
  const add = (text: string) => draft.change({ thresholds: [...thresholds, { text, abortOnFail: false, after: '' }] });
  const needsSink = (text: string) => /^(loss|duplicates|endToEnd)/.test(text);
  const suggested = SUGGESTIONS.filter(
    (text) => thresholds.every((threshold) => threshold.text !== text) && (verifySink !== '' || !needsSink(text)),
  ).slice(0, 4);
  return (
    <FieldGroup title="Thresholds" hint="The test passes when all of them hold at its end.">
      <ol class="list-fields span-4">
        {thresholds.map((threshold, at) => (
          <li key={at} class="list-row">
            <TextField
              label={`Threshold ${at + 1}`}
              isLabelHidden
              field={fieldOf(draft, at)}
              value={threshold.text}
              list="thresholds"
              placeholder="logs.responseTime.p99 < 250ms"
              onInput={(text) => set(at, { text })}
              class="is-mono"
            />
            <label class="check" title="Ends the run as soon as this threshold does not hold">
              <input
                type="checkbox"
                checked={threshold.abortOnFail}
                onChange={(event) => set(at, { abortOnFail: event.currentTarget.checked })}
              />
              abort
            </label>
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove threshold ${at + 1}`}
              onClick={() => draft.change({ thresholds: thresholds.filter((_, place) => place !== at) })}
            >
              <Icon name="cross" />
            </button>
          </li>
        ))}
        <li class="suggestions">
          <button type="button" class="button is-small" onClick={() => add('')}>
            <Icon name="plus" />
            Add threshold
          </button>
          {suggested.map((text) => (
            <button key={text} type="button" class="chip" onClick={() => add(text)}>
              {text}
            </button>
          ))}
        </li>
      </ol>
      <datalist id="thresholds">
        {SUGGESTIONS.map((text) => (
          <option key={text} value={text} />
        ))}
      </datalist>
    </FieldGroup>
  );
}

/** Rows that are empty are not sent, so the server counts without them. Its fault may be of the row or of a field in it. */
function fieldOf(draft: Draft, at: number): string {
  const place = draft.form.value.thresholds.slice(0, at).filter(({ text }) => text.trim() !== '').length;
  const field = `thresholds[${place}]`;
  return draft.faults.value.find((fault) => fault.field.startsWith(field))?.field ?? field;
}
