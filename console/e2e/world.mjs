// The outside world of the demo tenant: customers behind signed posts, one double for all providers, and a bot.
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';

const digest = (text) => createHash('sha256').update(text);
const demoSecret = (workspace, name) => digest(`meridian demo ${workspace} ${name}`).digest('hex');
const demoKey = (workspace, name) => digest(`meridian demo ${workspace} ${name}`).digest();

/** A model that adds to a brief what the customer said, and has nothing to draft. */
function plain(messages) {
  const [, line, text] = messages.at(-1).content.match(/^(\d+)\. customer: (.{1,200})$/m) ?? [];
  return { content: JSON.stringify(text ? { statements: [{ text, lines: [Number(line)] }] } : { sentences: [] }) };
}

export class World {
  constructor(base, workspace = 'demo', password = 'meridian-demo-1') {
    Object.assign(this, { base, workspace, password, seen: [], heard: [], gone: null, count: 0, accounts: {}, model: plain });
  }

  /** Finds the webhooks as an admin does. */
  async open() {
    this.admin = await this.signIn('ada');
    const asked = '{ channelAccounts { id kind webhookUrl } bots { id } viewer { workspace } }';
    const data = await this.query(this.admin, asked);
    // The demo's own stand first by name.
    for (const account of data.channelAccounts) this.accounts[account.kind] ??= account;
    this.bot = data.bots[0]?.id;
    return this;
  }

  async signIn(login) {
    const body = { workspace: this.workspace, email: `${login}@${this.workspace}.example`, password: this.password };
    const answer = await this.post('/auth/sign-in', JSON.stringify(body));
    if (!answer.ok) throw new Error(`sign-in of ${login}: ${answer.status}`);
    return (await answer.json()).access_token;
  }

  async query(token, query, variables = {}) {
    const answer = await this.post('/graphql', JSON.stringify({ query, variables }), { authorization: `Bearer ${token}` });
    const { data, errors } = await answer.json();
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  }

  /** Something an agent does elsewhere; tokens are kept, signing in is metered. */
  async as(login, query, variables = {}) {
    this.tokens ??= {};
    this.tokens[login] ??= await this.signIn(login);
    return this.query(this.tokens[login], query, variables);
  }

