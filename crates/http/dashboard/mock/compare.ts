// A comparison of two made-up runs: every figure, and a plain rule for what matters.

import type { ComparedFigure, Comparison, Lane } from '../src/api/types';
import type { World } from './world';

const FIGURES: readonly [string, string, 'low' | 'high' | null, (lane: Lane) => number | null | undefined][] = [
  ['rate.achieved', 'records/s', null, (lane) => lane.rate.achieved],
  ['acked.rate', 'share', 'high', (lane) => lane.acked / Math.max(1, lane.due)],
  ['failed.rate', 'share', 'low', (lane) => lane.failed / Math.max(1, lane.due)],
  ['missed', 'records', 'low', (lane) => lane.missed],
  ['lateness.p99', 'ms', 'low', (lane) => lane.lateness.p99],
  ['responseTime.p50', 'ms', 'low', (lane) => lane.responseTime.p50],
  ['responseTime.p99', 'ms', 'low', (lane) => lane.responseTime.p99],
  ['serviceTime.p50', 'ms', 'low', (lane) => lane.serviceTime.p50],
  ['bytes', 'bytes', null, (lane) => lane.bytes],
];

export function comparisonOf(world: World, keys: readonly string[], notFound: (detail: string) => never): Comparison {
  const results = keys.map((key) => {
    const [, testID = '', number = ''] = /^(.+):(\d+)$/.exec(key) ?? [];
    const test = world.tests.get(testID) ?? notFound(`there is no test "${testID}"`);
    const run =
      world.runs.get(testID)?.find((one) => one.run === Number(number)) ??
      notFound(`test "${testID}" has no run ${number}`);
    return world.results(test, run);
  });
  const [a, b] = results;
  if (!a || !b) notFound('two runs are needed');
  const lanes = Object.keys(a.lanes);
  return {
    runs: results.map(({ testID, runID, run, startedAt, status, conclusion, activeSeconds }) => ({
      activeSeconds,
      testID,
      runID,
      run,
      startedAt,
      status,
      conclusion,
    })),
    figures: lanes.flatMap((lane) => {
      const [before, after] = [a.lanes[lane], b.lanes[lane]];
      if (!before || !after) return [];
      return FIGURES.map(([figure, unit, better, of]) =>
        compared(lane, figure, unit, better, of(before) ?? null, of(after) ?? null),
      );
    }),
  };
}

function compared(
  lane: string,
  figure: string,
  unit: string,
  good: 'low' | 'high' | null,
  a: number | null,
  b: number | null,
): ComparedFigure {
  const difference = a === null || b === null ? null : b - a;
  const change = difference === null || !a ? null : difference / a;
  const matters = difference !== null && Math.abs(difference) > 0.08 * Math.max(Math.abs(a ?? 0), Math.abs(b ?? 0));
  const direction = !matters
    ? 'same'
    : good === null
      ? 'different'
      : difference < 0 === (good === 'low')
        ? 'better'
        : 'worse';
  return {
    lane,
    figure,
    unit,
    a,
    b,
    difference,
    change,
    matters,
    direction,
    reason: matters ? "beyond the spread of either run's seconds" : 'within the spread of the seconds',
  };
}
