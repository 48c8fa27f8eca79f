// The account of every record: due, issued, acked, received, and where the difference went.

import type { Delivery, Lane, Results, Signal } from '../../api/types';
import { kindName } from '../../charts/prepare';
import { count, percent } from '../../format';
import { signalsOf } from '../../state/live';

export function Ledger({ results }: { results: Results }) {
  const signals = signalsOf(results);
  return (
    <section class="panel" data-testid="ledger" aria-label="Ledger">
      <div class="panel-head">
        <h2>Ledger</h2>
        <span class="quiet">what became of every record</span>
      </div>
      <div class="ledger">
        {signals.map((signal) => {
          const lane = results.lanes[signal];
          return lane && <LaneLedger key={signal} signal={signal} lane={lane} delivery={results.delivery ?? null} />;
        })}
      </div>
    </section>
  );
}

interface Stage {
  name: string;
  records: number;
  /** What the stage before had more, and why. */
  gone: { label: string; records: number; isBad: boolean }[];
}

function LaneLedger({ signal, lane, delivery }: { signal: Signal; lane: Lane; delivery: Delivery | null }) {
  const stages = stagesOf(lane, delivery, signal);
  const kinds = [...Object.entries(lane.failures), ...Object.entries(lane.rejections)].sort(([, a], [, b]) => b - a);
  return (
    <div class="lane" data-testid={`ledger-${signal}`}>
      <h3>
        <span class="dot" style={{ background: `var(--${signal})` }} aria-hidden="true" />
        {signal}
      </h3>
      <table class="lane-table">
        <tbody>
          {stages.map(({ name, records, gone }) => (
            <tr key={name} data-stage={name}>
              <th scope="row">{name}</th>
              <td class="lane-bar">
                <span
                  style={{
                    transform: `scaleX(${lane.due > 0 ? Math.min(1, records / lane.due) : 0})`,
                    background: `var(--${signal})`,
                  }}
                />
              </td>
              <td class="number">{count(records)}</td>
              <td class="lane-gone">
                {gone
                  .filter((part) => part.records > 0)
                  .map((part) => (
                    <span key={part.label} class={part.isBad ? 'is-bad' : 'quiet'}>
                      {part.isBad ? '−' : ''}
                      {count(part.records)} {part.label}
                    </span>
                  ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {kinds.length > 0 && (
        <p class="lane-kinds">
          {kinds.map(([kind, records]) => (
            <span key={kind}>
              {kindName(kind)} <b>{count(records)}</b> ({percent(records / Math.max(1, lane.due))})
            </span>
          ))}
        </p>
      )}
    </div>
  );
}

export function stagesOf(lane: Lane, delivery: Delivery | null, signal: string): Stage[] {
  const stages: Stage[] = [
    { name: 'due', records: lane.due, gone: [] },
    {
      name: 'issued',
      records: lane.issued,
      gone: [
        { label: 'missed', records: lane.missed, isBad: true },
        { label: 'waiting', records: lane.waiting, isBad: false },
      ],
    },
    {
      name: 'acked',
      records: lane.acked,
      gone: [
        { label: 'failed', records: lane.failed, isBad: true },
        { label: 'rejected', records: lane.rejected, isBad: true },
        { label: 'in doubt', records: lane.inDoubt, isBad: true },
        { label: 'in flight', records: lane.inFlight, isBad: false },
      ],
    },
  ];
  const arrived = delivery?.lanes[signal];
  if (arrived) {
    stages.push({
      name: 'received',
      records: arrived.unique,
      gone: [
        { label: delivery.settled ? 'lost' : 'not seen yet', records: arrived.lost, isBad: delivery.settled },
        { label: 'lost at most', records: boundOf(arrived), isBad: false },
        { label: 'duplicates', records: arrived.duplicates, isBad: false },
        { label: 'reordered', records: arrived.reordered, isBad: false },
      ],
    });
  }
  return stages;
}

/** How many may be lost, where that is more than are known to be: of those that failed, some may have arrived. */
function boundOf({ lost, lostAtMost }: Delivery['lanes'][string]): number {
  return lostAtMost > lost ? lostAtMost : 0;
}
