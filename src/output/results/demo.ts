import type { DemoResult } from '../../rrsa/demo.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

/** Log lines around a round of `rrsa demo`, as in the Go tool. */
export const demoBegin = '======= [begin] list ACK clusters with RRSA =======';
export const demoEnd = '======= [end]   list ACK clusters with RRSA =======';

/** `rrsa demo`: one round. */
export const demoPresenter: Presenter<DemoResult> = {
  text({ clusters }) {
    const lines = clusters.map(
      ({ clusterId, name }) => `cluster id: ${stripControl(clusterId)}, cluster name: ${stripControl(name)}\n`,
    );
    return `clusters:\n${lines.join('')}`;
  },
  json: ({ region, clusters }) => ({ region, clusters: clusters.map(({ clusterId, name }) => ({ clusterId, name })) }),
};
