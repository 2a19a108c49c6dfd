import type { HelpTable } from './help-contents.ts';

export const rrsaHelp: HelpTable = {
  'rrsa status': {
    paragraph:
      'Prints the state of RRSA and, while it is on, the name and ARN of the OIDC provider of the cluster and the issuer of its tokens. A cluster that can never have RRSA is answered for as well, with a warning.',
  },
  'rrsa enable': {
    paragraph:
      'Starts the change, waits for its task and then for the cluster. A change that is running already is joined. Pods that exist must be recreated afterwards.',
    exitCodes: {
      1: 'failed, or the cluster cannot have RRSA',
      5: 'timed out while waiting; the change goes on, and the same command joins it',
    },
  },
  'rrsa disable': {
    paragraph:
      'Pods of the cluster can then no longer assume roles. What the service answers, a refusal included, is said as it is.',
    exitCodes: {
      1: 'failed, or the cluster cannot have RRSA',
      5: 'timed out while waiting; the change goes on, and the same command joins it',
    },
  },
  'rrsa install-helper-addon': {
    paragraph:
      'The addon gives pods what they need to assume a role: token, variables and the ARN of the OIDC provider. Starts the installation and waits until the addon is active; an installation that is running already is joined.',
    exitCodes: {
      1: 'failed, or the addon did not come to work',
      5: 'timed out while waiting; the change goes on, and the same command joins it',
    },
  },
  'rrsa associate-role': {
    paragraph:
      'Adds the service account to the trust policy of the role and attaches policies to it. The change is shown as a diff and asked about once. A role that trusts the service account already is left alone.',
    exitCodes: {
      1: 'failed: RRSA is off, there is no such role or policy, or others kept overwriting the trust policy',
    },
  },
  'rrsa dissociate-role': {
    paragraph:
      'Takes exactly what is named: the subject out of its statement, or the statement when it names no other. A statement that trusts more than that, by a wildcard say, is not narrowed: it is said so and nothing is changed. Without -n and -s only the policies are detached. Works when RRSA is off or the cluster is gone, too.',
    exitCodes: {
      1: 'failed, or the service account is trusted by a broader statement, which is not narrowed',
    },
  },
  'rrsa restore-trust-policy': {
    paragraph:
      'Every change of a trust policy keeps the one before in a file and says where. The document becomes exactly the one of that file; the one that it replaces is kept as well. When somebody else changes it after the change was shown, nothing is written.',
  },
  'rrsa explain': {
    paragraph:
      'Evaluates the trust policy of a role, or of a file, for a service account or for a real token. Says of every statement whether its principal, its action and each of its conditions fit, what is wrong or broader than it need be, and the command or statement that would make it allowed. Exits with 3 when it is not. A token is decoded here and neither sent anywhere nor shown.',
    exitCodes: {
      0: 'allowed',
      3: 'denied',
    },
  },
  'rrsa doctor': {
    paragraph:
      'Looks for what keeps a pod from its credentials, and names the first fault and the command that mends it. With --cluster-id from outside: credentials, cluster, issuer, OIDC provider, role and its trust policy, namespace, service account and pods. Within a pod, where the environment names them: role, OIDC provider, token, and what STS says to them. With --oidc-token-file alone: what the token says of itself; it is sent nowhere without --assume, and never shown. --fix labels, annotates, associates and installs the addon after one question, and looks again.',
    exitCodes: {
      0: 'no fault found; warnings do not count',
      3: 'a fault found',
    },
  },
  'rrsa setup-addon': {
    paragraph:
      'Creates a custom policy and a role of the cluster for the addon, attaches one to the other, and lets the service account of the addon assume the role. What is there already stays as it is. Known addons: kritis-validation-hook and ack-erdma-controller.',
  },
  'rrsa assume-role': {
    paragraph:
      'Asks STS as a pod would, without any credentials but the token, and prints AccessKeyId, AccessKeySecret, SecurityToken and Expiration. Whoever reads them has the rights of the role until then.',
    exitCodes: {
      4: 'STS refused the token',
    },
  },
  'rrsa explain-error': {
    paragraph:
      'Takes an error as it was pasted from an SDK, the aliyun CLI, kubectl or a log, at most 64 KiB. Of several errors it explains the one by which STS refused first. Secrets in the text are never printed. Exits with 1 when no error in it is known.',
    exitCodes: {
      1: 'no error in the text is known, or it cannot be read',
    },
  },
  'rrsa demo': {
    paragraph:
      'Shows that RRSA works. Goes on until it is stopped; a round that fails is reported and does not end it.',
    exitCodes: {
      1: 'failed (with --no-loop; otherwise a failed round is reported, and the next one follows)',
    },
  },
};
