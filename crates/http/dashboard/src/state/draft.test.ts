import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Refusal, api } from '../api/client';
import type { Fault, Test } from '../api/types';
import { Draft } from './draft';

const refusal = (errors: Fault[], code = 'invalid_field') =>
  new Refusal({ status: 400, code, detail: 'a test named "a" exists', errors });
const WRONG = { field: 'logRate', message: 'is "x"; accepted: a whole number' };

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(api, 'validate').mockResolvedValue({});
});

afterEach(() => vi.useRealTimers());

test('the server is asked once someone pauses, not at every key', async () => {
  const draft = new Draft();
  for (const logRate of ['5', '50', '500']) draft.change({ logRate });
  await vi.advanceTimersByTimeAsync(1000);
  expect(api.validate).toHaveBeenCalledOnce();
  expect(vi.mocked(api.validate).mock.calls[0]?.[0]).toMatchObject({ logRate: 500 });
  expect(draft.isChecked.value).toBe(true);
});

test('a fault is shown where someone was, and everywhere once the form was sent', async () => {
  vi.mocked(api.validate).mockRejectedValue(refusal([WRONG]));
  vi.spyOn(api, 'create').mockRejectedValue(refusal([WRONG]));
  const draft = new Draft();
  await draft.check();
  expect(draft.faultOf('logRate')).toBeUndefined();
  draft.touch('logRate');
  expect(draft.faultOf('logRate')).toBe(WRONG.message);
  expect(draft.faultOf('duration')).toBeUndefined();

  const sent = new Draft();
  expect(await sent.send(true)).toBeNull();
  expect(sent.faultOf('logRate')).toBe(WRONG.message);
});

test('an answer to an older form is not taken for one to this', async () => {
  let refuse: (error: unknown) => void = () => undefined;
  vi.mocked(api.validate).mockImplementationOnce((_fields, signal) => {
    const answer = new Promise((_resolve, reject: (error: unknown) => void) => (refuse = reject));
    signal?.addEventListener('abort', () => refuse(new DOMException('', 'AbortError')));
    return answer;
  });
  const draft = new Draft();
  const first = draft.check();
  draft.change({ logRate: '7' });
  refuse(refusal([WRONG]));
  await first;
  expect(draft.faults.value).toEqual([]);
});

test('a name that is taken is a fault of the name', async () => {
  vi.spyOn(api, 'create').mockRejectedValue(refusal([], 'test_exists'));
  const draft = new Draft();
  await draft.send(false);
  expect(draft.faultOf('testID')).toBe('a test named "a" exists');
});

test('what is no fault of a field is told as a whole', async () => {
  vi.spyOn(api, 'create').mockRejectedValue(
    new Refusal({ status: 0, code: 'unreachable', detail: 'The service cannot be reached.' }),
  );
  const draft = new Draft();
  await draft.send(true);
  expect(draft.refusal.value).toBe('The service cannot be reached.');
  draft.change({ logRate: '7' });
  expect(draft.refusal.value).toBeNull();
});

test('a test that is stored and does not start is there all the same', async () => {
  const stored = { testID: 'a', status: 'Pending' } as Test;
  vi.spyOn(api, 'create').mockResolvedValue(stored);
  vi.spyOn(api, 'start').mockRejectedValue(refusal([]));
  expect(await new Draft().send(true)).toBe(stored);
});

test('a test that is saved is not started', async () => {
  vi.spyOn(api, 'create').mockResolvedValue({ testID: 'a' } as Test);
  const start = vi.spyOn(api, 'start');
  await new Draft().send(false);
  expect(start).not.toHaveBeenCalled();
});
