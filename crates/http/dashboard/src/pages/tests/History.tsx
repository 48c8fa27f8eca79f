// Tests whose last run is over: searched and filtered here, in the browser, which knows them all.

import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { Test } from '../../api/types';
import { Actions } from '../../components/Actions';
import { Icon } from '../../components/Icon';
import { ResultBadge, Segmented, Skeleton, StatusBadge } from '../../components/basics';
import { ago, count, millis, percent } from '../../format';
import { to } from '../../router';
import { now } from '../../state/now';
import { conclusionOf, unackedOf, worstTime } from '../../state/outcome';
import { outcomeOf } from '../../state/outcomes';
import { drop, put } from '../../state/tests';
import { lengthOf, loadOf, targetOf } from './target';

const PAGE = 25;

type Filter = 'all' | 'passed' | 'failed' | 'invalid' | 'cancelled';

const FILTERS: readonly { value: Filter; label: string }[] = [
  { value: 'all', label: 'All' },
  { value: 'passed', label: 'Passed' },
  { value: 'failed', label: 'Failed' },
  { value: 'invalid', label: 'Invalid' },
  { value: 'cancelled', label: 'Cancelled' },
];

/** Tests whose outcome is read at once to find those that fit a filter. */
const LOOK_AHEAD = 40;

interface Found {
  /** Those that fit, as many as are shown. */
  shown: readonly Test[];
  /** How many fit; null as long as that is not known. */
  total: number | null;
  /** Tests of which it has to be known how they ended before more can be said. */
  unknown: readonly Test[];
}

/** The first tests that fit. How a test ended is in its results, which are read as far as one looks, newest first. */
function find(tests: readonly Test[], filter: Filter, most: number): Found {
  if (filter === 'all') return { shown: tests.slice(0, most), total: tests.length, unknown: [] };
  const fitting: Test[] = [];
  const unknown: Test[] = [];
  for (const test of tests) {
    const outcome = outcomeNameOf(test);
    if (outcome === null) unknown.push(test);
    else if (outcome === filter) fitting.push(test);
    if (fitting.length > most || unknown.length >= LOOK_AHEAD)
      return { shown: fitting.slice(0, most), total: null, unknown };
  }
  return { shown: fitting.slice(0, most), total: unknown.length === 0 ? fitting.length : null, unknown };
}

/** How a test ended; null as long as that is not read. */
function outcomeNameOf(test: Test): string | null {
  if (test.status === 'Cancelled') return 'cancelled';
  if (test.status === 'Failed') return 'failed';
  const results = outcomeOf(test).results.value;
  if (!results) return null;
  return conclusionOf(results).result;
}

export function History({ finished, isReading }: { finished: readonly Test[]; isReading: boolean }) {
  const filter = useSignal<Filter>('all');
  const search = useSignal('');
  const most = useSignal(PAGE);
  const matching = finished.filter((test) => matches(test, search.value));
  const found = find(matching, filter.value, most.value);
  const { shown } = found;
  const isLooking = found.unknown.length > 0 && shown.length < most.value;
  useEffect(() => {
    if (isLooking) for (const test of found.unknown) outcomeOf(test).want();
  });
  return (
    <section class="section" data-testid="history" aria-labelledby="history-title">
      <div class="section-head">
        <h2 id="history-title">History</h2>
        {!isReading && found.total !== null && <span class="count">{count(found.total)}</span>}
        <div class="section-tools">
          <Segmented label="Show" options={FILTERS} value={filter.value} onChange={(value) => (filter.value = value)} />
          <label class="search">
            <Icon name="search" />
            <input
              type="search"
              aria-label="Search tests"
              placeholder="Name, user or destination"
              value={search.value}
              onInput={(event) => {
                search.value = event.currentTarget.value;
                most.value = PAGE;
              }}
            />
          </label>
        </div>
      </div>
      {isReading && finished.length === 0 ? (
        <Skeleton height="3rem" count={4} />
      ) : isLooking && shown.length === 0 ? (
        <Skeleton height="3rem" count={2} />
      ) : shown.length === 0 ? (
        <p class="quiet-box">
          {finished.length === 0 ? 'Tests that are over are listed here.' : 'No test fits the search.'}
        </p>
      ) : (
        <div class="table-box">
          <table class="table history-table">
            <thead>
              <tr>
                <th scope="col">Test</th>
                <th scope="col">Result</th>
                <th scope="col">Load</th>
                <th scope="col" class="number">
                  Acked
                </th>
                <th scope="col" class="number">
                  Not acked
                </th>
                <th scope="col" class="number">
                  p99
                </th>
                <th scope="col">Ended</th>
                <th scope="col">
                  <span class="visually-hidden">Actions</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((test) => (
                <HistoryRow key={test.testID} test={test} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {(found.total === null ? !isLooking : shown.length < found.total) && (
        <button type="button" class="button more" onClick={() => (most.value += 4 * PAGE)}>
          Show more{found.total === null ? '' : ` of ${count(found.total)}`}
        </button>
      )}
      {isLooking && shown.length > 0 && <p class="quiet looking">Looking for more…</p>}
    </section>
  );
}

function HistoryRow({ test }: { test: Test }) {
  const { testID, version } = test;
  const outcome = outcomeOf(test);
  // Its run and version say when the outcome is another one.

  useEffect(() => outcome.want(), [outcome, testID, version]);
  const results = outcome.results.value;
  const unacked = unackedOf(results);
  const ended = test.completedAt ?? test.updatedAt;
  return (
    <tr data-testid="test" data-test-id={testID}>
      <td class="history-name">
        <a class="row-title" href={to.test(testID)} title={testID}>
          {testID}
        </a>
        <span class="row-where">{targetOf(test)}</span>
      </td>
      <td class="history-result">
        {test.status === 'Completed' && results ? (
          <ResultBadge conclusion={conclusionOf(results)} />
        ) : (
          <StatusBadge status={test.status} />
        )}
      </td>
      <td class="history-load">
        {loadOf(test)} · {lengthOf(test)}
      </td>
      <td class="number" data-name="acked">
        {results ? count(unacked.acked) : '–'}
      </td>
      <td class={unacked.unacked > 0 ? 'number is-bad' : 'number'} data-name="not-acked">
        {results ? (unacked.unacked === 0 ? '0' : percent(unacked.unacked / Math.max(1, unacked.due))) : '–'}
      </td>
      <td class="number" data-name="p99">
        {millis(worstTime(results, 'p99'))}
      </td>
      <td class="history-ended" title={new Date(ended).toLocaleString()}>
        {ago(ended, now.value)}
      </td>
      <td class="history-actions">
        <Actions test={test} isCompact onDone={(changed) => put([changed])} onDeleted={() => drop(testID)} />
      </td>
    </tr>
  );
}

function matches({ testID, userID, destination }: Test, search: string): boolean {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return true;
  return [testID, userID, destination.name ?? '', destination.endpoint].some((text) =>
    text.toLowerCase().includes(wanted),
  );
}
