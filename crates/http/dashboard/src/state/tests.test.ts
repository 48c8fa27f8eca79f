import { beforeEach, expect, test, vi } from 'vitest';

import { api } from '../api/client';
import type { Test } from '../api/types';
import { drop, failure, overview, put, readAll, reading, tests } from './tests';

let version = 0;

function made(testID: string, status: string, rest: Partial<Test> = {}): Test {
  version += 1;
  const at = '2026-11-25T14:00:00Z';
  return { testID, status, version, createdAt: at, updatedAt: at, ...rest } as Test;
}

beforeEach(() => {
  tests.value = new Map();
  failure.value = null;
});

const ids = (list: readonly Test[]) => list.map(({ testID }) => testID);
const answer = (active: Test[], finished: Test[]) =>
  vi
    .spyOn(api, 'all')
    .mockImplementation((url) => Promise.resolve((url.includes('status=') ? finished : active) as never[]));

test('each test is in the list of its state, the newest or the next first', () => {
  put([
    made('old', 'Completed', { completedAt: '2026-11-24T00:00:00Z' }),
    made('new', 'Failed', { completedAt: '2026-11-25T00:00:00Z' }),
    made('later', 'Scheduled', { schedule: '2030-01-02T00:00:00Z' }),
    made('soon', 'Scheduled', { schedule: '2030-01-01T00:00:00Z' }),
    made('first', 'Running', { startedAt: '2026-11-25T13:00:00Z' }),
    made('second', 'Paused', { startedAt: '2026-11-25T13:30:00Z' }),
    made('draft', 'Pending'),
  ]);
  const { running, scheduled, ready, finished } = overview.value;
  expect([running, scheduled, ready, finished].map(ids)).toEqual([
    ['second', 'first'],
    ['soon', 'later'],
    ['draft'],
    ['new', 'old'],
  ]);
});

test('an answer that is older than what is known changes nothing, unless the test was made anew', () => {
  const old = made('a', 'Running');
  put([made('a', 'Completed')]);
  put([old]);
  expect(tests.value.get('a')?.status).toBe('Completed');
  put([{ ...old, version: 1, createdAt: '2026-11-25T15:00:00Z', status: 'Pending' }]);
  expect(tests.value.get('a')?.status).toBe('Pending');
});

test('reading all forgets what was deleted meanwhile, and keeps what was heard of while it was read', async () => {
  put([made('deleted', 'Completed'), made('kept', 'Completed'), made('restarted', 'Completed')]);
  const kept = tests.value.get('kept');
  const read = answer([], kept ? [kept] : []);
  const done = readAll(new AbortController().signal);
  put([made('created', 'Pending'), made('restarted', 'Running')]);
  await done;
  expect(read).toHaveBeenCalledTimes(2);
  expect([...tests.value.keys()].sort()).toEqual(['created', 'kept', 'restarted']);
  expect(reading.value).toBe('done');
});

test('why the tests cannot be read is kept to be shown, and forgotten once they can', async () => {
  const error = new Error('the store is away');
  vi.spyOn(api, 'all').mockRejectedValueOnce(error);
  await readAll(new AbortController().signal);
  expect(failure.value).toBe(error);
  answer([], []);
  await readAll(new AbortController().signal);
  expect(failure.value).toBeNull();
});

test('a deleted test is gone from its list', () => {
  put([made('a', 'Completed')]);
  drop('a');
  expect(overview.value.finished).toEqual([]);
});
