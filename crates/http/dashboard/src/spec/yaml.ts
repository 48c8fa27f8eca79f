// Writes a spec as YAML, as `moniflux run` reads it: plain objects, lists, texts, numbers and flags.

type Value = unknown;

/** A document with a line for each field. */
export function yamlOf(value: Record<string, Value>): string {
  return `${block(value, 0).join('\n')}\n`;
}

function block(value: Record<string, Value>, depth: number): string[] {
  const indent = '  '.repeat(depth);
  return Object.entries(value).flatMap(([name, field]) => {
    if (field === undefined) return [];
    const key = `${indent}${scalar(name)}:`;
    if (isObject(field))
      return isSmall(field) && depth > 0 ? [`${key} ${flow(field)}`] : [key, ...block(field, depth + 1)];
    if (!Array.isArray(field)) return [`${key} ${scalar(field)}`];
    if (field.length === 0) return [`${key} []`];
    return [
      key,
      ...field.map(
        (item: Value) => `${indent}  - ${isObject(item) || Array.isArray(item) ? flow(item) : scalar(item)}`,
      ),
    ];
  });
}

/** On one line: `{ type: ramp, to: "100%" }`. */
function flow(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (!isObject(value)) return scalar(value);
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  return `{ ${fields.map(([name, field]) => `${scalar(name)}: ${flow(field)}`).join(', ')} }`;
}

function isSmall(value: Record<string, Value>): boolean {
  return Object.values(value).every((field) => !isObject(field) && !Array.isArray(field)) && flow(value).length < 72;
}

function isObject(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Plain where that cannot be mistaken for something else; else as JSON writes it, which is YAML too. */
export function scalar(value: Value): string {
  if (typeof value !== 'string') return JSON.stringify(value ?? null);
  const isPlain =
    /^[A-Za-z_][\w./-]*(?: [\w./-]+)*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value);
  return isPlain ? value : JSON.stringify(value);
}
