// What happened to the run, and when.

import type { Mark } from '../../api/types';
import { markColor, markName } from '../../charts/prepare';
import { clock, moment } from '../../format';

export function Timeline({ timeline }: { timeline: readonly Mark[] }) {
  return (
    <section class="panel" aria-label="Timeline">
      <div class="panel-head">
        <h2>Timeline</h2>
      </div>
      {timeline.length === 0 ? (
        <p class="quiet">Nothing has happened yet.</p>
      ) : (
        <ol class="timeline" data-testid="timeline">
          {timeline.map(({ event, at, t, detail }) => (
            <li key={`${event} ${at}`} data-event={event}>
              <span class="timeline-dot" style={{ background: `var(${markColor(event)})` }} aria-hidden="true" />
              <b class="timeline-time">{clock(t)}</b>
              <span class="timeline-what">
                <b>{markName(event)}</b>
                {detail && <span>{detail}</span>}
              </span>
              <time dateTime={at}>{moment(at)}</time>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
