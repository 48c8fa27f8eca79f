// Every test there is, kept up to date by events: read once, page by page, and then told what changes.

import { computed, signal } from '@preact/signals';

import { address, api, links } from '../api/client';
import type { Connection } from '../api/events';
import { listen } from '../api/events';
import type { Status, Test } from '../api/types';
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

/** Counts how often all has to be read anew: the stream was away, or someone asks for it. */
export const round = signal(0);

export function readAgain(): void {
  round.value += 1;
}

/** Listens to what happens to any test, until the function that is returned is called. */
export function follow(): () => void {
  return listen(links.events(), {
    state: putSoon,
    point: (point) => liveOf(point.testID).book(point),
    deleted: (testID) => drop(testID),
    connection: (state) => (connection.value = state),
    returned: readAgain,
  });
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

/** Milliseconds in which events are gathered: on connect there is one for each active test. */
const GATHER = 40;
let gathered: Test[] = [];

function putSoon(test: Test): void {
  if (gathered.length === 0) {
    setTimeout(() => {
      const some = gathered;
      gathered = [];
      put(some);
    }, GATHER);
  }
  gathered.push(test);
}

export function drop(testID: string): void {
  gathered = gathered.filter((test) => test.testID !== testID);
  const next = new Map(tests.value);
  next.delete(testID);
  tests.value = next;
  forgetLive(testID);
}

/** Reads every test: first those that something is still to come of. */
export async function readAll(signal: AbortSignal): Promise<void> {
  try {
    reading.value = 'active';
    const before = tests.value;
    const active = await api.all<Test>(address('tests', { limit: 1000 }), signal);
    put(active);
    reading.value = 'finished';
    const finished = await api.all<Test>(address('tests', { status: FINISHED.join(','), limit: 1000 }), signal);
    // What is in neither, and was not heard of meanwhile, was deleted while nobody listened.
    const read = new Set([...active, ...finished].map(({ testID }) => testID));
    const isThere = ([testID, test]: [string, Test]) => read.has(testID) || before.get(testID) !== test;
    tests.value = new Map([...tests.value].filter(isThere));
    put(finished);
    reading.value = 'done';
    failure.value = null;
  } catch (error) {
    if (!signal.aborted) failure.value = error;
  }
}

/** Moments are all written alike, in UTC, so that their texts are in the order of time. */
function by(key: (test: Test) => string | null | undefined, direction: 1 | -1) {
  return (a: Test, b: Test) => {
    const [one, other] = [key(a) ?? '', key(b) ?? ''];
    return one === other ? 0 : one < other ? -direction : direction;
  };
}
