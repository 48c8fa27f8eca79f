import { expect, test } from 'vitest';

import type { Point, PointLane } from '../api/types';
import { hasValues, lastOf } from './model';
import { chartMarks, failuresChart, overlay, rateChart, responseChart } from './prepare';

const TIMES = { p50: 1, p90: 2, p95: 3, p99: 4, p999: 5, max: 6 };

function lane(patch: Partial<PointLane> = {}): PointLane {
  const counts = { due: 10, issued: 10, acked: 10, rejected: 0, failed: 0, missed: 0, inDoubt: 0 };
  const rest = { requests: 1, retries: 0, bytes: 1, wireBytes: 1, headroom: 1, failures: {}, rejections: {} };
  const rate = { asked: 10, achieved: 9, acked: 8 };
  const lateness = { p50: 0.1, p99: 0.2, max: 0.3 };
  return { ...counts, ...rest, rate, lateness, responseTime: TIMES, serviceTime: TIMES, ...patch };
}

function point(t: number, logs?: PointLane): Point {
  return { t, at: `2026-11-25T14:00:${String(t).padStart(2, '0')}Z`, lanes: logs ? { logs } : {} };
}

test('a rate chart tells what was asked, what left and what was acked', () => {
  const chart = rateChart([point(1, lane()), point(2, lane())], 'logs');
  expect(chart.t).toEqual([1, 2]);
  expect(Object.fromEntries(chart.lines.map(({ label, values }) => [label, values]))).toEqual({
    achieved: [9, 9],
    acked: [8, 8],
    asked: [10, 10],
  });
});

test('a second without the lane, or without an answer, is a gap and not zero', () => {
  const silent = lane({ responseTime: { p50: null, p90: null, p95: null, p99: null, p999: null, max: null } });
  const chart = responseChart([point(1, lane()), point(2), point(3, silent)], 'logs');
  expect(chart.lines.find(({ label }) => label === 'p99')?.values).toEqual([4, null, null]);
  expect(hasValues(responseChart([point(1)], 'logs'))).toBe(false);
});

test('failures are stacked per second, the most frequent lowest, and keep their own values for the legend', () => {
  const points = [
    point(2, lane({ failures: { timeout: 2 }, rejections: { status_429: 8 } })),
    point(4, lane({ failures: { timeout: 4 }, missed: 2 })),
  ];
  const { lines } = failuresChart(points, 'logs');
  // Drawn from the top down.
  expect(lines.map(({ label }) => label)).toEqual(['missed', 'timeout', 'status 429']);
  expect(lines.map(({ shown }) => shown)).toEqual([
    [0, 1],
    [1, 2],
    [4, 0],
  ]);
  expect(lines.map(({ values }) => values)).toEqual([
    [5, 3],
    [5, 2],
    [4, 0],
  ]);
  expect(lines.map(lastOf)).toEqual([1, 2, 0]);
});

test('rare kinds are put together, so that a chart never has more than five', () => {
  const failures = { a: 60, b: 50, c: 40, d: 30, e: 2, f: 1 };
  const { lines } = failuresChart([point(1, lane({ failures }))], 'logs');
  expect(lines.map(({ label, shown }) => [label, shown?.[0]])).toEqual([
    ['other', 3],
    ['d', 30],
    ['c', 40],
    ['b', 50],
    ['a', 60],
  ]);
});

test('nothing lost is no failure chart at all', () => {
  expect(hasValues(failuresChart([point(1, lane())], 'logs'))).toBe(false);
});

test('two runs lie over each other by seconds since each began', () => {
  const runs = [
    { label: 'A', color: '--a', points: [point(1, lane()), point(3, lane())] },
    { label: 'B', color: '--b', points: [point(2, lane())] },
  ];
  const chart = overlay(runs, 'logs', ({ rate }) => rate.achieved);
  expect(chart.t).toEqual([1, 2, 3]);
  expect(chart.lines.map(({ values }) => values)).toEqual([
    [9, null, 9],
    [null, 9, null],
  ]);
});

test('charts mark what happened in between, in words', () => {
  const mark = (event: string, t: number, detail: string | null = null) => ({ event, t, at: '', detail });
  const marks = chartMarks([
    mark('started', 0),
    mark('changed', 61, 'logs 5 to 6'),
    mark('thresholdBreached', 70),
    mark('completed', 90),
  ]);
  expect(marks.map(({ label }) => label)).toEqual(['1:01 Changed: logs 5 to 6', '1:10 Threshold breached']);
  expect(marks[1]?.color).toBe('--bad');
});
