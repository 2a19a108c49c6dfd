/** What STS may answer, for tests of what asks it. */
import { CloudApiError } from '../../src/errors.ts';

export const roleArn = 'acs:ram::1000000000000001:role/reader';

export const issued = {
  accessKeyId: 'STS.x',
  accessKeySecret: 'secret',
  securityToken: 'CAIS',
  expiration: new Date('2026-01-01T00:00:00Z'),
};

export function stsError(httpStatus: number, apiCode: string): CloudApiError {
  const facts = {
    service: 'STS' as const,
    action: 'AssumeRole',
    apiCode,
    apiMessage: 'no',
    httpStatus,
    requestId: 'R-1',
  };
  return new CloudApiError(`${apiCode}: no`, facts, { hint: 'the cure' });
}
