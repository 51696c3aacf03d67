import files from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

// Writes a file anew, and dies as by a power cut before or after the new one takes its place.
const [file = '', text = '', when] = process.argv.slice(2);
const { rename } = files;
files.rename = async (...names) => {
  if (when === 'after') await rename(...names);
  process.kill(process.pid, 'SIGKILL');
};
syncBuiltinESMExports();
const { replaceFile } = await import('../../src/config/replace-file.ts');
await replaceFile(file, text);
