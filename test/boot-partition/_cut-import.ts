import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

// Takes settings over, and dies as by a power cut before or after so many files have taken their places.
const [options = '', renames = '', when] = process.argv.slice(2);
const { rename } = files;
let done = 0;
files.rename = async (...names) => {
  if (done++ < Number(renames)) return rename(...names);
  if (when === 'after') await rename(...names);
  process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
const { importSettings } = await import('../../src/boot-partition/import-settings.ts');
await importSettings(JSON.parse(options));
