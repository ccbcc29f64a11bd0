//! Two tenants over the API: whoever of the second asks for the first one's things by id, in any field, or listens while
//! they move, gets and changes nothing.

use crate::{
    contract::{Contract, INTROSPECTION},
    flows::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, typing::Visitor, unix},
};
use anyhow::{Context, Result, bail, ensure};
use meridian_app::setup::{DemoWorld, seed_demo};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    time::Duration,
};
use uuid::Uuid;

/// Words that only the first tenant's data holds.
const MARKS: &[&str] = &["Zinnia", "a question nobody else may read", "an answer nobody else may read"];

/// Every row of a tenant, as text by table.
async fn rows(stack: &Stack, tenant: Uuid) -> Result<BTreeMap<String, String>> {
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let tables: Vec<String> = sqlx::query_scalar(
        "select c.relname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id'
         join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind = 'r' order by 1",
    )
    .fetch_all(&mut admin)
    .await?;
    let mut all = BTreeMap::new();
    for table in tables {
        // The lease of an agent's own open socket goes on meanwhile.
        let row = if table == "agent_state" { "(agent_id, chosen, reason, since, set_by_id)" } else { "t" };
        let sql = format!(
            "select coalesce(string_agg({row}::text, chr(10) order by {row}::text), '') from {table} t where tenant_id = '{tenant}'"
        );
        let text: String = sqlx::query_scalar(AssertSqlSafe(sql)).fetch_one(&mut admin).await?;
        all.insert(table, text);
    }
    admin.close().await?;
    Ok(all)
}

/// Runs of 32 hexadecimal digits, hyphens aside: ids in rows and in answers alike.
fn ids(text: &str) -> BTreeSet<String> {
    let bare = text.replace('-', "");
    let mut found = BTreeSet::new();
    for run in bare.split(|c: char| !c.is_ascii_hexdigit()) {
        if run.len() == 32 {
            found.insert(run.to_owned());
        }
    }
    found
}

/// What an answer to the second tenant gives away of the first.
fn leaks(answer: &str, secret: &BTreeSet<String>, sent: &BTreeSet<String>) -> Vec<String> {
    let mut found: Vec<String> =
        ids(answer).into_iter().filter(|id| secret.contains(id) && !sent.contains(id)).collect();
    found.extend(MARKS.iter().filter(|mark| answer.contains(**mark)).map(ToString::to_string));
    found
}

async fn one_id(stack: &Stack, sql: &'static str) -> Result<Uuid> {
    let mut admin: PgConnection = PgConnectOptions::from_str(&stack.database)?.connect().await?;
    let id = sqlx::query_scalar(sql).fetch_one(&mut admin).await?;
    admin.close().await?;
    Ok(id)
}

/// Waits until a socket hears of a conversation: who has just begun to listen may miss what comes first.
async fn hears(socket: &mut Socket, agent: &Agent, conversation: &str) -> Result<()> {
    let note = "mutation($c: ID!) { noteAdd(input: { conversationId: $c, text: \"do you hear?\" }) { item { id } } }";
    for _ in 0..20 {
        agent.query(note, json!({ "c": conversation })).await?;
        while let Ok(message) = socket.next(Duration::from_secs(1)).await {
            if message["id"] == "conversation" && kinds(&[message]).contains("ItemChange") {
                return Ok(());
            }
        }
    }
    bail!("nothing is heard of {conversation}")
}

/// A draft of a reply is asked for and heard of, and the conversation ends.
async fn drafted_and_resolved(
    stack: &Stack,
    socket: &mut Socket,
    agent: &Agent,
    conversation: &str,
) -> Result<(String, Vec<Value>)> {
    hears(socket, agent, conversation).await?;
    let draft = "mutation($c: ID!) { replyDraftRequest(input: { conversationId: $c }) { replyDraft { id } } }";
    let asked = agent.query(draft, json!({ "c": conversation })).await?["replyDraftRequest"].take();
    stack.settle("select count(*) from reply_draft where state = 'failed'", 1, PATIENCE).await?;
    let mut heard = Vec::new();
    while !kinds(&heard).contains("ReplyDraftChange") {
        heard.push(socket.next(PATIENCE).await.context("nobody hears of the draft")?);
    }
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) { userErrors { code } } }";
    agent.query(resolve, json!({ "c": conversation })).await?;
    Ok((asked["replyDraft"]["id"].as_str().with_context(|| asked.to_string())?.to_owned(), heard))
}

