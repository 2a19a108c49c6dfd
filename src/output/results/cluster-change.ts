import type { ClusterChangeResult } from '../../rrsa/task.ts';
import { asIs } from '../language.ts';
import { stripControl } from '../plain.ts';
import type { Presenter } from './presenter.ts';

/** The three sentences that a change of a cluster can end with; each is followed by ` on cluster <id>`. */
interface Sentences {
  done: string;
  already: string;
  wouldBe: string;
}

function presentChange({ done, already, wouldBe }: Sentences): Presenter<ClusterChangeResult> {
  return {
    text({ clusterId, changed }, { dryRun = false, translate = asIs } = {}) {
      const sentence = changed ? (dryRun ? wouldBe : done) : already;
      return translate(`${sentence} on cluster ${stripControl(clusterId)}\n`);
    },
    json: ({ clusterId, changed, taskId, seconds }) => ({ clusterId, changed, taskId, seconds }),
  };
}

/** `rrsa enable` */
export const enablePresenter = presentChange({
  done: 'RRSA feature enabled',
  already: 'RRSA feature is already enabled',
  wouldBe: 'RRSA feature would be enabled',
});

/** `rrsa disable` */
export const disablePresenter = presentChange({
  done: 'RRSA feature disabled',
  already: 'RRSA feature is already disabled',
  wouldBe: 'RRSA feature would be disabled',
});

/** `rrsa install-helper-addon` */
export const installHelperAddonPresenter = presentChange({
  done: 'ack-pod-identity-webhook installed',
  already: 'ack-pod-identity-webhook is already installed',
  wouldBe: 'ack-pod-identity-webhook would be installed',
});
