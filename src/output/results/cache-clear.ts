import type { Presenter } from './presenter.ts';

/** `cache clear`. */
export const cacheClearPresenter: Presenter<{ removed: number }> = {
  text({ removed }) {
    if (removed === 0) return 'no cached credentials\n';
    return `removed ${removed} cached ${removed === 1 ? 'set' : 'sets'} of credentials\n`;
  },
  json: ({ removed }) => ({ removed }),
};
