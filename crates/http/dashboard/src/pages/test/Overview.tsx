// What happened, in figures, charts and the account of every record.

import { useMemo } from 'preact/hooks';
import { useSignal } from '@preact/signals';

import type { Results, Signal, Test } from '../../api/types';
import { Chart } from '../../charts/Chart';
import { NO_DATA } from '../../charts/model';
import { chartMarks, failuresChart, latenessChart, rateChart, responseChart } from '../../charts/prepare';
import { Segmented, Skeleton, Stat } from '../../components/basics';
import { bytes, count, millis, percent, rate, short } from '../../format';
import { signalsOf } from '../../state/live';
import { unackedOf, worstLateness, worstTime } from '../../state/outcome';
import type { Watch } from '../../state/watch';
import { Attachments } from './Attachments';
import { CapacityTable } from './CapacityTable';
import { Ledger } from './Ledger';
import { Rates } from './Rates';
import { Timeline } from './Timeline';

export function Overview({ watch, test, isLive }: { watch: Watch; test: Test; isLive: boolean }) {
  const results = watch.results.value;
  const series = watch.series.value;
  const chosen = useSignal<Signal | null>(null);
  const signals = signalsOf(results ?? series?.points.at(-1));
  const signal = chosen.value !== null && signals.includes(chosen.value) ? chosen.value : (signals[0] ?? 'logs');
  const points = series?.points;
  const timeline = series?.timeline;

  const charts = useMemo(() => {
    const known = points ?? [];
    return known.length === 0
      ? { rate: NO_DATA, response: NO_DATA, lateness: NO_DATA, failures: NO_DATA }
      : {
          rate: rateChart(known, signal),
          response: responseChart(known, signal),
          lateness: latenessChart(known, signal),
          failures: failuresChart(known, signal),
        };
  }, [points, signal]);
  const marks = useMemo(() => chartMarks(timeline ?? []), [timeline]);

  const common = { marks, group: `test ${watch.testID}`, isLoading: series === null && watch.isReading.value };
  const waits = isLive ? 'Waits for the first second…' : 'Nothing was sent.';
  return (
    <div class="overview">
      {results ? <Figures results={results} /> : <Skeleton height="4.25rem" />}
      {isLive && <Rates test={test} onChanged={(changed) => watch.take(changed)} />}
      <section class="panel" aria-label="Charts">
        <div class="panel-head">
          <h2>Over time</h2>
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
          <Chart
            {...common}
            title="Rate"
            hint="Records per second: asked for, left, and answered with success"
            unit="rate"
            data={charts.rate}
            testId="chart-rate"
            empty={waits}
          />
          <Chart
            {...common}
            title="Response time"
            hint="From the moment a record was due to its answer"
            unit="millis"
            data={charts.response}
            testId="chart-responseTime"
            empty={waits}
          />
          <Chart
            {...common}
            title="Lateness"
            hint="From the moment a record was due until it left"
            unit="millis"
            data={charts.lateness}
            testId="chart-lateness"
            empty={waits}
          />
          <Chart
            {...common}
            title="Failures"
            hint="Records per second that were not acked, by kind"
            unit="rate"
            data={charts.failures}
            testId="chart-failures"
            empty={points && points.length > 0 ? 'None. Every record that was answered was acked.' : waits}
          />
        </div>
      </section>
      <div class="two-panels">
        {results && <Ledger results={results} />}
        <Timeline timeline={timeline ?? []} />
      </div>
      {results?.capacity && <CapacityTable capacity={results.capacity} isGoing={!results.endedAt} />}
      {results?.attachments && results.attachments.length > 0 && <Attachments attachments={results.attachments} />}
    </div>
  );
}

function Figures({ results }: { results: Results }) {
  const lanes = Object.values(results.lanes);
  const { due, acked, unacked } = unackedOf(results);
  const sum = (of: (lane: (typeof lanes)[number]) => number) => lanes.reduce((total, lane) => total + of(lane), 0);
  const [asked, achieved] = [sum((lane) => lane.rate.asked), sum((lane) => lane.rate.achieved)];
  const [size, packed] = [sum((lane) => lane.bytes), sum((lane) => lane.wireBytes)];
  const p99 = worstTime(results, 'p99');
  const { delivery } = results;
  return (
    <dl class="stats">
      <Stat
        name="Achieved rate"
        value={rate(achieved)}
        note={`of ${rate(asked)} asked`}
        title="Records per second under load, all signals"
      />
      <Stat
        name="Acked"
        value={short(acked)}
        note={`of ${count(due)} due`}
        title={`${count(acked)} records answered with success`}
      />
      {delivery ? (
        <Stat
          name="Acked but missing"
          value={count(delivery.lost)}
          tone={delivery.settled && (delivery.lost ?? 0) > 0 ? 'bad' : undefined}
          note={delivery.settled ? `${count(unacked)} not acked` : 'not settled yet'}
          title="Acked and never seen by the sink"
        />
      ) : (
        <Stat
          name="Not acked"
          value={count(unacked)}
          tone={unacked > 0 ? 'bad' : undefined}
          note={due > 0 ? percent(unacked / due) : ''}
          title="Rejected, failed, missed or in doubt"
        />
      )}
      <Stat
        name="Response time p99"
        value={millis(p99)}
        note={`p50 ${millis(worstTime(results, 'p50'))}`}
        title="Of the slowest signal"
      />
      {delivery && (
        <Stat
          name="End to end p99"
          value={millis(delivery.endToEnd.p99)}
          note={`p50 ${millis(delivery.endToEnd.p50)}`}
          title="From the moment a record was due until the sink had it"
        />
      )}
      <Stat
        name="Lateness p99"
        value={millis(worstLateness(results))}
        note={results.generator.late > 0 ? `${short(results.generator.late)} late` : 'none late'}
        title="How long after its due time a record left, of the slowest signal"
      />
      <Stat
        name="Headroom"
        value={percent(results.generator.headroom)}
        note="of the generator"
        tone={results.generator.headroom < 0.1 ? 'warn' : undefined}
        title="The share of the generator's busiest thread that was left in its busiest second"
      />
      <Stat
        name="Sent"
        value={bytes(packed)}
        note={
          size > packed && packed > 0
            ? `${(size / packed).toFixed(1)} : 1 packed`
            : `${count(sum((lane) => lane.requests))} requests`
        }
        title={`${bytes(size)} before compression`}
      />
    </dl>
  );
}
