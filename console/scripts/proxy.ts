import type { ProxyOptions } from 'vite';

/** Sends what the api serves to a running Meridian. Its socket takes only its own origin, so that is what it is told. */
export function proxy(): Record<string, ProxyOptions> {
  const target = process.env.MERIDIAN_URL ?? 'http://127.0.0.1:8080';
  const rule: ProxyOptions = { target, changeOrigin: true, ws: true, headers: { origin: target } };
  return { '^/graphql': rule, '^/auth/': rule, '^/chat/': rule, '^/hooks/': rule };
}
