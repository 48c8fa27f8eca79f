// Every test there is, kept up to date by events: read once, page by page, and then told what changes.

import { computed, signal } from '@preact/signals';

import { address, api } from '../api/client';
import type { Connection } from '../api/events';
import { listen } from '../api/events';
import type { LivePoint, Status, Test } from '../api/types';
import { links } from '../api/client';
import { liveOf, forgetLive } from './live';

const FINISHED: readonly Status[] = ['Completed', 'Cancelled', 'Failed'];

type Tests = ReadonlyMap<string, Test>;

export interface Overview {
  running: readonly Test[];
  scheduled: readonly Test[];
  ready: readonly Test[];
  finished: readonly Test[];
}

export const tests = signal<Tests>(new Map());
/** Whether those that something is still to come of are read, and whether all are. */
export const reading = signal<'active' | 'finished' | 'done'>('active');
export const failure = signal<unknown>(null);
export const connection = signal<Connection>('connecting');

export const overview = computed<Overview>(() => {
  const all = [...tests.value.values()];
  const of = (...states: Status[]) => all.filter(({ status }) => (states as string[]).includes(status));
  return {
    running: of('Running', 'Paused').sort(by(({ startedAt }) => startedAt, -1)),
    scheduled: of('Scheduled').sort(by(({ schedule }) => schedule, 1)),
    ready: of('Pending').sort(by(({ updatedAt }) => updatedAt, -1)),
    finished: of(...FINISHED).sort(by(({ completedAt, updatedAt }) => completedAt ?? updatedAt, -1)),
  };
});

/** Reads all and listens, until the function that is returned is called. */
export function follow(): () => void {
  const abort = new AbortController();
  void readAll(abort.signal);
  const stop = listen(links.events(), {
    state: (test) => put([test]),
    point: book,
    deleted: (testID) => drop(testID),
    connection: (state) => (connection.value = state),
    returned: () => void readAll(abort.signal),
  });
  return () => {
    abort.abort();
    stop();
  };
}

/** Takes in what an answer said, ahead of the event that will say the same. */
export function put(changed: readonly Test[]): void {
  const next = new Map(tests.value);
  for (const test of changed) {
    const known = next.get(test.testID);
    const isOld = known?.createdAt === test.createdAt && known.version > test.version;
    if (!isOld) next.set(test.testID, test);
  }
  tests.value = next;
}

export function drop(testID: string): void {
  const next = new Map(tests.value);
  next.delete(testID);
  tests.value = next;
  forgetLive(testID);
}

async function readAll(signal: AbortSignal): Promise<void> {
  try {
    reading.value = 'active';
    const active = await api.all<Test>(address('tests', { limit: 1000 }), signal);
    put(active);
    reading.value = 'finished';
    const finished = await api.all<Test>(address('tests', { status: FINISHED.join(','), limit: 1000 }), signal);
    // What is in neither was deleted while nobody listened.
    const read = new Set([...active, ...finished].map(({ testID }) => testID));
    tests.value = new Map([...tests.value].filter(([testID]) => read.has(testID)));
    put(finished);
    reading.value = 'done';
    failure.value = null;
  } catch (error) {
    if (!signal.aborted) failure.value = error;
  }
}

/** A test that moved on between the two readings, or was created since, comes by event. */
function book(point: LivePoint): void {
  liveOf(point.testID).book(point);
}

function by(key: (test: Test) => string | null | undefined, direction: 1 | -1) {
  return (a: Test, b: Test) => direction * ((Date.parse(key(a) ?? '') || 0) - (Date.parse(key(b) ?? '') || 0));
}
