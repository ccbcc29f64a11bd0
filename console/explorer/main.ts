// GraphiQL against the API that serves it: queries over HTTP, subscriptions over the socket, under one sign-in.
import 'graphiql/graphiql.css';
import './explorer.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';

const HELLO = `# Type, and press Ctrl-Space for what there is. Ctrl-Enter runs.
{
  viewer {
    workspace
    permissions
    agent { name state load { class used cap } }
  }
}
`;

const form = document.querySelector<HTMLFormElement>('#sign-in')!;
const said = document.querySelector<HTMLOutputElement>('#said')!;
const page = createRoot(document.querySelector('#graphiql')!);

/** Shows the editor, anew after each sign-in: open sockets belong to the one before. */
function show(token?: string): void {
  const authorization = token ? `Bearer ${token}` : undefined;
  const fetcher = createGraphiQLFetcher({
    url: '/graphql',
    ...(authorization ? { headers: { authorization } } : {}),
    wsClient: createClient({
      url: `${location.origin.replace(/^http/, 'ws')}/graphql/ws`,
      connectionParams: { authorization },
    }),
  });
  page.render(createElement(GraphiQL, { key: token ?? '', fetcher, defaultQuery: HELLO, shouldPersistHeaders: false }));
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const body = JSON.stringify(Object.fromEntries(new FormData(form)));
  const answer = await fetch('/auth/sign-in', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    said.textContent = told.detail ?? told.title ?? `refused (${answer.status})`;
    return;
  }
  said.textContent = `signed in as ${told.role}, for ${Math.round(told.expires_in / 60)} minutes`;
  show(told.access_token);
});

show();
