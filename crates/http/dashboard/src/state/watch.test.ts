import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { Refusal, api } from '../api/client';
import type { LivePoint, Results, Series, Test } from '../api/types';
import { MOST_POINTS, Watch, extended } from './watch';

const AT = '2026-11-25T14:00:00Z';
const series = (last: number, run = 1): Series => ({
  testID: 'a',
  runID: `r${run}`,
  run,
  step: 1,
  activeSeconds: last,
  points: Array.from({ length: last }, (_, at) => ({ t: at + 1, at: AT, lanes: {} })),
  timeline: [{ event: 'started', at: AT, t: 0 }],
});
const point = (t: number, run = 1): LivePoint => ({
  testID: 'a',
  runID: `r${run}`,
  run,
  t,
  at: AT,
  seconds: 1,
  lanes: {},
  marks: [],
});
const made = (patch: Partial<Test> = {}) =>
  ({ testID: 'a', status: 'Running', run: 1, version: 1, createdAt: AT, ...patch }) as Test;

class Silent {
  static last: Silent | undefined;
  readonly listeners = new Map<string, (event: { data: string }) => void>();
  constructor() {
    Silent.last = this;
  }
  addEventListener(name: string, listener: (event: { data: string }) => void) {
    this.listeners.set(name, listener);
  }
  close() {
    this.listeners.clear();
  }
  tell(name: string, data: unknown) {
    this.listeners.get(name)?.({ data: JSON.stringify(data) });
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Silent);
  vi.stubGlobal('document', { hidden: false });
  vi.spyOn(api, 'test').mockResolvedValue(made());
  vi.spyOn(api, 'results').mockResolvedValue({ run: 1 } as Results);
  vi.spyOn(api, 'series').mockResolvedValue(series(3));
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settled = () => vi.advanceTimersByTimeAsync(0);

test('a point goes behind those that are there, once', () => {
  const longer = extended(series(3), point(4));
  expect(longer.points.map(({ t }) => t)).toEqual([1, 2, 3, 4]);
  expect(longer.activeSeconds).toBe(4);
  expect(extended(longer, point(4)).points).toHaveLength(4);
  expect(extended(longer, point(2)).points).toHaveLength(4);
});

test('a mark that comes twice is one', () => {
  const mark = { event: 'paused', at: AT, t: 3 };
  const once = extended(series(3), { ...point(4), marks: [mark] });
  expect(extended(once, { ...point(5), marks: [mark] }).timeline.map(({ event }) => event)).toEqual([
    'started',
    'paused',
  ]);
});

test('points that come while the series is read are not lost, and those it holds are not doubled', async () => {
  const watch = new Watch('a', null);
  await Promise.resolve();
  Silent.last?.tell('state', made());
  Silent.last?.tell('point', point(3));
  Silent.last?.tell('point', point(4));
  await settled();
  expect(watch.series.value?.points.map(({ t }) => t)).toEqual([1, 2, 3, 4]);
  watch.stop();
});

test('points of another run than the one shown are none of its', async () => {
  const watch = new Watch('a', 1);
  await settled();
  Silent.last?.tell('point', point(1, 2));
  Silent.last?.tell('point', point(4));
  expect(watch.series.value?.points).toHaveLength(4);
  watch.stop();
});

test('the latest run is followed into the next one', async () => {
  const watch = new Watch('a', null);
  await settled();
  vi.mocked(api.series).mockResolvedValue(series(1, 2));
  vi.mocked(api.test).mockResolvedValue(made({ run: 2, version: 2 }));
  Silent.last?.tell('state', made({ run: 2, version: 2 }));
  expect(watch.series.value).toBeNull();
  await vi.advanceTimersByTimeAsync(400);
  expect(watch.series.value).toMatchObject({ run: 2 });
  expect(api.series).toHaveBeenLastCalledWith('a', { run: 2 }, expect.anything());
  watch.stop();
});

test('when there are more points than a chart can show, the server is asked to merge them', async () => {
  vi.mocked(api.series).mockResolvedValueOnce(series(MOST_POINTS)).mockResolvedValue(series(500));
  const watch = new Watch('a', null);
  await settled();
  Silent.last?.tell('point', point(MOST_POINTS + 1));
  await vi.advanceTimersByTimeAsync(10);
  expect(watch.series.value?.points).toHaveLength(500);
  watch.stop();
});

test('a run that has just begun has nothing yet, which is no failure', async () => {
  const none = new Refusal({ status: 404, code: 'run_not_found', detail: 'no run' });
  vi.mocked(api.results).mockRejectedValue(none);
  vi.mocked(api.series).mockRejectedValue(none);
  const watch = new Watch('a', null);
  await settled();
  expect(watch.failure.value).toBeNull();
  expect(watch.results.value).toBeNull();
  watch.stop();
});

test('a test that is not there is a failure to be shown', async () => {
  const none = new Refusal({ status: 404, code: 'test_not_found', detail: 'there is no test "a"' });
  vi.mocked(api.test).mockRejectedValue(none);
  const watch = new Watch('a', null);
  await settled();
  expect(watch.failure.value).toBe(none);
  watch.stop();
});