/// Somebody is busy for a moment: news of an agent.
async fn takes_a_breath(agent: &Agent) -> Result<()> {
    for state in ["BUSY", "AVAILABLE"] {
        let set = format!(
            "mutation {{ presenceSet(input: {{ state: {state}, reason: \"\" }}) {{ userErrors {{ code }} }} }}"
        );
        agent.query(&set, json!({})).await?;
    }
    Ok(())
}

/// Traffic of the first tenant that touches every kind of thing; returns ids by the name of what they identify.
async fn traffic(stack: &Stack, people: &mut [(Agent, Socket)]) -> Result<BTreeMap<&'static str, String>> {
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let text = whatsapp.text("447700900901", "Zinnia", "wamid.z1", MARKS[1], unix());
    ensure!(whatsapp.post(&http, &text).await? == 200);
    let (who, conversation) = accept_first(people).await?;
    let agent = people[who].0.clone();
    let send =
        "mutation($c: ID!, $t: String!) { messageSend(input: { conversationId: $c, text: $t }) { item { id } } }";
    agent.query(send, json!({ "c": conversation, "t": MARKS[2] })).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    let look = "query($id: ID!) { conversation(id: $id) { customer { id } sessions { id } queueId }
        viewer { agent { id } } }";
    let seen = agent.query(look, json!({ "id": conversation })).await?;
    let text = |value: &Value| value.as_str().map(str::to_owned).context("an id is missing");
    let offer = format!("ofr_{}", one_id(stack, "select id from offer limit 1").await?.simple());
    let made = set_up(stack).await?;
    stack.sql("insert into attachment (tenant_id, id, item_id, account_id, kind, name, state)
        select t.tenant_id, gen_random_uuid(), t.id, s.account_id, 'image', 'Zinnia', 'stored'
        from timeline_item t join session s on s.tenant_id = t.tenant_id and s.id = t.session_id where t.kind = 'message'").await?;
    let attachment = one_id(stack, "select id from attachment limit 1").await?;
    stack
        .sql(
            "with cursors as (
               insert into channel_cursor (tenant_id, id, account_id, name)
               select tenant_id, gen_random_uuid(), id, 'Zinnia' from channel_account where kind = 'wecom'
             )
             insert into message_template (tenant_id, id, account_id, name, language, body)
             select tenant_id, gen_random_uuid(), id, 'Zinnia', 'en', 'Zinnia' from channel_account where kind = 'whatsapp'",
        )
        .await?;
    let template = one_id(stack, "select id from message_template limit 1").await?;
    later_and_before(stack, &agent, &conversation).await?;
    let tell = "mutation($c: ID!) { customerEventRecord(input: { customerId: $c, kind: \"churn\", text: \"Zinnia\" }) { userErrors { code } } }";
    agent.query(tell, json!({ "c": seen["conversation"]["customer"]["id"] })).await?;
    let alert = one_id(stack, "select id from alert limit 1").await?;
    let work = one_id(stack, "select id from work_item where state = 'active' limit 1").await?;
    let what_if = format!("wif_{}", one_id(stack, "select id from what_if limit 1").await?.simple());
    Ok(BTreeMap::from([
        ("scheduledwork", format!("scw_{}", one_id(stack, "select id from scheduled_work limit 1").await?.simple())),
        ("workcode", format!("wcd_{}", one_id(stack, "select id from work_code limit 1").await?.simple())),
        ("consult", format!("cns_{}", one_id(stack, "select id from consult limit 1").await?.simple())),
        ("whatIf", what_if.clone()),
        ("whatif", what_if),
        ("emergencyplan", format!("emp_{}", one_id(stack, "select id from emergency_plan limit 1").await?.simple())),
        (
            "emergencyactivation",
            format!("ema_{}", one_id(stack, "select id from emergency_activation limit 1").await?.simple()),
        ),
        ("alert", format!("alr_{}", alert.simple())),
        ("workitem", format!("wrk_{}", work.simple())),
        ("attachmentids", format!("att_{}", attachment.simple())),
        ("template", format!("tpl_{}", template.simple())),
        ("botevent", format!("bev_{}", one_id(stack, "select id from bot_event limit 1").await?.simple())),
        ("item", format!("itm_{}", one_id(stack, "select id from timeline_item limit 1").await?.simple())),
        ("intentexample", format!("iex_{}", one_id(stack, "select id from intent_example limit 1").await?.simple())),
        ("knowledgespace", text(&made["knowledgeSpaces"][0]["id"])?),
        (
            "knowledgearticle",
            format!("kna_{}", one_id(stack, "select id from knowledge_article limit 1").await?.simple()),
        ),
        ("webhookendpoint", text(&made["webhookEndpoints"]["edges"][0]["node"]["id"])?),
        (
            "webhookdelivery",
            format!("whd_{}", one_id(stack, "select id from webhook_delivery limit 1").await?.simple()),
        ),
        ("site", text(&made["sites"][0]["id"])?),
        ("branch", text(&made["branches"][0]["id"])?),
        ("team", text(&made["branches"][0]["teams"][0]["id"])?),
        ("skill", text(&made["skills"][0]["id"])?),
        ("bot", text(&made["bots"][0]["id"])?),
        ("apikey", text(&made["apiKeys"][0]["id"])?),
        ("channelaccount", text(&made["channelAccounts"][0]["id"])?),
        ("customer", text(&seen["conversation"]["customer"]["id"])?),
        ("session", text(&seen["conversation"]["sessions"][0]["id"])?),
        ("queue", text(&seen["conversation"]["queueId"])?),
        ("agent", text(&seen["viewer"]["agent"]["id"])?),
        ("offer", offer),
        ("conversation", conversation),
    ]))
}

