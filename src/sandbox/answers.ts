import type { ApiFault, Product } from './types.ts';
import type { SandboxResponse } from './wire.ts';

const troubleshootingName: Record<Product, string> = { CS: 'CS', RAM: 'Ram', STS: 'Sts', IMS: 'Ims' };

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): SandboxResponse {
  const contentType = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...contentType, ...headers }, body: JSON.stringify(body) };
}

export function textAnswer(status: number, body: string): SandboxResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body };
}

/** Success of an operation. RPC bodies get a RequestId; ROA bodies are the handler's, an empty object for nothing. */
export function successAnswer(product: Product, body: unknown, requestId: string): SandboxResponse {
  const whole = product === 'CS' ? (body ?? {}) : { RequestId: requestId, ...(body as object | undefined) };
  return jsonAnswer(200, whole, { 'x-acs-request-id': requestId });
}

/** An error of the gateway before any product, or of an RPC product. `product` is unknown for an unknown API. */
export function rpcErrorAnswer(fault: ApiFault, product: Product | undefined, requestId: string): SandboxResponse {
  const { status, code, message, data } = fault;
  const query = `q=${encodeURIComponent(code)}&product=${product ? troubleshootingName[product] : ''}`;
  return jsonAnswer(
    status,
    {
      RequestId: requestId,
      HostId: product ? `${product.toLowerCase()}.aliyuncs.com` : 'aliyuncs.com',
      Code: code,
      Message: message,
      Recommend: `https://api.aliyun.com/troubleshoot?${query}&requestId=${requestId}`,
      ...data,
    },
    { 'x-acs-request-id': requestId },
  );
}

/** An error of ACK itself. */
export function csErrorAnswer({ status, code, message, data }: ApiFault, requestId: string): SandboxResponse {
  const body = { ...data, code, message, requestId, status, statusCode: status };
  return jsonAnswer(status, body, { 'x-acs-request-id': requestId });
}
