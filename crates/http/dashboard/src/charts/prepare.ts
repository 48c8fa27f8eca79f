// From a run's points to what its charts show. Pure; each chart is of one signal.

import type { Mark, Percentiles, Point, PointLane, Signal } from '../api/types';
import { clock } from '../format';
import type { ChartData, ChartMark, Line } from './model';

const SIGNAL_COLORS: Record<Signal, string> = { logs: '--logs', metrics: '--metrics', traces: '--traces' };

/** Records per second: asked for, left, answered with success. */
export function rateChart(points: readonly Point[], signal: Signal): ChartData {
  const line = (of: (lane: PointLane) => number) => pick(points, signal, of);
  return {
    t: times(points),
    lines: [
      { label: 'achieved', color: SIGNAL_COLORS[signal], values: line((lane) => lane.rate.achieved), fill: 'soft' },
      { label: 'acked', color: '--good', values: line((lane) => lane.rate.acked) },
      { label: 'asked', color: '--chart-asked', values: line((lane) => lane.rate.asked), dashed: true },
    ],
  };
}

/** From due to answered. */
export function responseChart(points: readonly Point[], signal: Signal): ChartData {
  const line = (quantile: keyof Percentiles) => pick(points, signal, (lane) => lane.responseTime[quantile]);
  return {
    t: times(points),
    lines: [
      { label: 'p99', color: '--times-3', values: line('p99') },
      { label: 'p90', color: '--times-2', values: line('p90') },
      { label: 'p50', color: '--times-1', values: line('p50'), fill: 'soft' },
    ],
  };
}

/** From due to issued: what the generator, or a full window, adds. */
export function latenessChart(points: readonly Point[], signal: Signal): ChartData {
  return {
    t: times(points),
    lines: [
      { label: 'max', color: '--chart-6', values: pick(points, signal, (lane) => lane.lateness.max) },
      { label: 'p99', color: '--times-3', values: pick(points, signal, (lane) => lane.lateness.p99) },
      { label: 'p50', color: '--times-1', values: pick(points, signal, (lane) => lane.lateness.p50), fill: 'soft' },
    ],
  };
}

const FAILURE_COLORS = ['--chart-5', '--chart-4', '--chart-3', '--chart-2', '--chart-1'];

/** Records per second that were not acked, by what became of them; one on top of the other, the most frequent lowest. */
export function failuresChart(points: readonly Point[], signal: Signal): ChartData {
  const seconds = points.map((point, at) => point.t - (points[at - 1]?.t ?? 0));
  const totals = new Map<string, number>();
  const add = (kind: string, records: number) => {
    if (records > 0) totals.set(kind, (totals.get(kind) ?? 0) + records);
  };
  for (const point of points) for (const [kind, records] of lossesOf(point.lanes[signal])) add(kind, records);

  const kinds = [...totals].sort(([, a], [, b]) => b - a).map(([kind]) => kind);
  const named = kinds.slice(0, kinds.length > FAILURE_COLORS.length ? FAILURE_COLORS.length - 1 : kinds.length);
  const groups = named.map((kind) => ({ label: kindName(kind), has: (other: string) => other === kind }));
  if (named.length < kinds.length) groups.push({ label: 'other', has: (kind) => !named.includes(kind) });

  const below = points.map(() => 0);
  const lines = groups.map(({ label, has }, place): Line => {
    const shown = points.map((point, at) => {
      const records = lossesOf(point.lanes[signal]).reduce((sum, [kind, some]) => (has(kind) ? sum + some : sum), 0);
      return records / Math.max(seconds[at] ?? 1, 1e-3);
    });
    const values = shown.map((value, at) => (below[at] = (below[at] ?? 0) + value));
    return { label, color: FAILURE_COLORS[place] ?? '--chart-6', values, shown, fill: 'whole', stepped: true };
  });
  // Drawn from the top of the stack down, so that each covers the one behind it.
  return { t: times(points), lines: lines.reverse() };
}

/** The records of a lane that were not acked, by kind. */
export function lossesOf(lane: PointLane | undefined): [string, number][] {
  if (!lane) return [];
  const losses = [...Object.entries(lane.failures), ...Object.entries(lane.rejections)];
  if (lane.missed > 0) losses.push(['missed', lane.missed]);
  if (lane.inDoubt > 0) losses.push(['in_doubt', lane.inDoubt]);
  return losses;
}

/** `status_503` as `status 503`. */
export function kindName(kind: string): string {
  return kind.replaceAll('_', ' ');
}

/** One line of two runs over each other, by seconds since each began. */
export function overlay(
  runs: readonly { label: string; color: string; points: readonly Point[] }[],
  signal: Signal,
  of: (lane: PointLane) => number | null | undefined,
): ChartData {
  const t = [...new Set(runs.flatMap(({ points }) => times(points)))].sort((a, b) => a - b);
  const lines = runs.map(({ label, color, points }, place): Line => {
    const values = new Map(points.map((point) => [point.t, valueOf(point, signal, of)]));
    return { label, color, values: t.map((at) => values.get(at) ?? null), dashed: place === 0, spanning: true };
  });
  return { t, lines };
}

const MARK_NAMES: Record<string, string> = {
  started: 'Started',
  paused: 'Paused',
  resumed: 'Resumed',
  changed: 'Changed',
  takenOver: 'Taken over',
  stopped: 'Stopped',
  thresholdBreached: 'Threshold breached',
  completed: 'Completed',
  cancelled: 'Cancelled',
  failed: 'Failed',
};

/** What happened, in words. */
export function markName(event: string): string {
  return MARK_NAMES[event] ?? event;
}

export function markColor(event: string): string {
  if (event === 'thresholdBreached' || event === 'failed') return '--bad';
  if (event === 'completed') return '--good';
  return event === 'started' || event === 'cancelled' ? '--chart-6' : '--chart-mark';
}

/** What the charts show of the timeline: not its first and last moment, which are the edges of every chart. */
export function chartMarks(timeline: readonly Mark[]): ChartMark[] {
  return timeline
    .filter(({ event }) => event !== 'started' && event !== 'completed')
    .map(({ event, t, detail }) => {
      const label = `${clock(t)} ${markName(event)}${detail ? `: ${detail}` : ''}`;
      return { t, label, color: markColor(event) };
    });
}

function times(points: readonly Point[]): number[] {
  return points.map(({ t }) => t);
}

function pick(
  points: readonly Point[],
  signal: Signal,
  of: (lane: PointLane) => number | null | undefined,
): (number | null)[] {
  return points.map((point) => valueOf(point, signal, of));
}

function valueOf(point: Point, signal: Signal, of: (lane: PointLane) => number | null | undefined): number | null {
  const lane = point.lanes[signal];
  return lane ? (of(lane) ?? null) : null;
}