/// A checklist is followed.
async fn follow_steps(stack: &Stack, agent: &Agent, conversation: &str) -> Result<()> {
    let checklist = format!("chl_{}", one_id(stack, "select id from checklist limit 1").await?.simple());
    let follow = "mutation($c: ID!, $l: ID!) { checklistAnswer(input: { conversationId: $c, checklistId: $l, accepted: true }) { userErrors { code } } }";
    let done = agent.query(follow, json!({ "c": conversation, "l": checklist })).await?;
    ensure!(done["checklistAnswer"]["userErrors"] == json!([]), "{done}");
    Ok(())
}

/// Work that is due later, with an attempt; a pace and a cap of a queue; a comparison of plans.
async fn later_and_before(stack: &Stack, agent: &Agent, conversation: &str) -> Result<()> {
    follow_steps(stack, agent, conversation).await?;
    stack.sql("with later as (
          insert into scheduled_work (tenant_id, id, kind, session_id, queue_id, due_at, until_at, time_zone, attempts, note, created_by_kind)
          select s.tenant_id, gen_random_uuid(), 'callback', s.id, c.queue_id, now() + interval '1 day', now() + interval '2 days', 'UTC', 1, 'Zinnia', 'system'
          from session s join conversation c on c.tenant_id = s.tenant_id and c.id = s.conversation_id where c.queue_id is not null limit 1
          returning tenant_id, id
        ), asked as (
          insert into consult (tenant_id, id, conversation_id, asked_by, agent_id, note)
          select c.tenant_id, gen_random_uuid(), c.id, a.id, a.id, 'Zinnia' from conversation c join agent a on a.tenant_id = c.tenant_id
          where c.queue_id is not null limit 1
        ), tried as (
          insert into callback_attempt (tenant_id, scheduled_work_id, number, outcome, note) select tenant_id, id, 1, 'busy', 'Zinnia' from later
        ), capped as (
          update queue set line = '{\"most_waiting\": 1000, \"message\": \"Zinnia\"}' where tenant_id in (select tenant_id from later)
        ), paced as (
          insert into queue_pace (tenant_id, queue_id, waiting, per_hour) select tenant_id, id, 1, 7 from queue
          where tenant_id in (select tenant_id from later) on conflict do nothing
        )
        insert into what_if (tenant_id, id, queue_id, from_at, to_at, target_seconds, plan_a, plan_b, state, result)
        select q.tenant_id, gen_random_uuid(), q.id, now() - interval '1 day', now(), 30, '{}', '{}', 'done', '[]'
        from queue q where q.tenant_id in (select tenant_id from later) limit 1").await
}

