// Serves the build the way the api does, in front of an api that does not carry it: files with their types, the strict
// policy, index.html for every other page, and everything else passed on.
import { createReadStream, existsSync, statSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { extname, join, normalize } from 'node:path';

const root = new URL('..', import.meta.url).pathname;
const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'";

function file(path) {
  if (path === '/widget/demo') return join(root, 'dist-widget/demo.html');
  const at = path.startsWith('/widget/') ? join(root, 'dist-widget', normalize(path.slice(8))) : join(root, 'dist', normalize(path));
  return existsSync(at) && statSync(at).isFile() ? at : null;
}

export async function front(base) {
  const target = new URL(base);
  const options = (from) => ({
    host: target.hostname,
    port: target.port,
    method: from.method,
    path: from.url,
    // A connection of its own: one that the api closes while it idles would lose the request.
    agent: false,
    headers: { ...from.headers, host: target.host, ...(from.headers.origin ? { origin: target.origin } : {}) },
  });
  const server = createServer((from, to) => {
    const { pathname } = new URL(from.url, base);
    const found = from.method === 'GET' ? file(pathname) : null;
    const page = from.method === 'GET' && (from.headers.accept ?? '').includes('text/html');
    if (found || page) {
      const path = found ?? join(root, 'dist/index.html');
      to.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream', 'content-security-policy': policy });
      createReadStream(path).pipe(to);
      return;
    }
    const passed = request(options(from), (answer) => {
      to.writeHead(answer.statusCode, answer.headers);
      answer.pipe(to);
    });
    passed.on('error', () => to.writeHead(502).end());
    from.pipe(passed);
  });
  server.on('upgrade', (from, socket, head) => {
    const passed = request(options(from));
    passed.on('upgrade', (answer, other, first) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
      if (first.length > 0) socket.write(first);
      if (head.length > 0) other.write(head);
      socket.pipe(other).pipe(socket);
      for (const [one, two] of [[socket, other], [other, socket]]) one.on('error', () => two.destroy()).on('close', () => two.destroy());
    });
    passed.on('response', (answer) => socket.end(`HTTP/1.1 ${answer.statusCode} Refused\r\n\r\n`));
    passed.on('error', () => socket.destroy());
    passed.end();
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${server.address().port}`, close: () => (server.closeAllConnections(), server.close()) };
}
