// A test with a run in progress: how far it is, and the last minute of each of its signals.

import { useEffect } from 'preact/hooks';

import type { Point, Signal, Test } from '../../api/types';
import { sparkArea, sparkPath } from '../../charts/spark';
import { Actions } from '../../components/Actions';
import { Progress, StatusBadge } from '../../components/basics';
import { clock, millis, rate, short } from '../../format';
import { to } from '../../router';
import { WINDOW, liveOf, progressOf, signalsOf } from '../../state/live';
import { drop, put } from '../../state/tests';
import { askedOf, targetOf } from './target';

export function RunningCard({ test }: { test: Test }) {
  const live = liveOf(test.testID);
  const state = live.state.value?.run === test.run ? live.state.value : null;
  const { testID, run } = test;
  // What went before is read once for each run; changes of the test in between are not a reason to read it again.
  // eslint-disable-next-line react-hooks/exhaustive-deps
  useEffect(() => void live.readBack(test), [live, testID, run]);

  const t = state?.t ?? 0;
  const done = progressOf(test, t);
  const points = state?.points ?? [];
  const signals = points.length > 0 ? signalsOf(points.at(-1)) : askedOf(test);
  return (
    <li class={`card running-card is-${test.status.toLowerCase()}`} data-testid="test" data-test-id={testID}>
      <div class="card-head">
        <a class="card-title" href={to.test(testID)} title={testID}>
          {testID}
        </a>
        <StatusBadge status={test.status} />
        <Actions
          test={test}
          isCompact
          leave={['restart']}
          onDone={(changed) => put([changed])}
          onDeleted={() => drop(testID)}
        />
      </div>
      <p class="card-where" title={targetOf(test)}>
        {targetOf(test)}
      </p>
      <div class="sparks">
        {signals.map((signal) => (
          <Spark key={signal} signal={signal} points={points} />
        ))}
      </div>
      <div class="card-foot">
        <Progress value={done} label={`Progress of ${testID}`} />
        <span>
          {clock(t)}
          {test.duration ? ` of ${clock(test.duration)}` : ''}
        </span>
      </div>
    </li>
  );
}

const WIDTH = 160;
const HEIGHT = 36;

function Spark({ signal, points }: { signal: Signal; points: readonly Point[] }) {
  const lanes = points.map((point) => point.lanes[signal]);
  const achieved = lanes.map((lane) => lane?.rate.achieved ?? null);
  const asked = lanes.map((lane) => lane?.rate.asked ?? null);
  const highest = Math.max(1e-9, ...achieved.map((value) => value ?? 0), ...asked.map((value) => value ?? 0)) * 1.08;
  const last = lanes.at(-1);
  const unacked = lanes.reduce((sum, lane) => sum + (lane ? lane.failed + lane.rejected + lane.missed : 0), 0);
  return (
    <div class="spark" data-testid="sparkline" data-points={points.length}>
      <div class="spark-text">
        <span class="spark-name">{signal}</span>
        <b>{rate(last?.rate.achieved)}</b>
        <span>p99 {millis(last?.responseTime.p99)}</span>
        {unacked > 0 ? <span class="is-bad">{short(unacked)} not acked</span> : <span />}
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
        style={{ color: `var(--${signal})` }}
      >
        <path class="spark-area" d={sparkArea(achieved, WINDOW, WIDTH, HEIGHT, highest)} />
        <path class="spark-asked" d={sparkPath(asked, WINDOW, WIDTH, HEIGHT, highest)} />
        <path class="spark-line" d={sparkPath(achieved, WINDOW, WIDTH, HEIGHT, highest)} />
      </svg>
    </div>
  );
}
