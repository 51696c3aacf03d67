/** One metric family of a page in Prometheus' text format. */
export interface Family {
  type: string;
  help: string;
  /** By name and labels as they stand: `name{label="value"}`. */
  samples: Map<string, number>;
}

const NAME = '[a-zA-Z_][a-zA-Z0-9_]*';
const LABEL = `${NAME}="(?:[^"\\\\\\n]|\\\\["\\\\n])*"`;
const SAMPLE = new RegExp(`^(${NAME})(\\{${LABEL}(?:,${LABEL})*\\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$`);

/**
 * Reads a page in Prometheus' text format 0.0.4, more strictly than Prometheus does: every family has HELP and TYPE before its
 * samples and stands in one piece, names follow its rules, no sample comes twice, counters are not negative, buckets add up.
 * Throws an error that names the line.
 */
export function readMetrics(text: string): Map<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the page does not end with a line break');
  const families = new Map<string, Family>();
  let name = '';
  let help: string | undefined;
  for (const line of text.split('\n')) {
    const fault = (what: string) => new Error(`${what}: ${line}`);
    if (line === '') continue;
    const [, keyword, about, rest = ''] = line.match(/^# (HELP|TYPE) (\S+) (.*)$/) ?? [];
    if (keyword === 'HELP') {
      if (families.has(about ?? '')) throw fault('twice');
      name = about ?? '';
      help = rest;
    } else if (keyword === 'TYPE') {
      if (about !== name || help === undefined) throw fault('TYPE without HELP');
      if (rest === 'counter' && !name.endsWith('_total')) throw fault('a counter without _total');
      if (/_(?:ms|milliseconds|kilobytes|count|sum|bucket)$/.test(name)) throw fault('a name against the rules');
      families.set(name, { type: rest, help, samples: new Map() });
      help = undefined;
    } else addSample(families.get(name), name, line, fault);
  }
  for (const [of, family] of families) if (family.type === 'histogram') checkBuckets(of, family);
  return families;
}

function addSample(family: Family | undefined, of: string, line: string, fault: (what: string) => Error): void {
  const [, name = '', labels = '', value = ''] = line.match(SAMPLE) ?? [];
  if (!family || name === '') throw fault('not a sample');
  const suffix = name.slice(of.length);
  const allowed = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  if (!name.startsWith(of) || !allowed.includes(suffix)) throw fault(`not of ${of}`);
  if (family.samples.has(name + labels)) throw fault('twice');
  if (family.type === 'counter' && !(Number(value) >= 0)) throw fault('a counter below 0');
  family.samples.set(name + labels, Number(value));
}

function checkBuckets(of: string, { samples }: Family): void {
  const last = new Map<string, number>();
  for (const [sample, value] of samples) {
    if (!sample.startsWith(`${of}_bucket`)) continue;
    const labels = sample.replace(/.*le="[^"]*",?/, '');
    if (value < (last.get(labels) ?? 0)) throw new Error(`buckets that shrink: ${sample}`);
    last.set(labels, value);
    if (sample.includes('le="+Inf"') && samples.get(`${of}_count{${labels}`) !== value)
      throw new Error(`${sample}: count`);
  }
}
