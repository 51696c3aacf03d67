/** What `boardfeed.toml` on a card says, section by section: TOML has the same words for these values as JSON. */
export type SettingsFile = Readonly<Record<string, Readonly<Record<string, string | number | boolean>>>>;

/** As a person would write it. */
export function settingsToml(sections: SettingsFile): string {
  return Object.entries(sections)
    .map(([section, keys]) => {
      const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}\n`);
      return `[${section}]\n${lines.join('')}`;
    })
    .join('\n');
}

/** As an editor of Windows saves it: with a byte order mark, and with two characters at the end of each line. */
export function asWindowsSaves(text: string): string {
  return `\ufeff${text.replaceAll('\n', '\r\n')}`;
}
