// How the rate goes over time.

import { FieldGroup, SelectField, TextField } from '../../components/fields';
import { Icon } from '../../components/Icon';
import type { ShapeName, StageForm } from '../../spec/form';
import type { Draft } from '../../state/draft';
import { FormText } from './parts';

const SHAPES: readonly { value: ShapeName; label: string }[] = [
  { value: 'constant', label: 'constant' },
  { value: 'ramp', label: 'ramp' },
  { value: 'steps', label: 'steps' },
  { value: 'spike', label: 'spike' },
  { value: 'sine', label: 'sine' },
  { value: 'stages', label: 'stages' },
  { value: 'capacity', label: 'capacity search' },
  { value: 'written', label: 'per signal, as JSON' },
];

const HINTS: Record<ShapeName, string> = {
  constant: 'Each signal at its rate, all the time.',
  ramp: 'In a straight line from one target to another.',
  steps: 'In steps of equal height and length.',
  spike: 'At the rate, but for one stretch.',
  sine: 'Up and down, as days do.',
  stages: 'In straight lines from target to target.',
  capacity: 'Raises the rates until the destination does not take more.',
  written: 'An object of shapes for logs, metrics and traces.',
};

const TARGET = 'a rate, or a part such as 50%';
const TIME = '10s, 5m, 1h';

export function ShapeFields({ draft }: { draft: Draft }) {
  const form = draft.form.value;
  const text = { draft };
  return (
    <FieldGroup title="Shape" hint={HINTS[form.shape]}>
      <SelectField
        label="Shape"
        isLabelHidden
        field="profile"
        value={form.shape}
        options={SHAPES}
        onChange={(shape) => draft.change({ shape })}
        class={form.shape === 'constant' ? 'span-2' : ''}
      />
      {form.shape === 'ramp' && (
        <>
          <FormText {...text} name="from" field="profile.from" label="From" hint={TARGET} />
          <FormText {...text} name="to" field="profile.to" label="To" hint={TARGET} />
          <FormText {...text} name="over" field="profile.over" label="Over" placeholder="the whole load" hint={TIME} />
        </>
      )}
      {form.shape === 'steps' && (
        <>
          <FormText {...text} name="from" field="profile.from" label="From" hint={TARGET} />
          <FormText {...text} name="to" field="profile.to" label="To" hint={TARGET} />
          <FormText {...text} name="steps" field="profile.steps" label="Steps" isNumeric />
          <FormText {...text} name="over" field="profile.over" label="Over" placeholder="the whole load" hint={TIME} />
        </>
      )}
      {form.shape === 'spike' && (
        <>
          <FormText {...text} name="peak" field="profile.peak" label="Peak" hint={TARGET} />
          <FormText {...text} name="at" field="profile.at" label="Begins at" hint={TIME} />
          <FormText {...text} name="for" field="profile.for" label="Lasts" hint={TIME} />
        </>
      )}
      {form.shape === 'sine' && (
        <>
          <FormText {...text} name="low" field="profile.low" label="Low" hint={TARGET} />
          <FormText {...text} name="high" field="profile.high" label="High" hint={TARGET} />
          <FormText {...text} name="period" field="profile.period" label="Period" hint={TIME} />
        </>
      )}
      {form.shape === 'stages' && <Stages draft={draft} />}
      {form.shape === 'capacity' && (
        <>
          <FormText
            {...text}
            name="conditionP99"
            field="profile.condition.p99"
            label="Response time p99 below"
            placeholder="any"
            hint="250ms, 1s"
          />
          <FormText
            {...text}
            name="conditionFailed"
            field="profile.condition.failed"
            label="May fail"
            placeholder="0"
            hint="a share, 0 to 1"
            isNumeric
          />
          <FormText {...text} name="max" field="profile.max" label="At most" placeholder="10000%" hint={TARGET} />
          <FormText {...text} name="hold" field="profile.hold" label="Each step" hint={TIME} />
          <FormText {...text} name="settle" field="profile.settle" label="Of it, to settle" hint={TIME} />
          <FormText
            {...text}
            name="precision"
            field="profile.precision"
            label="Precision"
            placeholder="0.05"
            hint="0.005 to 0.5"
            isNumeric
          />
        </>
      )}
      {form.shape === 'written' && (
        <div class="field span-4">
          <label class="field-label" for="written">
            Profile
          </label>
          <textarea
            id="written"
            class="textarea"
            rows={8}
            spellcheck={false}
            value={form.written}
            placeholder={'{\n  "logs": { "type": "ramp", "to": "200%" }\n}'}
            onInput={(event) => draft.change({ written: event.currentTarget.value })}
          />
        </div>
      )}
    </FieldGroup>
  );
}

function Stages({ draft }: { draft: Draft }) {
  const { stages } = draft.form.value;
  const set = (at: number, patch: Partial<StageForm>) =>
    draft.change({ stages: stages.map((stage, place) => (place === at ? { ...stage, ...patch } : stage)) });
  const add = () => draft.change({ stages: [...stages, stages.at(-1) ?? { duration: '10s', target: '100%' }] });
  return (
    <>
      <FormText draft={draft} name="from" field="profile.from" label="From" hint={TARGET} />
      <ol class="list-fields span-4">
        {stages.map((stage, at) => (
          <li key={at} class="list-row">
            <span class="list-number">{at + 1}</span>
            <TextField
              label={`Stage ${at + 1} lasts`}
              isLabelHidden
              field={`profile.stages[${at}].duration`}
              value={stage.duration}
              placeholder="10s"
              unit="long"
              onInput={(duration) => set(at, { duration })}
            />
            <TextField
              label={`Stage ${at + 1} ends at`}
              isLabelHidden
              field={`profile.stages[${at}].target`}
              value={stage.target}
              placeholder="100%"
              unit="at its end"
              onInput={(target) => set(at, { target })}
            />
            <button
              type="button"
              class="icon-button"
              aria-label={`Remove stage ${at + 1}`}
              disabled={stages.length === 1}
              onClick={() => draft.change({ stages: stages.filter((_, place) => place !== at) })}
            >
              <Icon name="cross" />
            </button>
          </li>
        ))}
        <li>
          <button type="button" class="button is-small" onClick={add}>
            <Icon name="plus" />
            Add stage
          </button>
        </li>
      </ol>
    </>
  );
}