/// The first tenant's admin sets a little more up; returns what there is then.
async fn set_up(stack: &Stack) -> Result<Value> {
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let branches = ada.query("{ branches { id } }", json!({})).await?;
    let code = "mutation { workCodeSave(input: { kind: DECLINE, name: \"Zinnia\" }) { userErrors { code } } }";
    ada.query(code, json!({})).await?;
    let make = "mutation($b: ID!) { teamSave(input: { branchId: $b, name: \"Zinnia\" }) { userErrors { code } }
        apiKeyCreate(input: { name: \"Zinnia\", scopes: [\"floor:read\"] }) { userErrors { code } } }";
    ada.query(make, json!({ "b": branches["branches"][0]["id"] })).await?;
    let red = "mutation { redRulesPublish(input: { rules: [{ name: \"Zinnia\", tiers: [\"standard\"], alert: true }], note: \"Zinnia\" }) {
        userErrors { code } } }";
    ensure!(ada.query(red, json!({})).await?["redRulesPublish"]["userErrors"] == json!([]));
    let plan = "mutation($q: ID!) { routingPlanPublish(input: { queueId: $q, plan: { steps: [{ anyHours: true }] }, note: \"Zinnia\" }) {
        userErrors { code } } }";
    let queues = ada.query("{ queues { id } }", json!({})).await?;
    ada.query(plan, json!({ "q": queues["queues"][0]["id"] })).await?;
    let emergency =
        "mutation { emergencyPlanSave(input: { name: \"Zinnia\", message: \"Zinnia\" }) { emergencyPlanId } }";
    let emergency = ada.query(emergency, json!({})).await?["emergencyPlanSave"]["emergencyPlanId"].clone();
    let activate = "mutation($p: ID!) { emergencyActivate(input: { emergencyPlanId: $p, confirm: \"Zinnia\" }) {
        activation { id } userErrors { code } } }";
    ensure!(ada.query(activate, json!({ "p": emergency })).await?["emergencyActivate"]["userErrors"] == json!([]));
    let hook = "mutation($u: String!) { webhookEndpointSave(input: { name: \"Zinnia\", url: $u }) { endpoint { id } userErrors { message } } }";
    let hook = ada.query(hook, json!({ "u": format!("{}/zinnia", stack.provider.url) })).await?;
    // Switched off: to look at a customer changes nothing.
    let ask =
        "mutation($u: String!) { customerLookupSave(input: { url: $u, enabled: false }) { userErrors { message } } }";
    ada.query(ask, json!({ "u": format!("{}/zinnia", stack.provider.url) })).await?;
    let test = "mutation($e: ID!) { webhookEndpointTest(input: { webhookEndpointId: $e }) { userErrors { message } } }";
    ada.query(test, json!({ "e": hook["webhookEndpointSave"]["endpoint"]["id"] })).await?;
    let teach = "mutation { intentExamplesAdd(input: { examples: [{ intent: \"zinnia\", text: \"Zinnia\" }, { intent: \"x\", text: \"x Zinnia\" }] }) {
        userErrors { code } } }";
    ensure!(ada.query(teach, json!({})).await?["intentExamplesAdd"]["userErrors"] == json!([]));
    let steps = "mutation { checklistSave(input: { title: \"Zinnia\", intents: [\"zinnia\"], steps: [{ text: \"Zinnia\", required: true }] }) {
        checklist { id } userErrors { message } } }";
    ensure!(ada.query(steps, json!({})).await?["checklistSave"]["userErrors"] == json!([]));
    let space = "mutation { knowledgeSpaceSave(input: { name: \"Zinnia\" }) { space { id } } }";
    let space = ada.query(space, json!({})).await?["knowledgeSpaceSave"]["space"]["id"].clone();
    let article = "mutation($s: ID!) { knowledgeArticleSave(input: { knowledgeSpaceId: $s, audience: [AGENT],
        text: { language: \"en\", title: \"Zinnia\", body: \"x Zinnia\" } }) { article { id } } }";
    let article = ada.query(article, json!({ "s": space })).await?["knowledgeArticleSave"]["article"]["id"].clone();
    for step in ["Submit", "Publish"] {
        let step = format!(
            "mutation($a: ID!) {{ knowledgeRevision{step}(input: {{ knowledgeArticleId: $a, language: \"en\", revision: 1 }}) {{ userErrors {{ message }} }} }}"
        );
        ada.query(&step, json!({ "a": article })).await?;
    }
    let all = "{ knowledgeSpaces { id } webhookEndpoints { edges { node { id } } } sites { id } branches { id teams { id } } skills { id } bots { id } apiKeys { id }
        channelAccounts { id } }";
    ada.query(all, json!({})).await
}

