// What a load shape looks like: the corners of its line, as the server's shapes mean them. For drawing; what is due is
// computed by the server alone.

import { readRate, secondsOf } from './form';

export interface Corner {
  /** Seconds. */
  t: number;
  /** Records per second. */
  rate: number;
}

type Shape = Record<string, unknown>;

/** The corners of a shape over a load of so many seconds, for a signal of that rate; none as long as it makes no sense. */
export function curveOf(profile: unknown, rate: number, load: number): Corner[] | null {
  if (!(load > 0)) return null;
  const shape = (profile ?? { type: 'constant' }) as Shape;
  const corners = cornersOf(shape, rate, load);
  if (!corners || corners.some((corner) => !Number.isFinite(corner.t) || !Number.isFinite(corner.rate))) return null;
  return upTo(corners, load);
}

function cornersOf(shape: Shape, rate: number, load: number): Corner[] | null {
  const target = (name: string, usual?: string) => targetOf(shape[name] ?? usual, rate);
  const time = (name: string, usual?: number) => timeOf(shape[name] ?? usual);
  switch (shape.type) {
    case 'constant':
      return [{ t: 0, rate }];
    case 'ramp':
      return [
        { t: 0, rate: target('from', '0') },
        { t: time('over', load), rate: target('to', '100%') },
      ];
    case 'steps':
      return staircase(target('from'), target('to', '100%'), Number(shape.steps), time('over', load));
    case 'spike': {
      const [begin, peak] = [time('at'), target('peak')];
      const end = begin + time('for');
      return [
        { t: 0, rate },
        { t: begin, rate },
        { t: begin, rate: peak },
        { t: end, rate: peak },
        { t: end, rate },
      ];
    }
    case 'sine':
      return wave(target('low', '0'), target('high', '100%'), time('period'), load);
    case 'stages': {
      let t = 0;
      const stages = (shape.stages ?? []) as Shape[];
      return [
        { t, rate: target('from', '0') },
        ...stages.map((stage) => ({ t: (t += timeOf(stage.duration)), rate: targetOf(stage.target, rate) })),
      ];
    }
    default:
      return null;
  }
}

/** How long a profile itself says that the load lasts. */
export function lengthOf(profile: unknown): number | null {
  const stages = (profile as Shape | undefined)?.stages;
  if (!Array.isArray(stages)) return null;
  const length = (stages as Shape[]).reduce((sum, stage) => sum + timeOf(stage.duration), 0);
  return Number.isFinite(length) && length > 0 ? Math.ceil(length) : null;
}

/** The area below a curve: how many records it makes. */
export function areaOf(corners: readonly Corner[]): number {
  return corners.slice(1).reduce((sum, corner, at) => {
    const before = corners[at] ?? corner;
    return sum + ((before.rate + corner.rate) / 2) * (corner.t - before.t);
  }, 0);
}

function staircase(from: number, to: number, steps: number, over: number): Corner[] | null {
  if (!Number.isInteger(steps) || steps < 2 || steps > 1000) return null;
  const height = (step: number) => from + ((to - from) * step) / (steps - 1);
  const stairs = Array.from({ length: steps - 1 }, (_, at): Corner[] => {
    const t = (over * (at + 1)) / steps;
    return [
      { t, rate: height(at) },
      { t, rate: height(at + 1) },
    ];
  });
  return [{ t: 0, rate: from }, ...stairs.flat()];
}

function wave(one: number, other: number, period: number, load: number): Corner[] | null {
  // More turns than a drawing can show would be a solid block anyway.
  if (!(period > 0) || load / period > 400) return null;
  const [low, high] = [Math.min(one, other), Math.max(one, other)];
  const pieces = Math.ceil((load / period) * PIECES);
  const at = (piece: number) => (low + high) / 2 + ((high - low) / 2) * Math.sin((2 * Math.PI * piece) / PIECES);
  return Array.from({ length: pieces + 1 }, (_, piece) => ({ t: (period * piece) / PIECES, rate: at(piece) }));
}

/** Cut off where the load ends; what ends before stays where it is. */
function upTo(corners: readonly Corner[], load: number): Corner[] {
  const kept: Corner[] = [];
  for (const corner of corners) {
    const before = kept.at(-1);
    if (corner.t <= load || !before) {
      kept.push(corner);
      continue;
    }
    const part = (load - before.t) / (corner.t - before.t);
    kept.push({ t: load, rate: before.rate + (corner.rate - before.rate) * part });
    return kept;
  }
  const last = kept.at(-1);
  if (last && last.t < load) kept.push({ t: load, rate: last.rate });
  return kept;
}

/** A rate of its own, or a part of the signal's. */
function targetOf(value: unknown, rate: number): number {
  if (typeof value === 'string' && value.endsWith('%')) return (rate * Number(value.slice(0, -1))) / 100;
  const given = typeof value === 'string' ? readRate(value) : value;
  return typeof given === 'number' ? given : NaN;
}

function timeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? (secondsOf(value) ?? NaN) : NaN;
}

const PIECES = 64;
