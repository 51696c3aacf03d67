import type { ConfigFile } from '../config/config-file.ts';
import type { Config } from '../config/schema.ts';
import type { SettingsSource } from '../http/settings.ts';
import type { ChangeableParts } from './parts.ts';
import type { DeskSettings } from './settings.ts';

/** The settings, made when the desk asks for the first time: most boxes are not changed for weeks, and should not carry what that needs. */
export function lazySettings(
  file: ConfigFile,
  running: Config,
  box: ChangeableParts,
): Pick<SettingsSource, 'get' | 'change'> {
  let made: Promise<DeskSettings> | undefined;
  const settings = () => {
    made ??= createSettings(file, running, box);
    return made;
  };
  return {
    get: async () => (await settings()).get(),
    change: async (changes) => (await settings()).change(changes),
  };
}

async function createSettings(file: ConfigFile, running: Config, box: ChangeableParts): Promise<DeskSettings> {
  const [{ DeskSettings }, { changeableParts }] = await Promise.all([import('./settings.ts'), import('./parts.ts')]);
  return new DeskSettings(file, running, changeableParts(box));
}