/// What else happens to a customer: an identifier is vouched for, two customers become one.
async fn identity_work(stack: &Stack, agent: &Agent, supervisor: &Agent, customer: &str) -> Result<()> {
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let confirm = "mutation($c: ID!) { identityConfirm(input: { customerId: $c, scheme: \"email\", value: \"z@example.org\" }) { userErrors { code } } }";
    agent.query(confirm, json!({ "c": customer })).await?;
    whatsapp.post(&http, &whatsapp.text("447700900902", "Zinnia", "wamid.z2", "from another phone", unix())).await?;
    stack
        .settle("select count(distinct c.id) from customer c join conversation v on v.customer_id = c.id", 2, PATIENCE)
        .await?;
    let other = one_id(stack, "select customer_id from conversation order by created_at desc limit 1").await?;
    let merge = "mutation($f: ID!, $i: ID!) { customerMerge(input: { fromId: $f, intoId: $i, reason: \"same person\" }) { userErrors { code } } }";
    let other = format!("cus_{}", other.simple());
    let merged = supervisor.query(merge, json!({ "f": other, "i": customer })).await?;
    ensure!(merged["customerMerge"]["userErrors"] == json!([]), "{merged}");
    Ok(())
}

/// A suggested pair, a run, an identifier, a declared value, a verifier with its checks: of the first tenant.
async fn identity_things(stack: &Stack, supervisor: &Agent) -> Result<BTreeMap<&'static str, String>> {
    stack.sql("insert into customer (tenant_id, id, name) select tenant_id, gen_random_uuid(), 'Zinnia' from tenant where slug = 'demo'").await?;
    stack.sql("insert into identity_candidate (tenant_id, id, customer_id, other_id, score, evidence)
        select a.tenant_id, gen_random_uuid(), a.id, b.id, 300, '[{\"field\": \"phone\", \"agreement\": \"same\", \"weight\": 9}]'
        from customer a join customer b on a.tenant_id = b.tenant_id and a.id < b.id
        join tenant t on t.tenant_id = a.tenant_id where t.slug = 'demo' and a.merged_into is null and b.merged_into is null limit 1").await?;
    stack.sql("insert into identity_run (tenant_id, id, kind, name, state) select tenant_id, gen_random_uuid(), 'import', 'Zinnia', 'preview'
        from tenant where slug = 'demo'").await?;
    stack.sql("insert into identity_import_row (tenant_id, run_id, line, record, refusal) select tenant_id, id, 2, '{}', 'Zinnia' from identity_run").await?;
    let block = "mutation { identityValueBlock(input: { scheme: \"email\", value: \"zinnia@\", reason: \"Zinnia\" }) { userErrors { code } } }";
    supervisor.query(block, json!({})).await?;
    stack.sql("with voice as (
          insert into identity_verifier (tenant_id, id, name, kind, accept, reject, hours)
          select tenant_id, gen_random_uuid(), 'Zinnia', 'voiceprint', 0.8, 0.3, 24 from tenant where slug = 'demo' returning tenant_id, id
        ), allowed as (
          insert into identity_consent (tenant_id, reference, given_at) select tenant_id, 'Zinnia', now() from voice
        )
        insert into identity_signal (tenant_id, id, verifier_id, reference, party_id, customer_id, score, accept, reject, consent, checked_at, expires_at)
        select v.tenant_id, gen_random_uuid(), v.id, 'Zinnia-' || l.party_id, l.party_id, l.customer_id, 0.9, 0.8, 0.3, 'Zinnia', now(), now() + interval '1 day'
        from voice v join party_customer l on l.tenant_id = v.tenant_id").await?;
    let verifier = one_id(stack, "select id from identity_verifier limit 1").await?;
    let candidate = one_id(stack, "select id from identity_candidate where state = 'open' limit 1").await?;
    let run = one_id(stack, "select id from identity_run limit 1").await?;
    let identity = one_id(stack, "select id from customer_identity limit 1").await?;
    Ok(BTreeMap::from([
        ("candidate", format!("cnt_{}", candidate.simple())),
        ("verifier", format!("ver_{}", verifier.simple())),
        ("run", format!("run_{}", run.simple())),
        ("checklist", format!("chl_{}", one_id(stack, "select id from checklist limit 1").await?.simple())),
        ("identityids", format!("idn_{}", identity.simple())),
    ]))
}

/// Follows inbox, floor and one conversation; what is heard is told by `Socket::next`.
async fn listen(agent: &Agent, contract: &Contract, conversation: &str) -> Result<Socket> {
    let mut socket = agent.connect().await?;
    for field in contract.roots("Subscription") {
        let arguments = if field == "conversation" { format!("(id: \"{conversation}\")") } else { String::new() };
        let change = "__typename ... on OfferChange { offer { id } } ... on ConversationChange { conversation { id } }
            ... on ItemChange { item { id text } } ... on CustomerChange { customer { id name } }
            ... on AgentChange { agent { id name } } ... on WorkChange { workItem { id } }
            ... on TypingChange { conversationId sessionId } ... on ReplyDraftChange { replyDraft { id text } }";
        let query = format!("subscription {{ {field}{arguments} {{ cursor change {{ {change} }} }} }}");
        socket.subscribe(field, &query, json!({})).await?;
    }
    Ok(socket)
}

/// A visitor of the first tenant writes, while both tenants look at the conversation, as far as they may.
async fn somebody_types(stack: &Stack, contract: &Contract, own: &Agent, stranger: &Agent) -> Result<[Socket; 2]> {
    let mut visitor = Visitor::come(stack, 1, "Zinnia").await?;
    let conversation = visitor.conversation.to_string();
    let sockets = [listen(own, contract, &conversation).await?, listen(stranger, contract, &conversation).await?];
    stack.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, PATIENCE).await?;
    // Again after a while: the first may be quicker than those who begin to look.
    for _ in 0..2 {
        ensure!(visitor.types(json!({})).await?["shown"] == true);
        tokio::time::sleep(Duration::from_millis(1_200)).await;
    }
    Ok(sockets)
}

