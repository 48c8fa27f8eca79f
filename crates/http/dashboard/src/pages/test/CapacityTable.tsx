// What a search for the capacity found, step by step.

import type { Capacity } from '../../api/types';
import { Icon } from '../../components/Icon';
import { count, millis, percent } from '../../format';
import { sentence } from './Verdict';

export function CapacityTable({ capacity, isGoing }: { capacity: Capacity; isGoing: boolean }) {
  const rates = Object.entries(capacity.rates).map(([signal, rate]) => `${count(rate)} ${signal}/s`);
  return (
    <section class="panel" data-testid="capacity" aria-label="Capacity">
      <div class="panel-head">
        <h2>{capacity.found ? 'Capacity' : 'Capacity so far'}</h2>
        <b class="capacity-rates">{rates.join(' · ')}</b>
      </div>
      <p class="quiet">{isGoing ? 'The search goes on.' : sentence(capacity.reason)}</p>
      <div class="table-box" tabIndex={0} role="region" aria-label="Steps of the search">
        <table class="table">
          <thead>
            <tr>
              <th scope="col">Step</th>
              <th scope="col">Rate</th>
              <th scope="col" class="number">
                p99
              </th>
              <th scope="col" class="number">
                Headroom
              </th>
              <th scope="col">Outcome</th>
            </tr>
          </thead>
          <tbody>
            {capacity.steps.map((step, at) => (
              <tr key={at}>
                <td>{at + 1}</td>
                <td>
                  {Object.entries(step.lanes)
                    .map(([signal, lane]) => `${count(lane.rate)} ${signal}/s`)
                    .join(' · ')}
                </td>
                <td class="number">{millis(step.p99)}</td>
                <td class="number">{percent(step.headroom)}</td>
                <td class={step.held ? 'step is-good' : 'step is-bad'}>
                  <Icon name={step.held ? 'check' : 'cross'} /> {step.held ? 'held' : step.reason}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
