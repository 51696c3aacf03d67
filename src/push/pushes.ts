import type { PushConfig } from '../config/push-schema.ts';
import type { Feed } from '../encoders/feed.ts';
import { lookupOneAtATime } from './lookups.ts';
import { Push, type PushOptions } from './push.ts';
import { pushTarget } from './target.ts';

/** What all pushes have in common. */
export type CommonPushOptions = Omit<PushOptions, 'target' | 'feed' | 'lookup'>;

/** Makes one push for each that is configured, not started yet. */
export function createPushes(
  configs: readonly PushConfig[],
  feeds: readonly Feed[],
  common: CommonPushOptions,
): Push[] {
  const lookup = lookupOneAtATime();
  return configs.map((config) => {
    const feed = feeds.find(({ format }) => format.id === config.format);
    if (!feed) throw new Error(`${config.format} is not enabled`);
    return new Push({ ...common, target: pushTarget(config), feed, lookup });
  });
}
