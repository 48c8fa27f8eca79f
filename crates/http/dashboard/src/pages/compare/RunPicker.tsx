// A test and one of its runs, to be chosen.

import { useSignal } from '@preact/signals';
import { useEffect, useId } from 'preact/hooks';

import { api } from '../../api/client';
import type { Results, Test } from '../../api/types';
import { moment } from '../../format';
import { conclusionOf } from '../../state/outcome';

export interface ChosenRun {
  testID: string;
  run: number | null;
}

/** `testID:run`, or a `testID` alone. A name may hold colons, so the last one counts. */
export function readRun(text: string | null): ChosenRun | null {
  if (text === null || text === '') return null;
  const match = /^(.+):(\d+)$/.exec(text);
  return match ? { testID: match[1] ?? '', run: Number(match[2]) } : { testID: text, run: null };
}

/** As many names are offered as one can look through; any other can be typed. */
const MOST_OFFERED = 500;
const STATES = 'Running,Paused,Completed,Cancelled,Failed';

export function RunPicker({
  side,
  chosen,
  onChange,
}: {
  side: string;
  chosen: ChosenRun | null;
  onChange: (picked: string) => void;
}) {
  const id = useId();
  const offered = useSignal<readonly Test[]>([]);
  const runs = useSignal<readonly Results[]>([]);
  const isUnknown = useSignal(false);
  const testID = chosen?.testID ?? null;
  const run = chosen?.run ?? null;

  useEffect(() => {
    const abort = new AbortController();
    api.tests({ status: STATES, limit: MOST_OFFERED }, abort.signal).then(
      ({ items }) => (offered.value = items),
      () => undefined,
    );
    return () => abort.abort();
  }, [offered]);

  useEffect(() => {
    runs.value = [];
    isUnknown.value = false;
    if (testID === null) return;
    const abort = new AbortController();
    api.runs(testID, abort.signal).then(
      (all) => {
        runs.value = all.toReversed();
        const latest = all.at(-1);
        if (run === null && latest) onChange(`${testID}:${latest.run}`);
      },
      () => {
        if (!abort.signal.aborted) isUnknown.value = true;
      },
    );
    return () => abort.abort();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a run that is chosen is no reason to read the runs again
  }, [testID, runs, isUnknown]);

  return (
    <fieldset class="picker">
      <legend class="visually-hidden">Run {side}</legend>
      <div class="field">
        <label class="field-label" for={`${id}-test`}>
          Test {side}
        </label>
        <div class={isUnknown.value ? 'input is-wrong' : 'input'}>
          <input
            id={`${id}-test`}
            list={`${id}-tests`}
            value={testID ?? ''}
            placeholder="name of a test"
            autoComplete="off"
            spellcheck={false}
            onChange={(event) => onChange(event.currentTarget.value.trim())}
          />
        </div>
        <datalist id={`${id}-tests`}>
          {offered.value.map((test) => (
            <option key={test.testID} value={test.testID} />
          ))}
        </datalist>
        {isUnknown.value && <p class="field-fault">There is no test of that name.</p>}
      </div>
      <div class="field">
        <label class="field-label" for={`${id}-run`}>
          Run {side}
        </label>
        <select
          id={`${id}-run`}
          class="select"
          disabled={runs.value.length === 0}
          value={run === null ? '' : String(run)}
          onChange={(event) => testID !== null && onChange(`${testID}:${event.currentTarget.value}`)}
        >
          {runs.value.length === 0 && <option value="">–</option>}
          {runs.value.map((results) => (
            <option key={results.run} value={String(results.run)}>
              {results.run} · {moment(results.startedAt)} · {conclusionOf(results).result}
            </option>
          ))}
        </select>
      </div>
    </fieldset>
  );
}
