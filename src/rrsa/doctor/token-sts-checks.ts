import { formatDuration } from '../../duration.ts';
import { CloudApiError, ToolError } from '../../errors.ts';
import { parseOidcProviderArn, parseRoleArn, roleArn as roleArnOf } from '../../policy/arn.ts';
import { explainStsError } from '../sts-errors.ts';
import { timeOf } from '../token-findings.ts';
import type { Check, Finding } from './check.ts';
import { claimsOf } from './token-claim-checks.ts';
import { nameOf } from './token-file-checks.ts';
import type { StsEndpoint, TokenFacts, TokenPatient, TokenSts } from './token-patient.ts';

/** Requests that are signed further off than this are refused. Source: InvalidTimeStamp.Expired of the gateway. */
const refusedSkewMs = 15 * 60_000;
const doubtfulSkewMs = 2 * 60_000;

/** Nothing can be said of the times in a token by a clock that is wrong. */
export const clockCheck: Check<TokenPatient> = {
  id: 'clock',
  link: 'token',
  title: 'the clock of this machine is right: it is compared with the Date that STS answers with',
  after: [],
  async run({ token }, signal) {
    const answer = await probeOf(token?.sts, signal);
    if (answer === undefined || answer instanceof ToolError || answer.clocks === undefined) return undefined;
    const { here, there } = answer.clocks;
    const skewMs = Math.abs(here - there);
    const skew = formatDuration(Math.round(skewMs / 1000));
    if (skewMs <= doubtfulSkewMs) return { status: 'ok', message: `the clock is ${skew} off that of STS` };
    return {
      status: skewMs > refusedSkewMs ? 'fault' : 'warning',
      message:
        here > there
          ? `the clock of this machine is ${skew} ahead of that of STS`
          : `the clock of this machine is ${skew} behind that of STS`,
      cure: 'set the clock by NTP on the node, whose clock its pods share: chronyc makestep',
    };
  },
};

/** The way to STS, and what it says. */
export const tokenStsChecks: readonly Check<TokenPatient>[] = [
  {
    id: 'sts-proxy',
    link: 'STS',
    title: 'a proxy lets requests through to STS',
    after: [],
    async run({ token }, signal) {
      const endpoint = endpointOf(token?.sts);
      if (endpoint === undefined || endpoint instanceof ToolError) return undefined;
      const proxy = token?.sts?.proxy();
      if (proxy === undefined) return undefined;
      const answer = await probeOf(token?.sts, signal);
      if (answer instanceof ToolError) {
        return {
          status: 'fault',
          subject: proxy.from,
          message: `${proxy.from} is in the way: ${answer.message}`,
          cure: `correct ${proxy.from}, or add ${endpoint.host} to NO_PROXY where STS can be reached without it`,
        };
      }
      return { status: 'ok', subject: proxy.from, message: `${proxy.value} lets requests through` };
    },
  },
  {
    id: 'sts-endpoint',
    link: 'STS',
    title: 'the STS endpoint answers',
    after: ['sts-proxy'],
    async run({ token }, signal) {
      const endpoint = endpointOf(token?.sts);
      if (endpoint === undefined) return undefined;
      if (endpoint instanceof ToolError) {
        return { status: 'fault', message: endpoint.message, cure: endpoint.hint ?? 'correct or unset it' };
      }
      const subject = endpoint.host;
      const answer = await probeOf(token?.sts, signal);
      if (answer instanceof ToolError) return { subject, ...unreachable(endpoint, answer) };
      if (answer?.contentType === 'text/html') {
        return {
          status: 'fault',
          subject,
          message: `${endpoint.host} answers with a web page, which STS never does`,
          cure: 'see what answers in place of STS: a proxy, a login page of the network, or a wrong endpoint',
        };
      }
      if (answer !== undefined && answer.status >= 500) {
        const message = `${endpoint.host} answers with HTTP ${answer.status}`;
        return { status: 'warning', subject, message, cure: 'try again later' };
      }
      return { status: 'ok', subject, message: `${endpoint.host} answers` };
    },
  },
  {
    id: 'sts-assume',
    link: 'STS',
    title: 'STS issues credentials of the role for the token',
    // A token that is not meant for STS is not sent there: it may open other doors.
    after: [
      'pod-variables',
      'pod-accounts',
      'token-audience',
      'token-provider',
      'token-subject',
      'token-lifetime',
      'sts-endpoint',
    ],
    async run(patient) {
      const { token } = patient;
      if (token?.file === undefined || token.sts === undefined) return undefined;
      const { roleArn, providerArn } = await assumedOf(patient, token);
      if (roleArn === undefined || providerArn === undefined) {
        return { status: 'skipped', message: 'the role or the OIDC provider to ask STS with is not known' };
      }
      const subject = roleArn;
      const { token: oidcToken } = await token.read();
      try {
        const { expiration } = await token.sts.assume({ roleArn, providerArn, oidcToken });
        const message = `STS issued credentials of ${roleArn} until ${timeOf(expiration.getTime())}, which were thrown away`;
        return { status: 'ok', subject, message };
      } catch (error) {
        const { subject: of } = await claimsOf(token);
        return { subject, ...refusal(error, nameOf(token), `${roleArn} ${providerArn} ${of}`) };
      }
    },
  },
];