async fn drain(socket: &mut Socket) -> Vec<Value> {
    let mut heard = Vec::new();
    while let Ok(message) = socket.next(Duration::from_secs(2)).await {
        heard.push(message);
    }
    heard
}

/// The kinds of events among what was heard.
fn kinds(heard: &[Value]) -> BTreeSet<String> {
    let events = heard.iter().flat_map(|m| m["payload"]["data"].as_object().into_iter().flat_map(|o| o.values()));
    events.filter_map(|event| event["change"]["__typename"].as_str().map(str::to_owned)).collect()
}

/// An id of the first tenant for an argument, by what it is called.
fn picker(known: &BTreeMap<&'static str, String>) -> impl Fn(&str, &str) -> Option<String> {
    let known = known.clone();
    move |owner: &str, argument: &str| -> Option<String> {
        let of = if argument == "id" { owner.to_owned() } else { argument.trim_end_matches("Id").to_lowercase() };
        let fits = known.iter().filter(|(name, _)| of.ends_with(*name));
        let by_end = fits.max_by_key(|(name, _)| name.len()).map(|(_, id)| id.clone());
        by_end
            .or_else(|| matches!(of.as_str(), "from" | "into").then(|| known["customer"].clone()))
            .or_else(|| (of == "act").then(|| format!("lnk_{}", Uuid::from_u128(7).simple())))
    }
}

