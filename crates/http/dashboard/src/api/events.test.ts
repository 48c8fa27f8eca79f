import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { Listener } from './events';
import { listen, retryAfter } from './events';

class FakeSource {
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 0;
  onopen = () => undefined as unknown;
  onerror = () => undefined as unknown;
  readonly listeners = new Map<string, (event: { data: string }) => void>();

  constructor(readonly url: string) {
    FakeSource.all.push(this);
  }

  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners.set(name, listener);
  }

  close() {
    this.readyState = FakeSource.CLOSED;
  }

  tell(name: string, data: unknown) {
    this.listeners.get(name)?.({ data: JSON.stringify(data) });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  vi.stubGlobal('EventSource', FakeSource);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function started() {
  const listener = {
    state: vi.fn(),
    point: vi.fn(),
    deleted: vi.fn(),
    connection: vi.fn(),
    returned: vi.fn(),
  } satisfies Listener;
  const stop = listen('events', listener);
  const source = FakeSource.all[0];
  if (!source) throw new Error('no stream was opened');
  return { listener, stop, source };
}

test('each kind of event goes where it belongs', () => {
  const { listener, source } = started();
  source.tell('state', { testID: 'a' });
  source.tell('point', { t: 1 });
  source.tell('deleted', { testID: 'b' });
  expect(listener.state).toHaveBeenCalledWith({ testID: 'a' });
  expect(listener.point).toHaveBeenCalledWith({ t: 1 });
  expect(listener.deleted).toHaveBeenCalledWith('b');
});

test('a broken connection is said, and what was missed is read once it is back', () => {
  const { listener, source } = started();
  source.onopen();
  expect(listener.returned).not.toHaveBeenCalled();
  source.onerror();
  expect(listener.connection).toHaveBeenLastCalledWith('reconnecting');
  source.onopen();
  expect(listener.connection).toHaveBeenLastCalledWith('live');
  expect(listener.returned).toHaveBeenCalledOnce();
});

test('a stream that was refused is asked for again, less and less often', () => {
  const { source } = started();
  source.readyState = FakeSource.CLOSED;
  source.onerror();
  vi.advanceTimersByTime(499);
  expect(FakeSource.all).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(FakeSource.all).toHaveLength(2);
  expect([1, 2, 3, 10].map(retryAfter)).toEqual([500, 1000, 2000, 10_000]);
});

test('who stops to listen is not told more, and nothing is asked again', () => {
  const { stop, source } = started();
  source.readyState = FakeSource.CLOSED;
  source.onerror();
  stop();
  vi.advanceTimersByTime(60_000);
  expect(FakeSource.all).toHaveLength(1);
});
