import { describe, expect, it } from 'vitest';
import { connect } from '../../src/cloud/clients.ts';
import type { RamPort } from '../../src/cloud/ports.ts';
import { cloudOptions, cut, errorOf, sendJson, sendRpcError, type WireServer, wireServer } from './wire-server.ts';

const trustPolicy = '{"Version":"1","Statement":[]}';
const wireRole = {
  RoleId: '300',
  RoleName: 'reader',
  Arn: 'acs:ram::1:role/reader',
  Description: 'reads',
  AssumeRolePolicyDocument: trustPolicy,
  MaxSessionDuration: 7200,
};
const role = {
  id: '300',
  name: 'reader',
  arn: 'acs:ram::1:role/reader',
  description: 'reads',
  trustPolicy,
  maxSessionDurationSeconds: 7200,
};
const policy = { name: 'AliyunOSSReadOnlyAccess', type: 'System' } as const;

type Step = { ok: unknown } | { status: number; code: string } | 'cut' | 'page';

/** The port with a server that takes one step a request and stays at the last one. */
async function ramWith(...steps: Step[]): Promise<{ ram: RamPort; server: WireServer }> {
  const server = await wireServer((_, response, count) => {
    const step = steps[Math.min(count, steps.length) - 1] ?? 'cut';
    if (step === 'cut') cut(response);
    else if (step === 'page') response.writeHead(502, { 'content-type': 'text/html' }).end('<html>Bad gateway</html>');
    else if ('ok' in step) sendJson(response, { RequestId: 'R-1', ...(step.ok as object) });
    else sendRpcError(response, step.status, step.code);
  });
  return { ram: connect(cloudOptions(server.url)).ram, server };
}

const throttled = { status: 400, code: 'Throttling.User' };
const unavailable = { status: 503, code: 'ServiceUnavailable' };
const denied = { status: 403, code: 'NoPermission' };
const noRole = { status: 404, code: 'EntityNotExist.Role' };
const noUser = { status: 404, code: 'EntityNotExist.User' };
const noPolicy = { status: 404, code: 'EntityNotExist.Policy' };

describe('a role', () => {
  it('is read with its trust policy verbatim', async () => {
    const document = '{ "Version" : "1",\n "Statement": [ ] , "x": "ü\\u0000" }';
    const { ram, server } = await ramWith({ ok: { Role: { ...wireRole, AssumeRolePolicyDocument: document } } });
    expect(await ram.getRole('reader')).toEqual({ ...role, trustPolicy: document });
    expect(server.seen).toMatchObject([{ method: 'POST', path: '/', query: { RoleName: 'reader' }, body: '' }]);
    expect(server.seen[0]?.headers).toMatchObject({ 'x-acs-action': 'GetRole', 'x-acs-version': '2015-05-01' });
  });

  it('that is not there is undefined', async () => {
    const { ram } = await ramWith(noRole);
    expect(await ram.getRole('reader')).toBeUndefined();
  });

  it('without a description or a session duration has the defaults', async () => {
    const { Description, MaxSessionDuration, ...rest } = wireRole;
    const { ram } = await ramWith({ ok: { Role: rest } });
    expect(await ram.getRole('reader')).toMatchObject({ description: '', maxSessionDurationSeconds: 3600 });
  });

  it.each([{}, { Role: {} }, { Role: { ...wireRole, AssumeRolePolicyDocument: null } }, { Role: [] }, { Role: 'x' }])(
    'that cannot be read is a bad answer: %j',
    async (body) => {
      const { ram } = await ramWith({ ok: body });
      expect(await errorOf(ram.getRole('reader'))).toMatchObject({ code: 'BAD_ANSWER' });
    },
  );

  it('is created with what is given and nothing else', async () => {
    const { ram, server } = await ramWith({ ok: { Role: wireRole } });
    expect(await ram.createRole({ name: 'reader', trustPolicy })).toEqual(role);
    const more = { description: 'reads', maxSessionDurationSeconds: 7200 };
    await ram.createRole({ name: 'reader', trustPolicy, ...more });
    const sent = { RoleName: 'reader', AssumeRolePolicyDocument: trustPolicy };
    expect(server.seen[0]?.query).toEqual(sent);
    expect(server.seen[1]?.query).toEqual({ ...sent, Description: 'reads', MaxSessionDuration: '7200' });
  });

  it('that exists already is not created', async () => {
    const { ram, server } = await ramWith({ status: 409, code: 'EntityAlreadyExists.Role' });
    expect(await ram.createRole({ name: 'reader', trustPolicy })).toBeUndefined();
    expect(server.seen).toHaveLength(1);
  });

  it('was created by the first attempt when the second hears that it exists, with our document', async () => {
    const exists = { status: 409, code: 'EntityAlreadyExists.Role' };
    const { ram } = await ramWith('cut', exists, { ok: { Role: wireRole } });
    expect(await ram.createRole({ name: 'reader', trustPolicy })).toEqual(role);
    const other = await ramWith('cut', exists, { ok: { Role: { ...wireRole, AssumeRolePolicyDocument: '{}' } } });
    expect(await other.ram.createRole({ name: 'reader', trustPolicy })).toBeUndefined();
  });

  it('is deleted, and is so already when it is not there', async () => {
    const { ram, server } = await ramWith({ ok: {} }, noRole);
    await ram.deleteRole('reader');
    await ram.deleteRole('reader');
    expect(server.seen.map(({ headers }) => headers['x-acs-action'])).toEqual(['DeleteRole', 'DeleteRole']);
  });

  it('with policies is not deleted', async () => {
    const { ram } = await ramWith({ status: 409, code: 'DeleteConflict.Role.Policy' });
    expect(await errorOf(ram.deleteRole('reader'))).toMatchObject({ api: { apiCode: 'DeleteConflict.Role.Policy' } });
  });
});

