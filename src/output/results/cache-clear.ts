import { asIs } from '../language.ts';
import type { Presenter } from './presenter.ts';

/** `cache clear`. */
export const cacheClearPresenter: Presenter<{ removed: number }> = {
  text({ removed }, { translate = asIs } = {}) {
    if (removed === 0) return translate('no cached credentials\n');
    return translate(`removed ${removed} cached ${removed === 1 ? 'set' : 'sets'} of credentials\n`);
  },
  json: ({ removed }) => ({ removed }),
};
