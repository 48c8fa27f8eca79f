// A new test: begun from a preset or another test, written into a form, checked by the server as it is written.

import { useEffect, useMemo } from 'preact/hooks';

import './new.css';

import { api, reasonOf } from '../api/client';
import { FaultsOf } from '../components/fields';
import type { Faults } from '../components/fields';
import { Icon } from '../components/Icon';
import { go, to } from '../router';
import { PRESETS } from '../spec/presets';
import { Draft } from '../state/draft';
import { say } from '../state/notes';
import { useTitle } from '../state/shown';
import { Advanced } from './new/Advanced';
import { DestinationFields } from './new/DestinationFields';
import { LoadFields } from './new/LoadFields';
import { Preview } from './new/Preview';
import { ShapeFields } from './new/ShapeFields';
import { ThresholdFields } from './new/ThresholdFields';
import { WhenFields } from './new/WhenFields';

export function NewTestPage({ from }: { from: string | null }) {
  useTitle('New test');
  const draft = useMemo(() => new Draft(), []);
  useEffect(() => {
    if (from === null) void draft.check();
    else
      api.test(from).then(
        (test) => draft.copy(test),
        (error: unknown) => say('failed', `${from} cannot be copied: ${reasonOf(error)}`),
      );
    return () => draft.stop();
  }, [draft, from]);

  const faults = useMemo(
    (): Faults => ({ of: (field) => draft.faultOf(field), touch: (field) => draft.touch(field) }),
    [draft],
  );
  const isScheduled = draft.form.value.schedule !== '';
  const send = async (andStart: boolean) => {
    const test = await draft.send(andStart);
    if (test) go(to.test(test.testID));
    else focusFirstFault();
  };
  return (
    <FaultsOf.Provider value={faults}>
      <div class="page-head">
        <h1>{from === null ? 'New test' : `New test like ${from}`}</h1>
      </div>
      <form
        class="new"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send(!isScheduled);
        }}
      >
        <div class="new-form">
          <div class="presets" role="group" aria-label="Presets">
            {PRESETS.map((preset) => (
              <button
                key={preset.name}
                type="button"
                class="preset"
                aria-pressed={draft.preset.value === preset.name}
                onClick={() => draft.use(preset)}
              >
                <b>{preset.name}</b>
                <span>{preset.question}</span>
              </button>
            ))}
          </div>
          <DestinationFields draft={draft} />
          <LoadFields draft={draft} />
          <ShapeFields draft={draft} />
          <ThresholdFields draft={draft} />
          <WhenFields draft={draft} />
          <Advanced draft={draft} />
        </div>
        <aside class="new-side" aria-label="Preview">
          <Preview draft={draft} />
          <Sum draft={draft} />
          <div class="new-actions">
            <button
              type="submit"
              class="button is-primary is-large"
              data-testid="start"
              disabled={draft.isSending.value}
            >
              <Icon name={isScheduled ? 'clock' : 'play'} />
              {isScheduled ? 'Schedule test' : 'Start test'}
            </button>
            {!isScheduled && (
              <button
                type="button"
                class="button is-large"
                data-testid="save"
                disabled={draft.isSending.value}
                onClick={() => void send(false)}
              >
                Save for later
              </button>
            )}
          </div>
        </aside>
      </form>
    </FaultsOf.Provider>
  );
}

/** What stands in the way, all of it in one place. */
function Sum({ draft }: { draft: Draft }) {
  const faults = draft.faults.value;
  if (draft.refusal.value !== null) {
    return (
      <p class="faults" role="alert" data-testid="faults">
        {draft.refusal.value}
      </p>
    );
  }
  if (faults.length === 0) {
    return (
      <p class="faults-none">
        {draft.isChecked.value && (
          <>
            <Icon name="check" /> Ready to start
          </>
        )}
      </p>
    );
  }
  return (
    <div
      class={draft.wasSent.value ? 'faults' : 'faults is-soft'}
      role={draft.wasSent.value ? 'alert' : undefined}
      data-testid="faults"
    >
      <ul>
        {faults.map(({ field, message }) => (
          <li key={field + message}>
            <code>{field}</code> {message}
          </li>
        ))}
      </ul>
    </div>
  );
}

function focusFirstFault(): void {
  requestAnimationFrame(() => {
    const wrong = document.querySelector<HTMLElement>('.new [aria-invalid]');
    wrong?.closest('details')?.setAttribute('open', '');
    wrong?.focus();
  });
}