async function assumedOf({ asked, cluster }: TokenPatient, token: TokenFacts) {
  const known = asked.clusterId === undefined ? undefined : (await cluster()).rrsa.providerArn;
  const providerArn = token.providerArn?.value ?? known;
  const account = parseOidcProviderArn(providerArn ?? '')?.accountId;
  const named = asked.role === undefined || account === undefined ? undefined : asked.role;
  const role = named === undefined || parseRoleArn(named) !== undefined ? named : roleArnOf(account ?? '', named);
  return { providerArn, roleArn: token.roleArn?.value ?? role };
}

function endpointOf(sts: TokenSts | undefined): StsEndpoint | ToolError | undefined {
  return sts && caught(() => sts.endpoint());
}

/** `undefined` without STS, and for an endpoint or a proxy that is none, of which others speak. */
async function probeOf(sts: TokenSts | undefined, signal: AbortSignal) {
  if (sts === undefined || caught(() => sts.endpoint()) instanceof ToolError) return undefined;
  if (caught(() => sts.proxy()) instanceof ToolError) return undefined;
  try {
    return await sts.probe(signal);
  } catch (error) {
    if (error instanceof ToolError && (error.code === 'NETWORK' || error.code === 'BAD_ANSWER')) return error;
    throw error;
  }
}

function caught<T>(read: () => T): T | ToolError {
  try {
    return read();
  } catch (error) {
    if (error instanceof ToolError) return error;
    throw error;
  }
}

const unknownHost = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NODATA', 'EAI_FAIL']);

function unreachable({ host, from, isVpc }: StsEndpoint, error: ToolError): Finding {
  const reason = String(error.details?.reason ?? '');
  if (isVpc) {
    return {
      status: 'fault',
      message: `the VPC endpoint ${host} cannot be reached from here: ${error.message}`,
      cure: `call the public endpoint: set ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=false, or pass --use-vpc-endpoint=false; if this is the VPC, check the region that ${from ?? 'the endpoint'} names`,
    };
  }
  if (unknownHost.has(reason)) {
    return {
      status: 'fault',
      message: `there is no host ${host} (${reason}), which ${from ?? 'the default endpoint'} leads to`,
      cure: `set ${from ?? '--region-id'} to a region that has an STS endpoint, such as cn-hangzhou, or unset it; if the name is right, check the DNS of the pod`,
    };
  }
  return {
    status: 'fault',
    message: error.message,
    cure:
      error.hint ??
      `let this machine reach ${host} (NetworkPolicy, security group, NAT gateway of the VPC), or use the endpoint within the VPC: ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true`,
  };
}

/**
 * Only what STS, or the network, says; anything else is thrown.
 * @param about what the cure can name: role, OIDC provider and subject
 */
function refusal(error: unknown, source: string, about: string): Finding {
  if (!(error instanceof ToolError) || error.code === 'INTERRUPTED') throw error;
  const refused = [error, error.cause].find((each) => each instanceof CloudApiError);
  if (refused === undefined) {
    const cure = error.hint ?? 'try again, and look at the network and its proxies if it stays so';
    return { status: 'fault', message: error.message, cure };
  }
  const { apiCode, apiMessage } = refused.api;
  const explained = explainStsError({ code: apiCode, text: `${about} ${apiMessage}` });
  if (explained === undefined) {
    return {
      status: 'fault',
      message: `STS refused ${source} with ${apiCode}`,
      cure: error.hint ?? `look the request up at https://api.aliyun.com/troubleshoot?q=${encodeURIComponent(apiCode)}`,
    };
  }
  return {
    status: 'fault',
    message: `STS refused ${source} with ${apiCode}: ${explained.cause}`,
    cure: explained.cure,
  };
}
