// Records that were kept of the run: found by what they hold, looked at, and taken away.

import { useComputed, useSignal } from '@preact/signals';
import { Fragment } from 'preact';
import { useEffect } from 'preact/hooks';

import { api, links, reasonOf } from '../../api/client';
import type { Sample } from '../../api/types';
import { SelectField, TextField } from '../../components/fields';
import { Icon } from '../../components/Icon';
import { Failure, Skeleton } from '../../components/basics';
import { count } from '../../format';
import { say } from '../../state/notes';
import { summaryOf } from './sample';

const PAGE = 100;
const PAUSE = 300;

const SIGNALS = [
  { value: '', label: 'all' },
  { value: 'logs', label: 'logs' },
  { value: 'metrics', label: 'metrics' },
  { value: 'traces', label: 'traces' },
];
const LEVELS = ['', 'DEBUG', 'INFO', 'WARN', 'ERROR'].map((value) => ({ value, label: value === '' ? 'any' : value }));

const NO_FILTER = { signal: '', level: '', text: '', seq: '', traceID: '', from: '', to: '' };

export function Samples({ testID, run }: { testID: string; run: number | null }) {
  const filter = useSignal(NO_FILTER);
  const query = useComputed(() => queryOf(filter.value, run));
  const samples = useSignal<readonly Sample[] | null>(null);
  const next = useSignal<string | null>(null);
  const failure = useSignal<unknown>(null);
  const open = useSignal<string | null>(null);
  const round = useSignal(0);
  const asked = query.value;

  useEffect(() => {
    if (run === null) return;
    const abort = new AbortController();
    const timer = setTimeout(
      () => {
        api.samples(testID, { ...asked, limit: PAGE }, abort.signal).then(
          (page) => {
            samples.value = page.items;
            next.value = page.next;
            failure.value = null;
          },
          (error: unknown) => {
            if (!abort.signal.aborted) failure.value = error;
          },
        );
      },
      samples.peek() === null ? 0 : PAUSE,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [testID, run, asked, round.value, samples, next, failure]);

  const set = (patch: Partial<typeof NO_FILTER>) => (filter.value = { ...filter.value, ...patch });
  const more = async () => {
    if (next.value === null) return;
    try {
      const page = await api.next<Sample>(next.value);
      samples.value = [...(samples.value ?? []), ...page.items];
      next.value = page.next;
    } catch (error) {
      say('failed', `No more records could be read: ${reasonOf(error)}`);
    }
  };

  if (run === null) return <p class="quiet-box">It has not run yet.</p>;
  const { signal, level, text, seq, traceID, from, to } = filter.value;
  const isFiltered = Object.values(filter.value).some((value) => value !== '');
  return (
    <section class="panel" aria-label="Samples">
      <div class="panel-head">
        <h2>Records kept</h2>
        <span class="quiet">a sample of what was sent, evenly over the run</span>
        <div class="section-tools">
          <a class="button is-small" href={links.samples(testID, asked)} download={`${testID}-${run}.ndjson`}>
            <Icon name="download" />
            Export NDJSON
          </a>
        </div>
      </div>
      <div class="samples-filter" role="search" aria-label="Records">
        <SelectField
          label="Signal"
          field="signal"
          value={signal}
          options={SIGNALS}
          onChange={(value) => set({ signal: value })}
        />
        <SelectField
          label="Level"
          field="level"
          value={level}
          options={LEVELS}
          onChange={(value) => set({ level: value })}
        />
        <TextField
          label="Text"
          field="text"
          value={text}
          onInput={(value) => set({ text: value })}
          placeholder="contains"
          class="is-wide"
        />
        <TextField label="Sequence number" field="seq" value={seq} onInput={(value) => set({ seq: value })} isNumeric />
        <TextField
          label="Trace id"
          field="traceID"
          value={traceID}
          onInput={(value) => set({ traceID: value })}
          placeholder="32 hex digits"
          class="is-wide"
        />
        <TextField
          label="From"
          field="from"
          value={from}
          onInput={(value) => set({ from: value })}
          type="datetime-local"
        />
        <TextField label="To" field="to" value={to} onInput={(value) => set({ to: value })} type="datetime-local" />
      </div>
      {failure.value !== null ? (
        <Failure error={failure.value} what="The records cannot be read" retry={() => (round.value += 1)} />
      ) : samples.value === null ? (
        <Skeleton height="2.25rem" count={6} />
      ) : samples.value.length === 0 ? (
        <p class="quiet-box">{isFiltered ? 'No kept record fits.' : 'No records are kept of this run.'}</p>
      ) : (
        <>
          <div class="table-box">
            <table class="table samples" data-testid="samples">
              <thead>
                <tr>
                  <th scope="col">Time</th>
                  <th scope="col">Signal</th>
                  <th scope="col" class="number">
                    Number
                  </th>
                  <th scope="col">Record</th>
                </tr>
              </thead>
              <tbody>
                {samples.value.map((sample) => {
                  const key = `${sample.signal} ${sample.share} ${sample.seq}`;
                  const isOpen = open.value === key;
                  const { tag, what } = summaryOf(sample);
                  return (
                    <Fragment key={key}>
                      <tr data-testid="sample" data-seq={sample.seq}>
                        <td class="mono">{timeOf(sample.at)}</td>
                        <td>
                          <span class="sample-signal">
                            <span class="dot" style={{ background: `var(--${sample.signal})` }} aria-hidden="true" />
                            {sample.signal}
                          </span>
                        </td>
                        <td class="number">{count(sample.seq)}</td>
                        <td class="sample-what">
                          <button
                            type="button"
                            aria-expanded={isOpen}
                            onClick={() => (open.value = isOpen ? null : key)}
                          >
                            <Icon name={isOpen ? 'down' : 'right'} />
                            {tag && <span class={`tag is-${tag.toLowerCase()}`}>{tag}</span>}
                            <span class="mono">{what}</span>
                          </button>
                        </td>
                      </tr>
                      {isOpen && (
                        <tr class="sample-open">
                          <td colSpan={4}>
                            <pre tabIndex={0}>{JSON.stringify(sample.record, null, 2)}</pre>
                          </td>
                        </tr>
                      )}
                    </Fragment>
                  );
                })}
              </tbody>
            </table>
          </div>
          {next.value !== null && (
            <button type="button" class="button more" onClick={() => void more()}>
              Show more
            </button>
          )}
        </>
      )}
    </section>
  );
}

function queryOf({ from, to, ...rest }: typeof NO_FILTER, run: number | null): Record<string, string | number | null> {
  return { run, ...rest, from: instant(from), to: instant(to) };
}

/** The moment that a date and time of this place is. */
function instant(local: string): string {
  const at = new Date(local);
  return local === '' || Number.isNaN(at.getTime()) ? '' : at.toISOString();
}

function timeOf(at: string): string {
  const date = new Date(at);
  return `${date.toLocaleTimeString('en-GB')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
