import type { PingSummary } from '../../rabbitmq/message-ledger.ts';
import type { Presenter } from './presenter.ts';

/** `rabbitmq ping`: the summary at its end. */
export const rabbitMqPingPresenter: Presenter<PingSummary> = {
  text({ sent, received, lost, duplicated, errors, reconnects, successRate }) {
    const lines = [
      '=== Test Summary ===',
      `Total messages: ${sent}`,
      `Received: ${received}`,
      `Lost: ${lost}`,
      `Duplicated: ${duplicated}`,
      `Total errors: ${errors}`,
      `Reconnects: ${reconnects}`,
      `Success rate: ${successRate.toFixed(2)}%`,
    ];
    return lines.map((line) => `${line}\n`).join('');
  },
  json: ({ sent, received, lost, duplicated, errors, reconnects, successRate }) => ({
    sent,
    received,
    lost,
    duplicated,
    errors,
    reconnects,
    successRate,
  }),
};