/// Every query by the first tenant's ids. Its own people get data from the same documents.
async fn queries_show_nothing(
    stranger: &Agent,
    own: &Agent,
    queries: &[(String, String)],
    secret: &BTreeSet<String>,
) -> Result<()> {
    let none = BTreeSet::new();
    let mut with_data = 0;
    for (field, document) in queries {
        let answer = stranger.send(document, json!({})).await?;
        ensure!(answer["errors"][0]["extensions"]["code"] != "QUERY_TOO_COSTLY", "{field}: {answer}");
        let found = leaks(&answer["data"].to_string(), secret, &none);
        ensure!(found.is_empty(), "{field} shows {found:?}: {answer}");
        let ours = own.send(document, json!({})).await?;
        with_data += usize::from(!leaks(&ours.to_string(), secret, &none).is_empty());
    }
    ensure!(
        with_data * 2 > queries.len(),
        "only {with_data} of {} queries show anything to their own people",
        queries.len()
    );
    Ok(())
}

/// Every mutation, as the other tenant's administrator.
async fn mutations_are_refused(
    stranger: &Agent,
    mutations: &[(String, String)],
    secret: &BTreeSet<String>,
    sent: &BTreeSet<String>,
) -> Result<()> {
    for (field, document) in mutations {
        let answer = stranger.send(document, json!({})).await?;
        let found = leaks(&answer.to_string(), secret, sent);
        ensure!(found.is_empty(), "{field} shows {found:?}: {answer}");
        let refused =
            answer["errors"].is_array() || !answer["data"][field]["userErrors"].as_array().is_none_or(Vec::is_empty);
        // What names nothing of the first tenant may be done, to the stranger's own.
        let harmless = field == "signOut" || ids(document).is_disjoint(sent);
        ensure!(refused || harmless, "{field} is not refused: {answer}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_second_tenant_sees_hears_and_changes_nothing_of_the_first() -> Result<()> {
    let Some(mut stack) = Stack::start_with_model(PATIENCE).await? else { return Ok(()) };
    let bot = format!("{}/bot", stack.provider.url);
    let second =
        seed_demo(&stack.app, "second", &DemoWorld { provider_url: &stack.provider.url, bot_url: &bot }).await?;
    let stranger = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    let own = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let contract = Contract::read(&own.query(INTROSPECTION, json!({})).await?)?;
    let mut people = both_sites(&stack).await?;

    // The stranger listens to everything there is while the first tenant works, and to one of its conversations.
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900901", "Zinnia", "wamid.z0", "first", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let mut strange = listen(&stranger, &contract, &conversation).await?;
    let mut familiar = listen(&own, &contract, &conversation).await?;
    let (draft, mut heard) = drafted_and_resolved(&stack, &mut familiar, &people[who].0, &conversation).await?;
    let mut known = traffic(&stack, &mut people).await?;
    known.insert("replydraft", draft);
    takes_a_breath(&people[who].0).await?;
    identity_work(&stack, &people[who].0, &own, &known["customer"]).await?;
    let [mut looks, mut peeps] = somebody_types(&stack, &contract, &own, &stranger).await?;
    heard.extend(drain(&mut familiar).await);
    heard.extend(drain(&mut looks).await);
    for (_, socket) in &mut people {
        heard.extend(drain(socket).await);
    }
    let kinds = kinds(&heard);
    // Sockets that nobody reads would be lost meanwhile, which is news of their own tenant.
    drop((people, familiar, looks));
    stack
        .settle(
            "select count(*) from agent_state s join tenant t using (tenant_id) where s.live and t.slug = 'demo'",
            0,
            PATIENCE,
        )
        .await?;
    stack.settle("select count(*) from outbox where due_at <= clock_timestamp()", 0, PATIENCE).await?;
    stack.kill_workers().await;
    // A handler in hand ends by itself.
    tokio::time::sleep(Duration::from_secs(2)).await;
    known.extend(identity_things(&stack, &own).await?);
    let before = rows(&stack, stack.demo.tenant.0).await?;
    let foreign: BTreeSet<String> = rows(&stack, second.tenant.0).await?.values().flat_map(|text| ids(text)).collect();
    let secret: BTreeSet<String> =
        before.values().flat_map(|text| ids(text)).filter(|id| !foreign.contains(id)).collect();
    ensure!(secret.len() > 50, "the first tenant has little to hide: {}", secret.len());
    let none = BTreeSet::new();
    let mut overheard = drain(&mut strange).await;
    overheard.extend(drain(&mut peeps).await);
    for message in overheard {
        let found = leaks(&message["payload"].to_string(), &secret, &none);
        ensure!(found.is_empty(), "the stranger hears {found:?}: {message}");
    }

    let pick = picker(&known);
    let sent: BTreeSet<String> = known.values().flat_map(|id| ids(id)).collect();
    let mut asked = BTreeSet::new();
    queries_show_nothing(&stranger, &own, &contract.documents("Query", &pick, &mut asked), &secret).await?;
    let mut mutations = contract.documents("Mutation", &pick, &mut asked);
    // Signing out comes last.
    mutations.sort_by_key(|(field, _)| field == "signOut");
    mutations_are_refused(&stranger, &mutations, &secret, &sent).await?;
    contract.documents("Subscription", &pick, &mut asked);
    let after = rows(&stack, stack.demo.tenant.0).await?;
    for (table, text) in &before {
        // Sign-ins of the first tenant's own people in this test are nobody else's doing.
        let changed: Vec<&str> = text.lines().filter(|row| !after[table].contains(row)).collect();
        let added: Vec<&str> = after[table].lines().filter(|row| !text.contains(row)).collect();
        ensure!(changed.len() + added.len() == 0 || table == "sign_in", "{table}: {changed:?} became {added:?}");
    }
    let fields = contract.fields();
    let missing: Vec<&String> = fields.difference(&asked).collect();
    let events = contract.members("Change");
    let silent: Vec<&String> = events.iter().filter(|kind| !kinds.contains(*kind) && *kind != "Resync").collect();
    println!(
        "two tenants: {} of {} fields, {} mutations, {} of {} events",
        fields.len() - missing.len(),
        fields.len(),
        mutations.len(),
        events.len() - silent.len(),
        events.len()
    );
    ensure!(missing.is_empty(), "never asked for: {missing:?}");
    ensure!(silent.is_empty(), "never happened: {silent:?}");
    stack.sql("delete from outbox").await?;
    stack.start_workers()?;
    stack.finish().await
}
