const CURLED = /[“”„‟‘’‚‛«»]/;
/** What TOML knows behind a backslash. */
const ESCAPE = /\\(["\\bftnr]|u[0-9a-f]{4}|U[0-9a-f]{8})/g;

/**
 * Why `key = value` cannot be read, in words for people who do not know TOML. They repeat nothing of the value: it may be a
 * password.
 *
 * @param open what the value has opened and not closed
 */
export function syntaxFault(said: string, open: 'list' | 'text' | undefined): string {
  const equals = said.indexOf('=');
  if (equals < 0) return 'expected a name, "=" and a value';
  if (!/^[\w-]+$|["'.]/.test(said.slice(0, equals).trim()))
    return 'expected a name of letters, digits, "_" and "-" before the "="';
  const value = said.slice(equals + 1).trim();
  if (value === '') return 'there is nothing behind the "="';
  // Word processors and telephones write them.
  if (CURLED.test(value[0] ?? '')) return 'expected straight quotes, "like these"';
  if (open === 'text') return 'the quote at its end is missing';
  if (open === 'list') return value.startsWith('{') ? 'the "}" at its end is missing' : 'the "]" at its end is missing';
  if (value.startsWith('"') && value.replaceAll(ESCAPE, '').includes('\\'))
    return 'a backslash must stand twice in "double quotes"; in \'single quotes\' once is right';
  if (/^["'].*["'].*\S/s.test(value)) return 'expected nothing behind the value but a comment, which begins with "#"';
  if (/^(true|false)$/i.test(value)) return 'expected true or false in small letters';
  if (/^\d+,\d+$/.test(value)) return 'expected a point instead of the comma';
  if (/^[^"'[{]/.test(value) && !/^[-+]?\d+(\.\d+)?$/.test(value)) return 'a text must stand in quotes, "like this"';
  return 'it cannot be read';
}
