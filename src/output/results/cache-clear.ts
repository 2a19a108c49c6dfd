import { asIs } from '../language.ts';
import type { Presenter } from './presenter.ts';

/** How many of each there were. */
export interface ClearedCache {
  removed: number;
  certificates: number;
}

/** `cache clear`. */
export const cacheClearPresenter: Presenter<ClearedCache> = {
  text({ removed, certificates }, { translate = asIs } = {}) {
    if (removed === 0 && certificates === 0) return translate('no cached credentials\n');
    const sets =
      removed === 0 ? '' : translate(`removed ${removed} cached ${removed === 1 ? 'set' : 'sets'} of credentials\n`);
    if (certificates === 0) return sets;
    const noun = certificates === 1 ? 'certificate' : 'certificates';
    return sets + translate(`removed ${certificates} cached client ${noun}\n`);
  },
  json: ({ removed, certificates }) => ({ removed, certificates }),
};
