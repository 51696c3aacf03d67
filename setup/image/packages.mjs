/**
 * Debian packages → versions.
 *
 * @typedef {ReadonlyMap<string, string>} Versions
 */

/**
 * @param {string} text of `image/packages.list`: a name a line, `#` begins a comment
 * @returns {string[]}
 */
export function parseList(text) {
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

/**
 * What apt would install, by what `apt-get --simulate install` printed.
 *
 * @param {string} printed
 * @returns {Versions}
 */
export function parseSimulated(printed) {
  return new Map([...printed.matchAll(/^Inst (\S+) \((\S+) /gm)].map(([, name = '', version = '']) => [name, version]));
}

/** @param {string} text of `image/packages.lock`: name and version a line @returns {Versions} */
export function parseLock(text) {
  return new Map(parseList(text).map((line) => /** @type {[string, string]} */ (line.split(/\s+/, 2))));
}

/** @param {Versions} versions @returns {string} the text of `image/packages.lock` */
export function lockText(versions) {
  const lines = [...versions].sort(([one], [other]) => (one < other ? -1 : 1)).map((row) => row.join(' '));
  return [
    '# The Debian packages of the last image that was looked at, with their versions; `npm run image -- --update-lock` writes this file.',
    ...lines,
    '',
  ].join('\n');
}

/**
 * In which packages an image differs from what the lock says.
 *
 * @param {Versions} locked
 * @param {Versions} actual
 * @returns {string[]} a line each, by name
 */
export function differences(locked, actual) {
  const names = [...new Set([...locked.keys(), ...actual.keys()])].sort();
  return names.flatMap((name) => {
    const [before, now] = [locked.get(name), actual.get(name)];
    if (before === now) return [];
    if (before === undefined) return [`${name} ${now} is new`];
    if (now === undefined) return [`${name} ${before} is gone`];
    return [`${name} ${before} is ${now} now`];
  });
}
