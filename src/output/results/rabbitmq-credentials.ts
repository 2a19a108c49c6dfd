import { formatUtc } from '../time.ts';
import type { Presenter } from './presenter.ts';

export interface RabbitMqCredentialsResult {
  username: string;
  password: string;
  /** Absent when the credentials behind them do not expire, or do not tell. */
  expiration?: Date | undefined;
}

/** `rabbitmq get-credentials`. User name and password are base64, which needs neither stripping nor quoting. */
export const rabbitMqCredentialsPresenter: Presenter<RabbitMqCredentialsResult> = {
  text({ username, password, expiration }) {
    const lines = [
      `Username:    ${username}`,
      `Password:    ${password}`,
      ...(expiration === undefined ? [] : [`Expiration:  ${formatUtc(expiration)}`]),
    ];
    return lines.map((line) => `${line}\n`).join('');
  },
  json: ({ username, password, expiration }) => ({ username, password, expiration }),
};

/** Lines for `eval "$(…)"` in a POSIX shell. Without an expiry, one that was set before goes away. */
export function rabbitMqCredentialsEnv({ username, password, expiration }: RabbitMqCredentialsResult): string {
  const lines = [
    `export RABBITMQ_USERNAME='${username}'`,
    `export RABBITMQ_PASSWORD='${password}'`,
    expiration === undefined
      ? 'unset RABBITMQ_CREDENTIALS_EXPIRATION'
      : `export RABBITMQ_CREDENTIALS_EXPIRATION='${formatUtc(expiration)}'`,
  ];
  return lines.map((line) => `${line}\n`).join('');
}
