import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Refusal, api } from '../api/client';
import type { Test } from '../api/types';
import { fitting, perform } from './actions';
import { notes, question } from './notes';

const made = (status: string) => ({ testID: 'a', status }) as Test;

beforeEach(() => {
  vi.useFakeTimers();
  notes.value = [];
});

afterEach(() => {
  question.value = null;
  vi.useRealTimers();
});

// The table of states and commands in docs/architecture.md, for what a person can ask.
test.each([
  ['Pending', ['start', 'delete']],
  ['Scheduled', ['start', 'cancel', 'delete']],
  ['Running', ['pause', 'cancel', 'restart']],
  ['Paused', ['resume', 'cancel', 'restart']],
  ['Completed', ['restart', 'delete']],
  ['Cancelled', ['restart', 'delete']],
  ['Failed', ['restart', 'delete']],
  ['Unheard of', []],
])('a test that is %s offers %j', (status, actions) => expect(fitting(status)).toEqual(actions));

describe('what loses something', () => {
  test.each([
    ['cancel', 'Running'],
    ['cancel', 'Scheduled'],
    ['delete', 'Completed'],
    ['restart', 'Running'],
  ] as const)('%s of a test that is %s is asked about once, and not done on a no', async (action, status) => {
    const call = vi.spyOn(api, action === 'delete' ? 'remove' : action).mockResolvedValue(made(status));
    const done = perform(action, made(status), () => undefined);
    expect(question.value?.title).toContain('a?');
    question.value?.answer(false);
    expect(await done).toBeNull();
    expect(question.value).toBeNull();
    expect(call).not.toHaveBeenCalled();
    expect(notes.value).toEqual([]);
  });

  test('is done on a yes', async () => {
    vi.spyOn(api, 'remove').mockResolvedValue(undefined);
    const deleted = vi.fn();
    const done = perform('delete', made('Failed'), deleted);
    question.value?.answer(true);
    await done;
    expect(deleted).toHaveBeenCalledOnce();
    expect(notes.value.map(({ text }) => text)).toEqual(['a deleted']);
  });
});

test.each([
  ['pause', 'Running'],
  ['start', 'Pending'],
  ['restart', 'Completed'],
] as const)('%s of a test that is %s is done at once', async (action, status) => {
  const after = made('Running');
  vi.spyOn(api, action).mockResolvedValue(after);
  expect(await perform(action, made(status), () => undefined)).toBe(after);
  expect(question.value).toBeNull();
});

test('a refusal is told in the words of the server, and goes away by itself', async () => {
  const refusal = new Refusal({
    status: 400,
    code: 'not_allowed_in_state',
    detail: 'a test that is Completed cannot be paused',
  });
  vi.spyOn(api, 'pause').mockRejectedValue(refusal);
  expect(await perform('pause', made('Running'), () => undefined)).toBeNull();
  expect(notes.value).toMatchObject([
    { kind: 'failed', text: 'a was not paused: a test that is Completed cannot be paused' },
  ]);
  vi.advanceTimersByTime(60_000);
  expect(notes.value).toEqual([]);
});
