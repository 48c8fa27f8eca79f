// Two runs side by side: over each other in charts, and figure by figure with what matters of the difference.

import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';

import './compare.css';

import { api } from '../api/client';
import type { ComparedRun, Comparison, Series, Signal } from '../api/types';
import { SIGNALS } from '../api/types';
import { Chart } from '../charts/Chart';
import { overlay } from '../charts/prepare';
import { Failure, ResultBadge, Segmented, Skeleton } from '../components/basics';
import { moment } from '../format';
import { replace, to } from '../router';
import { useTitle } from '../state/shown';
import { Figures } from './compare/Figures';
import { RunPicker, readRun } from './compare/RunPicker';

export function ComparePage({ query }: { query: URLSearchParams }) {
  useTitle('Compare');
  const [a, b] = [readRun(query.get('a')), readRun(query.get('b'))];
  const both = a?.run && b?.run ? ([`${a.testID}:${a.run}`, `${b.testID}:${b.run}`] as const) : null;
  const key = (side: typeof a) => (side ? (side.run ? `${side.testID}:${side.run}` : side.testID) : undefined);
  return (
    <>
      <div class="page-head">
        <h1>Compare two runs</h1>
      </div>
      <div class="pickers">
        <RunPicker side="A" chosen={a} onChange={(picked) => replace(to.compare(picked, key(b)))} />
        <button type="button" class="button" disabled={!a && !b} onClick={() => replace(to.compare(key(b), key(a)))}>
          Swap
        </button>
        <RunPicker side="B" chosen={b} onChange={(picked) => replace(to.compare(key(a), picked))} />
      </div>
      {both ? (
        <Compared key={both.join()} a={both[0]} b={both[1]} />
      ) : (
        <p class="quiet-box">
          Choose a test and a run on both sides: what came before on the left, what is new on the right.
        </p>
      )}
    </>
  );
}

interface Loaded {
  comparison: Comparison;
  series: readonly [Series, Series];
}

function Compared({ a, b }: { a: string; b: string }) {
  const loaded = useSignal<Loaded | null>(null);
  const failure = useSignal<unknown>(null);
  const round = useSignal(0);
  useEffect(() => {
    const abort = new AbortController();
    load(a, b, abort.signal).then(
      (all) => {
        loaded.value = all;
        failure.value = null;
      },
      (error: unknown) => {
        if (!abort.signal.aborted) failure.value = error;
      },
    );
    return () => abort.abort();
  }, [a, b, round.value, loaded, failure]);

  if (failure.value !== null)
    return <Failure error={failure.value} what="The runs cannot be compared" retry={() => (round.value += 1)} />;
  if (!loaded.value) return <Skeleton height="9rem" count={3} />;
  const { comparison, series } = loaded.value;
  const [one, other] = comparison.runs;
  return (
    <>
      <div class="compared-runs">
        {one && <RunCard name="A" run={one} color="--chart-6" />}
        {other && <RunCard name="B" run={other} color="--chart-1" />}
      </div>
      <Charts series={series} />
      <Figures figures={comparison.figures} />
    </>
  );
}

async function load(a: string, b: string, signal: AbortSignal): Promise<Loaded> {
  const series = (key: string) => {
    const run = readRun(key);
    return api.series(run?.testID ?? key, { run: run?.run ?? null }, signal);
  };
  const [comparison, one, other] = await Promise.all([api.compare(a, b, signal), series(a), series(b)]);
  return { comparison, series: [one, other] };
}

function RunCard({ name, run, color }: { name: string; run: ComparedRun; color: string }) {
  return (
    <div class="compared-run">
      <span class="compared-name" style={{ background: `var(${color})` }}>
        {name}
      </span>
      <div>
        <a href={to.test(run.testID, { run: run.run })}>
          {run.testID} <span class="quiet">run {run.run}</span>
        </a>
        <span class="quiet">{moment(run.startedAt)}</span>
      </div>
      <ResultBadge conclusion={run.conclusion} />
    </div>
  );
}

function Charts({ series }: { series: readonly [Series, Series] }) {
  const signals = SIGNALS.filter((signal) => series.some(({ points }) => points.some((point) => point.lanes[signal])));
  const chosen = useSignal<Signal>(signals[0] ?? 'logs');
  const signal = chosen.value;
  const charts = useMemo(() => {
    const runs = [
      { label: 'A', color: '--chart-6', points: series[0].points },
      { label: 'B', color: '--chart-1', points: series[1].points },
    ];
    return {
      rate: overlay(runs, signal, (lane) => lane.rate.achieved),
      response: overlay(runs, signal, (lane) => lane.responseTime.p99),
      lateness: overlay(runs, signal, (lane) => lane.lateness.p99),
      lost: overlay(runs, signal, (lane) =>
        lane.due > 0 ? (lane.failed + lane.rejected + lane.missed) / lane.due : 0,
      ),
    };
  }, [series, signal]);
  const common = { group: 'compare', empty: 'Nothing was sent.' };
  return (
    <section class="panel" aria-label="Charts">
      <div class="panel-head">
        <h2>Over each other</h2>
        {signals.length > 1 && (
          <Segmented
            label="Signal"
            value={signal}
            options={signals.map((name) => ({
              value: name,
              label: name.charAt(0).toUpperCase() + name.slice(1),
              color: `--${name}`,
            }))}
            onChange={(value) => (chosen.value = value)}
          />
        )}
      </div>
      <div class="charts">
        <Chart {...common} title="Achieved rate" unit="rate" data={charts.rate} testId="compare-rate" />
        <Chart
          {...common}
          title="Response time p99"
          unit="millis"
          data={charts.response}
          testId="compare-responseTime"
        />
        <Chart {...common} title="Lateness p99" unit="millis" data={charts.lateness} testId="compare-lateness" />
        <Chart {...common} title="Not acked" unit="share" data={charts.lost} testId="compare-lost" />
      </div>
    </section>
  );
}