describe('a trust policy', () => {
  it('is written by UpdateRole', async () => {
    const { ram, server } = await ramWith({ ok: { Role: wireRole } });
    expect(await ram.updateTrustPolicy('reader', trustPolicy)).toEqual(role);
    expect(server.seen[0]?.query).toEqual({ RoleName: 'reader', NewAssumeRolePolicyDocument: trustPolicy });
    expect(server.seen[0]?.headers['x-acs-action']).toBe('UpdateRole');
  });

  it.each([
    ['unavailable', unavailable],
    ['throttled', throttled],
    ['cut', 'cut'],
    ['a gateway page', 'page'],
  ] as const)('is sent exactly once when the answer is %s', async (_, step) => {
    const { ram, server } = await ramWith(step, { ok: { Role: wireRole } });
    await errorOf(ram.updateTrustPolicy('reader', trustPolicy));
    expect(server.seen).toHaveLength(1);
  });

  it('is sent exactly once when there is no answer at all', async () => {
    const server = await wireServer(() => {});
    const { ram } = connect(cloudOptions(server.url, { readTimeoutMs: 40 }));
    expect(await errorOf(ram.updateTrustPolicy('reader', trustPolicy))).toMatchObject({
      code: 'NETWORK',
      details: { reason: 'READ_TIMEOUT' },
    });
    expect(server.seen).toHaveLength(1);
  });

  it.each(['InvalidParameter.NewAssumeRolePolicyDocument.Length', 'InvalidParameter.AssumeRolePolicyDocument.Length'])(
    'that is too long is told apart: %s',
    async (code) => {
      const { ram } = await ramWith({ status: 400, code });
      const expected = { name: 'CloudApiError', code: 'TRUST_POLICY_TOO_LONG', api: { apiCode: code } };
      expect(await errorOf(ram.updateTrustPolicy('reader', trustPolicy))).toMatchObject(expected);
      expect(await errorOf(ram.createRole({ name: 'reader', trustPolicy }))).toMatchObject(expected);
    },
  );

  it('of a role that is not there is an error of that code', async () => {
    const { ram } = await ramWith(noRole);
    expect(await errorOf(ram.updateTrustPolicy('reader', '{}'))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
  });

  it('of 20,000 characters reaches the service whole', async () => {
    const { ram, server } = await ramWith({ ok: { Role: wireRole } });
    const long = `{"Version":"1","Statement":[],"x":"${"!'()*~ +ü".repeat(2000)}"}`;
    await ram.updateTrustPolicy('reader', long);
    expect(server.seen[0]?.query.NewAssumeRolePolicyDocument).toBe(long);
  });
});

describe('the roles', () => {
  it('are read marker by marker', async () => {
    const server = await wireServer(({ query }, response) => {
      const last = query.Marker === 'm1';
      const Roles = { Role: last ? [{ RoleName: 'c' }] : [{ RoleName: 'a' }, { RoleName: 'b' }] };
      sendJson(response, last ? { Roles, IsTruncated: false } : { Roles, IsTruncated: true, Marker: 'm1' });
    });
    expect(await connect(cloudOptions(server.url)).ram.listRoleNames()).toEqual(['a', 'b', 'c']);
    expect(server.seen.map(({ query }) => query)).toEqual([{ MaxItems: '1000' }, { MaxItems: '1000', Marker: 'm1' }]);
  });

  it('are not read for ever from a service that ignores the marker', async () => {
    const { ram, server } = await ramWith({
      ok: { Roles: { Role: [{ RoleName: 'a' }] }, IsTruncated: true, Marker: 'm' },
    });
    expect(await ram.listRoleNames()).toEqual(['a']);
    expect(server.seen).toHaveLength(2);
  });

  it('may be none', async () => {
    const { ram } = await ramWith({ ok: { Roles: { Role: [] }, IsTruncated: false } }, { ok: {} });
    expect(await ram.listRoleNames()).toEqual([]);
    expect(await ram.listRoleNames()).toEqual([]);
  });
});

describe('policies', () => {
  it('of a role are listed', async () => {
    const { ram } = await ramWith({
      ok: {
        Policies: {
          Policy: [
            { PolicyName: 'a', PolicyType: 'System' },
            { PolicyName: 'b', PolicyType: 'Custom' },
          ],
        },
      },
    });
    expect(await ram.listPoliciesForRole('reader')).toEqual([
      { name: 'a', type: 'System' },
      { name: 'b', type: 'Custom' },
    ]);
  });

  it('of a type that is not known are a bad answer', async () => {
    const { ram } = await ramWith({ ok: { Policies: { Policy: [{ PolicyName: 'a', PolicyType: 'Magic' }] } } });
    expect(await errorOf(ram.listPoliciesForRole('reader'))).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('have the document of their default version', async () => {
    const ok = { Policy: { PolicyDocument: 'N/A' }, DefaultPolicyVersion: { PolicyDocument: '{"Version":"1"}' } };
    const { ram, server } = await ramWith({ ok });
    expect(await ram.getPolicyDocument(policy)).toBe('{"Version":"1"}');
    expect(server.seen[0]?.query).toEqual({ PolicyName: policy.name, PolicyType: 'System' });
  });

  it('that are not there have none', async () => {
    const { ram } = await ramWith(noPolicy);
    expect(await ram.getPolicyDocument(policy)).toBeUndefined();
  });

  it('without a document are a bad answer', async () => {
    const { ram } = await ramWith({ ok: { Policy: { PolicyDocument: 'N/A' } } });
    expect(await errorOf(ram.getPolicyDocument(policy))).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('are created unless they exist', async () => {
    const { ram, server } = await ramWith({ ok: {} }, { status: 409, code: 'EntityAlreadyExists.Policy' });
    const request = { name: 'mine', document: '{}', description: 'x' };
    expect(await ram.createPolicy(request)).toBe(true);
    expect(await ram.createPolicy(request)).toBe(false);
    expect(server.seen[0]?.query).toEqual({ PolicyName: 'mine', PolicyDocument: '{}', Description: 'x' });
  });

  it('are attached unless they were', async () => {
    const { ram, server } = await ramWith({ ok: {} }, { status: 409, code: 'EntityAlreadyExists.Role.Policy' });
    expect(await ram.attachPolicyToRole('reader', policy)).toBe(true);
    expect(await ram.attachPolicyToRole('reader', policy)).toBe(false);
    expect(server.seen[0]?.query).toEqual({ PolicyType: 'System', PolicyName: policy.name, RoleName: 'reader' });
  });

  it('that are not there cannot be attached', async () => {
    const { ram } = await ramWith(noPolicy);
    expect(await errorOf(ram.attachPolicyToRole('reader', policy))).toMatchObject({
      code: 'POLICY_NOT_FOUND',
      message:
        'RAM AttachPolicyToRole for policy AliyunOSSReadOnlyAccess on role reader was refused: EntityNotExist.Policy',
    });
  });

  it('are detached unless they were not attached', async () => {
    const { ram } = await ramWith({ ok: {} }, { status: 404, code: 'EntityNotExist.Role.Policy' }, noPolicy, noRole);
    expect(await ram.detachPolicyFromRole('reader', policy)).toBe(true);
    expect(await ram.detachPolicyFromRole('reader', policy)).toBe(false);
    expect(await ram.detachPolicyFromRole('reader', policy)).toBe(false);
    expect(await errorOf(ram.detachPolicyFromRole('reader', policy))).toMatchObject({ code: 'ROLE_NOT_FOUND' });
  });

  it('of a user are listed, and attached unless they are already', async () => {
    const wire = { PolicyName: policy.name, PolicyType: 'System' };
    const listed = await ramWith({ ok: { Policies: { Policy: [wire] } } }, { ok: {} }, noUser);
    expect(await listed.ram.listPoliciesForUser('deployer')).toEqual([policy]);
    expect(await listed.ram.listPoliciesForUser('deployer')).toEqual([]);
    expect(await errorOf(listed.ram.listPoliciesForUser('nobody'))).toMatchObject({
      code: 'CLOUD_API',
      message: 'RAM ListPoliciesForUser for user nobody was refused: EntityNotExist.User',
    });
    expect(listed.server.seen[0]?.query).toEqual({ UserName: 'deployer' });

    const already = { status: 409, code: 'EntityAlreadyExists.User.Policy' };
    const { ram, server } = await ramWith({ ok: {} }, already, noPolicy);
    expect(await ram.attachPolicyToUser('deployer', policy)).toBe(true);
    expect(await ram.attachPolicyToUser('deployer', policy)).toBe(false);
    expect(await errorOf(ram.attachPolicyToUser('deployer', policy))).toMatchObject({ code: 'POLICY_NOT_FOUND' });
    expect(server.seen[0]?.query).toEqual({ PolicyType: 'System', PolicyName: policy.name, UserName: 'deployer' });
    const late = await ramWith('cut', already);
    expect(await late.ram.attachPolicyToUser('deployer', policy)).toBe(true);
  });

  it('were changed by the first attempt when only the second was answered', async () => {
    const attached = await ramWith('cut', { status: 409, code: 'EntityAlreadyExists.Role.Policy' });
    expect(await attached.ram.attachPolicyToRole('reader', policy)).toBe(true);
    const detached = await ramWith('cut', { status: 404, code: 'EntityNotExist.Role.Policy' });
    expect(await detached.ram.detachPolicyFromRole('reader', policy)).toBe(true);
    const created = await ramWith('cut', { status: 409, code: 'EntityAlreadyExists.Policy' });
    expect(await created.ram.createPolicy({ name: 'mine', document: '{}' })).toBe(true);
  });
});

describe('sending again', () => {
  it.each([
    ['throttling', throttled],
    ['a fault of the service', unavailable],
    ['a broken connection', 'cut'],
    ['a gateway page', 'page'],
  ] as const)('helps a read against %s', async (_, step) => {
    const { ram, server } = await ramWith(step, step, { ok: { Role: wireRole } });
    expect(await ram.getRole('reader')).toEqual(role);
    expect(server.seen).toHaveLength(3);
    const nonces = server.seen.map(({ headers }) => headers['x-acs-signature-nonce']);
    expect(new Set(nonces).size).toBe(3);
  });

  it('ends after the retries allowed', async () => {
    const { ram, server } = await ramWith(unavailable);
    expect(await errorOf(ram.getRole('reader'))).toMatchObject({
      message: 'RAM GetRole for role reader failed: ServiceUnavailable',
      api: { httpStatus: 503 },
    });
    expect(server.seen).toHaveLength(4);
  });

  it('does not follow a refusal', async () => {
    const { ram, server } = await ramWith(denied);
    await errorOf(ram.getRole('reader'));
    expect(server.seen).toHaveLength(1);
  });
});
