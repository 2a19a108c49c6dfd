import { describe, expect, it } from 'vitest';
import { rabbitMqPingPresenter } from '../../../src/output/results/rabbitmq-ping.ts';

const result = { sent: 8, received: 7, lost: 1, duplicated: 0, errors: 2, reconnects: 3, successRate: 70 };

describe('rabbitMqPingPresenter', () => {
  it('prints the summary', () => {
    expect(rabbitMqPingPresenter.text(result)).toBe(
      '=== Test Summary ===\nTotal messages: 8\nReceived: 7\nLost: 1\nDuplicated: 0\nTotal errors: 2\nReconnects: 3\nSuccess rate: 70.00%\n',
    );
  });

  it('has exactly the documented keys', () => {
    expect(rabbitMqPingPresenter.json(result)).toEqual(result);
    expect(Object.keys(rabbitMqPingPresenter.json(result))).toEqual(Object.keys(result));
  });
});
