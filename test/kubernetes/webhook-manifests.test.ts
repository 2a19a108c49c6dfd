import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { makeSelfSigned } from '../../src/kubernetes/self-signed.ts';
import { type WebhookDeployment, webhookHost, webhookManifests } from '../../src/kubernetes/webhook-manifests.ts';
import { providerArn } from './demo.ts';

const deployment: WebhookDeployment = {
  image: 'registry.example.com/ack-ram-tool:0.1.0',
  namespace: 'rrsa-system',
  providerArn,
  replicas: 2,
  failurePolicy: 'Ignore',
  trust: { by: 'secret', ca: 'CA', secretName: 'own-tls' },
};

// biome-ignore lint/suspicious/noExplicitAny: a test looks into any manifest
const ofKind = (given: Partial<WebhookDeployment>, kind: string): any =>
  webhookManifests({ ...deployment, ...given }).find((manifest) => manifest.kind === kind);
const kinds = (given: Partial<WebhookDeployment> = {}) =>
  webhookManifests({ ...deployment, ...given }).map((manifest) => manifest.kind);

describe('the manifests of the webhook', () => {
  it('come in the order in which they are to be applied', () => {
    expect(kinds()).toEqual([
      'ServiceAccount',
      'ClusterRole',
      'ClusterRoleBinding',
      'Service',
      'Deployment',
      'PodDisruptionBudget',
      'MutatingWebhookConfiguration',
    ]);
    expect(kinds({ replicas: 1 })).not.toContain('PodDisruptionBudget');
  });

  it('call it for pods that are created in labelled namespaces, and for nothing else', () => {
    const { webhooks } = ofKind({}, 'MutatingWebhookConfiguration');
    expect(webhooks).toEqual([
      {
        name: 'ack-ram-tool-webhook.rrsa-system.svc',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        failurePolicy: 'Ignore',
        timeoutSeconds: 10,
        reinvocationPolicy: 'IfNeeded',
        namespaceSelector: { matchLabels: { 'pod-identity.alibabacloud.com/injection': 'on' } },
        rules: [
          { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'], scope: 'Namespaced' },
        ],
        clientConfig: {
          service: { name: 'ack-ram-tool-webhook', namespace: 'rrsa-system', path: '/mutate', port: 443 },
          caBundle: Buffer.from('CA').toString('base64'),
        },
      },
    ]);
    expect(ofKind({ failurePolicy: 'Fail' }, 'MutatingWebhookConfiguration').webhooks[0].failurePolicy).toBe('Fail');
  });

  it('allow it to read namespaces and service accounts, and nothing else', () => {
    expect(ofKind({}, 'ClusterRole').rules).toEqual([
      { apiGroups: [''], resources: ['namespaces', 'serviceaccounts'], verbs: ['get'] },
    ]);
    expect(ofKind({}, 'ClusterRoleBinding').subjects).toEqual([
      { kind: 'ServiceAccount', name: 'ack-ram-tool-webhook', namespace: 'rrsa-system' },
    ]);
  });

  it('start it with the provider and the certificate of the Secret', () => {
    const { template } = ofKind({}, 'Deployment').spec;
    const [container] = template.spec.containers;
    expect(container.image).toBe(deployment.image);
    expect(container.args.join(' ')).toBe(
      `webhook serve --listen 0.0.0.0:8443 --tls-cert /tls/tls.crt --tls-key /tls/tls.key --provider-arn ${providerArn}`,
    );
    expect(template.spec.volumes).toEqual([{ name: 'tls', secret: { secretName: 'own-tls' } }]);
  });

  it('bring a certificate along when there is one', () => {
    const trust = { by: 'secret', ca: 'CA', secretName: 'x', certificate: { cert: 'CERT', key: 'KEY' } } as const;
    expect(ofKind({ trust }, 'Secret')).toMatchObject({
      type: 'kubernetes.io/tls',
      metadata: { name: 'x', namespace: 'rrsa-system' },
      data: { 'tls.crt': 'Q0VSVA==', 'tls.key': 'S0VZ' },
    });
    expect(kinds()).not.toContain('Secret');
  });

  it('leave the certificate to cert-manager', () => {
    const given = { trust: { by: 'cert-manager' } } as const;
    const certificate = ofKind(given, 'Certificate');
    expect(certificate.spec).toMatchObject({
      secretName: 'ack-ram-tool-webhook-tls',
      dnsNames: [webhookHost('rrsa-system')],
      issuerRef: { kind: 'Issuer', name: ofKind(given, 'Issuer').metadata.name },
    });
    const registration = ofKind(given, 'MutatingWebhookConfiguration');
    expect(registration.metadata.annotations).toEqual({
      'cert-manager.io/inject-ca-from': `rrsa-system/${certificate.metadata.name}`,
    });
    expect(registration.webhooks[0].clientConfig.caBundle).toBeUndefined();
    expect(ofKind(given, 'Deployment').spec.template.spec.volumes[0].secret.secretName).toBe(
      'ack-ram-tool-webhook-tls',
    );
  });
});

describe('a self-signed certificate', () => {
  it('is for the host, signed by its CA, and fits its key', async () => {
    const host = webhookHost('a-namespace-whose-name-is-as-long-as-the-name-of-a-namespace-may');
    const { ca, cert, key, expiresAt } = await makeSelfSigned(host, Date.UTC(2025, 0, 1));
    const [authority, certificate] = [new X509Certificate(ca), new X509Certificate(cert)];
    expect(certificate.checkHost(host)).toBe(host);
    expect(certificate.checkHost('other.svc')).toBeUndefined();
    expect(certificate.checkIssued(authority)).toBe(true);
    expect(certificate.verify(authority.publicKey)).toBe(true);
    expect(authority.ca).toBe(true);
    expect(certificate.ca).toBe(false);
    expect(new Date(certificate.validTo)).toEqual(expiresAt);
    expect(() => createSecureContext({ cert, key })).not.toThrow();
  });
});
