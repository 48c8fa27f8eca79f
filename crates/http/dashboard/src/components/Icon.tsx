// Icons as single paths on a 16 × 16 grid, drawn in the colour of the text around them.

const PATHS = {
  play: 'M5 3.2v9.6l7.6-4.8z',
  pause: 'M5.2 3.5v9M10.8 3.5v9',
  stop: 'M4.2 4.2h7.6v7.6H4.2z',
  restart: 'M13 8a5 5 0 1 1-1.6-3.7M13 2.6v2.6h-2.6',
  trash: 'M3 4.5h10M6.2 4.3V3h3.6v1.3M4.4 4.6l.6 8.4h6l.6-8.4',
  plus: 'M8 3v10M3 8h10',
  check: 'M3.2 8.4l3.1 3.1 6.5-7',
  cross: 'M4 4l8 8M12 4l-8 8',
  alert: 'M8 2.6l6 10.6H2zM8 6.6v3M8 11.4v.2',
  clock: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 5v3.2l2.1 1.3',
  down: 'M4 6.2l4 4 4-4',
  right: 'M6.2 4l4 4-4 4',
  copy: 'M5.5 5.5V3h7.5v7.5h-2.5M3 5.5h7.5V13H3z',
  download: 'M8 2.8v7M5 7.2l3 3 3-3M3 13h10',
  search: 'M7 2.8a4.2 4.2 0 1 0 0 8.4 4.2 4.2 0 0 0 0-8.4zM10.2 10.2L13.4 13.4',
  sun: 'M8 5.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6zM8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M3.5 12.5l.8-.8M11.7 4.3l.8-.8',
  moon: 'M13 9.4A5.4 5.4 0 0 1 6.6 3 5.4 5.4 0 1 0 13 9.4z',
  system: 'M2.5 3.5h11v7.5h-11zM6 13.5h4M8 11v2.5',
  flag: 'M4 14V2.8M4 3.2h8l-2 2.7 2 2.7H4',
  compare: 'M5 2.8v10.4M11 2.8v10.4M2.8 5.4L5 2.8l2.2 2.6M8.8 10.6l2.2 2.6 2.2-2.6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