  /** Leaves nobody at work and nothing in hand. */
  async tidy() {
    for (const login of ['ana', 'ben', 'clara', 'mei', 'ravi']) {
      await this.as(login, 'mutation { presenceSet(input: { state: OFFLINE, reason: "" }) { userErrors { code } } }');
      const { conversations } = await this.as(login, '{ conversations(view: MINE, first: 100) { nodes { id } } }');
      for (const { id } of conversations.nodes) {
        const query = 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }';
        await this.as(login, query, { id });
      }
    }
  }

  /** Nothing that earlier scenarios left waits for anybody. */
  async clear() {
    const open = '{ conversations(view: OPEN, first: 100) { nodes { id workItems { id state } } } }';
    const assign = 'mutation($id: ID!) { workAssign(input: { workItemId: $id }) { userErrors { code } } }';
    const resolve = 'mutation($id: ID!) { conversationResolve(input: { conversationId: $id, disposition: "solved" }) { userErrors { code } } }';
    for (const { id, workItems } of (await this.query(this.admin, open)).conversations.nodes) {
      const work = workItems.find(({ state }) => ['queued', 'offered', 'active'].includes(state));
      if (work) await this.query(this.admin, assign, { id: work.id });
      await this.query(this.admin, resolve, { id });
    }
  }

  post(url, body, headers = {}) {
    const to = url.startsWith('/') ? this.base + url : this.base + new URL(url).pathname;
    return fetch(to, { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } });
  }

  /** A WhatsApp message, signed as Meta signs it. */
  async whatsapp(from, name, text) {
    const id = `wamid.${randomUUID()}`;
    await this.meta({
      contacts: [{ wa_id: from, profile: { name } }],
      messages: [{ id, from, timestamp: String(Math.floor(Date.now() / 1000)), type: 'text', text: { body: text } }],
    });
    return id;
  }

  /** A picture that the provider does not give. */
  async image(from, name, caption) {
    const id = `wamid.${randomUUID()}`;
    const image = { id: 'gone', mime_type: 'image/jpeg', caption };
    await this.meta({
      contacts: [{ wa_id: from, profile: { name } }],
      messages: [{ id, from, timestamp: String(Math.floor(Date.now() / 1000)), type: 'image', image }],
    });
  }

  async status(id, status) {
    await this.meta({ statuses: [{ id, status, timestamp: String(Math.floor(Date.now() / 1000)) }] });
  }

  async meta(value) {
    const metadata = { display_phone_number: '442079460100', phone_number_id: '100200300' };
    const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
    const body = JSON.stringify({ object: 'whatsapp_business_account', entry: [{ id: '100', changes: [change] }] });
    const key = demoSecret(this.workspace, 'whatsapp app_secret');
    const signature = createHmac('sha256', key).update(body).digest('hex');
    await this.expect(this.post(this.accounts.whatsapp.webhookUrl, body, { 'x-hub-signature-256': `sha256=${signature}` }), 200);
  }

  /** A message through the generic webhook, signed after Standard Webhooks. */
  async generic(phone, name, text) {
    const id = randomUUID();
    const content = { message_type: 'text', text };
    const sender = { name, ids: [{ scheme: 'phone_e164', value: phone, verified: 'channel' }] };
    const body = JSON.stringify({ kind: 'message', external_id: id, content, sender });
    await this.expect(this.signed(this.accounts.generic.webhookUrl, 'generic signing_secret', id, body), 200);
  }

  /** A mail with a shaped body, as a mail provider posts it. */
  async mail(from, name, subject, html, text) {
    const lines = [
      `Authentication-Results: mx.example; dmarc=pass header.from=${from.split('@')[1]}`,
      `From: ${name} <${from}>`,
      `To: help@${this.workspace}.example`,
      `Subject: ${subject}`,
      `Message-ID: <${randomUUID()}@${from.split('@')[1]}>`,
      'MIME-Version: 1.0',
      'Content-Type: multipart/alternative; boundary="b1"',
      '',
      '--b1',
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
      '--b1',
      'Content-Type: text/html; charset=utf-8',
      '',
      html,
      '--b1--',
      '',
    ];
    const token = demoSecret(this.workspace, 'email inbound_token');
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'message/rfc822' };
    await this.expect(this.post(this.accounts.email.webhookUrl, lines.join('\r\n'), headers), 200);
  }

  /** The bot hands a session over. */
  async handOff(request) {
    const body = JSON.stringify(request);
    await this.expect(this.signed(`/bots/${this.bot}/handoff`, 'bot', randomUUID(), body), 202);
  }

  async signed(url, secret, id, body) {
    const at = Math.floor(Date.now() / 1000);
    const signature = createHmac('sha256', demoKey(this.workspace, secret)).update(`${id}.${at}.${body}`).digest('base64');
    return this.post(url, body, { 'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` });
  }

  /** What a site signs for the widget about who is signed in there. */
  siteToken(account, claims) {
    const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ aud: account, exp: Math.floor(Date.now() / 1000) + 600, ...claims })}`;
    const key = demoSecret(this.workspace, 'webchat identity_secret');
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  }

  async expect(sent, status) {
    const answer = await sent;
    if (answer.status !== status) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  }

  /** Stands for every provider and for the bot, which says the next of `lines` each time: a text, or one with buttons. */
  async listen(port, lines = []) {
    this.lines = lines;
    this.server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk) => (body += chunk));
      request.on('end', () => {
        const json = (request.headers['content-type'] ?? '').includes('json');
        this.heard.push({ path: request.url, headers: request.headers, raw: body });
        // Whoever is told to be gone says so.
        if (request.url === this.gone) return void response.writeHead(410).end('gone');
        const said = { path: request.url, body: body && json ? JSON.parse(body) : body || null };
        this.seen.push(said);
        const answered = (answer) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
        void Promise.resolve(this.answer(said)).then(answered);
      });
    });
    await new Promise((done, failed) => this.server.once('error', failed).listen(port, '127.0.0.1', done));
    return this;
  }

  answer({ path, body }) {
    this.count += 1;
    if (path.endsWith('/chat/completions')) {
      return Promise.resolve(this.model(body.messages)).then((message) => ({ choices: [{ message }], usage: { prompt_tokens: 90, completion_tokens: 9 } }));
    }
    if (path.startsWith('/bot')) {
      const line = this.lines.shift();
      return { actions: line ? [{ type: 'message', ...(typeof line === 'string' ? { text: line } : line) }] : [] };
    }
    if (path.startsWith('/tried/')) return this.tried(body);
    if (path.startsWith('/crm/')) return this.crm(body);
    if (path.includes('/messages')) return { messaging_product: 'whatsapp', messages: [{ id: `wamid.out.${this.count}.${randomUUID()}` }] };
    if (path.includes('/media')) return { id: `media${this.count}` };
    return path.includes('generic') ? { external_id: `g${this.count}.${randomUUID()}` } : {};
  }

  /** What a bot of a scenario's own answers. */
  tried() {
    return { actions: [] };
  }

  /** What the tenant's own system knows of whoever it is asked about. */
  crm({ identifiers, locale }) {
    const zh = locale === 'zh';
    const ago = (days) => new Date(Date.now() - days * 86_400_000).toISOString();
    const order = (n) => `https://shop.example.com/orders/${n}`;
    return {
      name: 'Olivia Brandt',
      tags: zh ? ['金卡会员'] : ['Gold', 'Newsletter'],
      facts: [
        { label: zh ? '客户编号' : 'Customer number', value: 'C-104 733', link: 'https://shop.example.com/customers/104733' },
        { label: zh ? '电话' : 'Phone', value: identifiers[0].value },
        { label: zh ? '余额' : 'Balance', value: 'EUR 1,284.50' },
        { label: zh ? '配送地址' : 'Delivery address', value: '14 Harbour Street, Whitby YO21 3PU' },
      ],
      activities: [
        { at: ago(-3), title: zh ? '预约上门取件' : 'Pick-up of the return', detail: zh ? '09:00 到 12:00' : 'between 9 and 12' },
        { at: ago(0.1), title: zh ? '订单 48213 已发货' : 'Order 48213 sent', link: order(48213), amount: 'EUR 89.90', detail: zh ? '电水壶，1.7 升' : 'Kettle, 1.7 l' },
        { at: ago(12), title: zh ? '退款' : 'Refund', amount: 'EUR −20.00' },
        { at: ago(48), title: zh ? '订单 47102' : 'Order 47102', link: order(47102), amount: 'EUR 142.00' },
      ],
    };
  }

  /** How often the providers were told this: bots, models and the tenant's own programs do not count. */
  told(text) {
    const others = (path) => path.startsWith('/bot') || path.startsWith('/told/') || path.endsWith('/chat/completions');
    return this.seen.filter((said) => !others(said.path) && JSON.stringify(said.body).includes(text)).length;
  }

  async until(what, found, ms = 20_000) {
    const end = Date.now() + ms;
    for (;;) {
      const value = await found();
      if (value) return value;
      if (Date.now() > end) throw new Error(`not in time: ${what}`);
      await new Promise((done) => setTimeout(done, 100));
    }
  }

  close() {
    this.server?.close();
  }
}
