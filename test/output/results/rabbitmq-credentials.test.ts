import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import {
  rabbitMqCredentialsEnv,
  rabbitMqCredentialsPresenter,
} from '../../../src/output/results/rabbitmq-credentials.ts';

const result = { username: 'MDph', password: 'QUJD', expiration: new Date('2026-01-01T00:00:00Z') };

describe('rabbitMqCredentialsPresenter', () => {
  it('prints labelled lines, and no expiry where there is none', () => {
    const lines = 'Username:    MDph\nPassword:    QUJD\n';
    expect(rabbitMqCredentialsPresenter.text(result)).toBe(`${lines}Expiration:  2026-01-01T00:00:00Z\n`);
    expect(rabbitMqCredentialsPresenter.text({ ...result, expiration: undefined })).toBe(lines);
  });

  it('has exactly the documented keys', () => {
    expect(Object.keys(rabbitMqCredentialsPresenter.json(result))).toEqual(['username', 'password', 'expiration']);
  });
});

describe('rabbitMqCredentialsEnv', () => {
  const show = 'echo "$RABBITMQ_USERNAME $RABBITMQ_PASSWORD ${RABBITMQ_CREDENTIALS_EXPIRATION-none}"';
  const evaluated = (text: string): string =>
    spawnSync('sh', ['-c', `RABBITMQ_CREDENTIALS_EXPIRATION=old\n${text}${show}`], { encoding: 'utf8' }).stdout;

  it('is what a shell evaluates', () => {
    expect(evaluated(rabbitMqCredentialsEnv(result))).toBe('MDph QUJD 2026-01-01T00:00:00Z\n');
  });

  it('leaves no expiry of earlier credentials behind', () => {
    expect(evaluated(rabbitMqCredentialsEnv({ ...result, expiration: undefined }))).toBe('MDph QUJD none\n');
  });
});
