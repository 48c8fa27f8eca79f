// The last minute of each running test, for its card: kept apart from the tests, so that a point redraws one card only.

import type { Signal as Reactive } from '@preact/signals';
import { signal } from '@preact/signals';

import { api } from '../api/client';
import type { LivePoint, Point, Results, Signal, Test } from '../api/types';
import { SIGNALS } from '../api/types';

/** Seconds that a sparkline shows. */
export const WINDOW = 60;

export interface Live {
  run: number;
  /** Seconds of active time. */
  t: number;
  points: readonly Point[];
}

class LiveTest {
  readonly state: Reactive<Live | null> = signal(null);
  #isReading = false;

  book(point: LivePoint): void {
    const { value } = this.state;
    const before = value?.run === point.run ? value.points : [];
    if (point.t <= (before.at(-1)?.t ?? -1)) return;
    this.state.value = { run: point.run, t: point.t, points: [...before, point].slice(-WINDOW) };
  }

  /** Reads what went before the first point that came by event. */
  async readBack(test: Test): Promise<void> {
    const run = test.run ?? null;
    if (this.#isReading || run === null || this.state.value?.run === run) return;
    this.#isReading = true;
    try {
      const { activeSeconds } = await api.results(test.testID, run);
      const { points } = await api.series(test.testID, { run, from: Math.max(0, activeSeconds - WINDOW), step: 1 });
      const since = this.state.value?.run === run ? this.state.value.points : [];
      const first = since[0]?.t ?? Infinity;
      const all = [...points.filter(({ t }) => t < first), ...since].slice(-WINDOW);
      this.state.value = { run, t: all.at(-1)?.t ?? activeSeconds, points: all };
    } catch {
      // The card then shows what comes by event; that the service is away is said elsewhere.
    } finally {
      this.#isReading = false;
    }
  }
}

const known = new Map<string, LiveTest>();

export function liveOf(testID: string): LiveTest {
  let live = known.get(testID);
  if (!live) known.set(testID, (live = new LiveTest()));
  return live;
}

export function forgetLive(testID: string): void {
  known.delete(testID);
}

/** The part of the load that is done, from 0 to 1; null when it has no end. */
export function progressOf(test: Test, t: number): number | null {
  return test.duration ? Math.min(1, t / test.duration) : null;
}

/** The signals that a test sends. */
export function signalsOf(results: Pick<Results, 'lanes'> | Pick<Point, 'lanes'> | null | undefined): Signal[] {
  return SIGNALS.filter((name) => results?.lanes[name] !== undefined);
}
