import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { projectDir } from '../../../setup/machine.mjs';

/** The image that is tested, raw: `BOARDFEED_IMAGE`, or what `npm run image` has left. Throws when there is none. */
export function findImage(env: NodeJS.ProcessEnv = process.env): string {
  if (env.BOARDFEED_IMAGE) return resolve(env.BOARDFEED_IMAGE);
  const { version }: { version: string } = JSON.parse(readFileSync(join(projectDir, 'package.json'), 'utf8'));
  const image = join(projectDir, 'build', 'image', `boardfeed-${version}-arm64.img`);
  if (!existsSync(image)) throw new Error(`there is no ${image}: run npm run image`);
  return image;
}
