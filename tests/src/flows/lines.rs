//! Lines before queues: what a cap makes of new work, what customers are told of their wait, and callbacks instead.

use super::{PATIENCE, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const CAP: &str = "mutation($q: ID!, $c: QueueCapInput) { queueCapSave(input: { queueId: $q, cap: $c }) {
    queue { line { cap { mostWaiting beyond message } perHour expected { fromMinutes } } } userErrors { field code } } }";
const WAIT: &str = "{ visitorWait { position callbackOffered expected { fromMinutes toMinutes } } }";
const ACCEPT: &str = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
const ATTEMPT: &str = "mutation($s: ID!, $o: CallbackOutcome!) {
    callbackAttemptRecord(input: { scheduledWorkId: $s, outcome: $o }) {
      scheduledWork { state attempts { number outcome } } userErrors { code message } } }";

async fn queue(agent: &Agent, name: &str) -> Result<String> {
    let queues = agent.query("{ queues { id name } }", json!({})).await?;
    let found = queues["queues"].as_array().into_iter().flatten().find(|queue| queue["name"] == name);
    found.and_then(|queue| queue["id"].as_str()).map(str::to_owned).context("no such queue")
}

/// A visitor of the web chat who has said something, on their own socket.
async fn visitor(stack: &Stack, text: &str) -> Result<Socket> {
    let http = reqwest_client();
    let account = stack.demo.accounts.iter().find(|(kind, _)| *kind == ChannelKind::WebChat).context("account")?.1;
    let opened: Value = http.post(format!("{}/chat/{account}/sessions", stack.base)).send().await?.json().await?;
    let token = opened["token"].as_str().context("token")?.to_owned();
    let said = json!({ "client_id": "00000000-0000-4000-8000-000000000009", "text": text });
    http.post(format!("{}/chat/messages", stack.base)).bearer_auth(&token).json(&said).send().await?;
    stack.settle("select count(*) from session where kind = 'webchat'", 1, PATIENCE).await?;
    let mut socket = Socket::open(&stack.base).await?;
    socket.say(&json!({ "type": "connection_init", "payload": { "authorization": token } })).await?;
    socket.until(PATIENCE, |m| (m["type"] == "connection_ack").then_some(())).await?;
    Ok(socket)
}

/// One question over a socket.
async fn ask(socket: &mut Socket, id: &str, document: &str, variables: Value) -> Result<Value> {
    socket.subscribe(id, document, variables).await?;
    socket.until(PATIENCE, |m| (m["id"] == id && m["type"] != "complete").then(|| m["payload"]["data"].clone())).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_line_refuses_overflows_or_offers_a_callback_that_keeps_its_place() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let (support, billing) = (queue(&ada, "Support").await?, queue(&ada, "Billing").await?);
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let none = ada.query(CAP, json!({ "q": support, "c": { "mostWaiting": 1, "beyond": "REFUSE" } })).await?;
    assert_eq!(none["queueCapSave"]["userErrors"][0]["field"], "message", "{none}");
    let itself = json!({ "mostWaiting": 1, "beyond": "OVERFLOW", "overflowQueueId": support });
    let itself = ada.query(CAP, json!({ "q": support, "c": itself })).await?;
    assert_eq!(itself["queueCapSave"]["userErrors"][0]["field"], "overflowQueueId", "{itself}");
    let full = "All our people are busy: please try again in an hour.";
    let cap = json!({ "mostWaiting": 1, "beyond": "REFUSE", "message": full });
    let saved = ada.query(CAP, json!({ "q": support, "c": cap })).await?;
    assert_eq!(saved["queueCapSave"]["queue"]["line"]["cap"]["beyond"], "REFUSE", "{saved}");
    assert_eq!(saved["queueCapSave"]["queue"]["line"]["perHour"], Value::Null, "nothing is known yet: {saved}");

    // The first waits, the second is told and the conversation ends.
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900761", "Ivo", "wamid.l1", "agent", unix())).await?;
    stack.settle("select count(*) from work_item where line = 'admitted' and state = 'queued'", 1, PATIENCE).await?;
    whatsapp.post(&http, &whatsapp.text("447700900762", "Jan", "wamid.l2", "agent", unix())).await?;
    let refused = "select count(*) from work_item w join conversation c on c.id = w.conversation_id
                   where w.line = 'refused' and w.state = 'cancelled' and c.lifecycle = 'resolved'";
    stack.settle(refused, 1, PATIENCE).await?;
    assert_eq!(stack.texts("select text from item_content where text like 'All our%'").await?, [full]);

    // The third goes to the other queue, with its place.
    let cap = json!({ "mostWaiting": 1, "beyond": "OVERFLOW", "overflowQueueId": billing });
    ada.query(CAP, json!({ "q": support, "c": cap })).await?;
    whatsapp.post(&http, &whatsapp.text("447700900763", "Kim", "wamid.l3", "agent", unix())).await?;
    let moved = "select count(*) from work_item w join queue q on q.id = w.queue_id
                 where w.line = 'overflow' and w.state = 'queued' and q.name = 'Billing' and w.epoch = 1";
    stack.settle(moved, 1, PATIENCE).await?;
    let delete = "mutation($q: ID!) { queueDelete(input: { queueId: $q }) { userErrors { message } } }";
    let used = ada.query(delete, json!({ "q": billing })).await?;
    ensure!(
        used["queueDelete"]["userErrors"][0]["message"].as_str().is_some_and(|text| text.contains("cap Support")),
        "{used}"
    );

    // The visitor is told that they may be called back, and where they stand.
    let cap = json!({ "mostWaiting": 1, "beyond": "CALLBACK", "message": "Shall we call you back?" });
    ada.query(CAP, json!({ "q": support, "c": cap })).await?;
    let mut socket = visitor(&stack, "My parcel is lost").await?;
    stack.settle("select count(*) from work_item where line = 'callback' and state = 'queued'", 1, PATIENCE).await?;
    let wait = ask(&mut socket, "w1", WAIT, json!({})).await?;
    assert_eq!(wait["visitorWait"], json!({ "position": 2, "callbackOffered": true, "expected": null }), "{wait}");
    // With a pace there is a range.
    stack.sql("insert into queue_pace (tenant_id, queue_id, waiting, per_hour) select tenant_id, id, 2, 30 from queue where name = 'Support'
        on conflict (tenant_id, queue_id) do update set per_hour = 30, at = clock_timestamp()").await?;
    let wait = ask(&mut socket, "w2", WAIT, json!({})).await?;
    assert_eq!(
        wait["visitorWait"]["expected"],
        json!({ "fromMinutes": 2, "toMinutes": 5 }),
        "two of 30 an hour: {wait}"
    );

    callback(&mut stack, &mut socket).await?;
    stack.finish().await
}

/// The visitor takes a callback tomorrow; it comes to its time also when the workers died, is tried, and given up.
async fn callback(stack: &mut Stack, socket: &mut Socket) -> Result<()> {
    let day = stack.texts("select ((now() at time zone 'utc')::date + 1)::text").await?;
    let wish = json!({ "day": day[0], "fromMinute": 600, "untilMinute": 660, "timeZone": "UTC", "note": "the parcel" });
    let request = "mutation($i: CallbackRequestInput!) { callbackRequest(input: $i) {
        scheduledWork { id kind state timeZone conversation { id } } userErrors { field code message } } }";
    let late = json!({ "day": "2020-01-01", "fromMinute": 600, "untilMinute": 660 });
    let late = ask(socket, "c0", request, json!({ "i": late })).await?;
    assert_eq!(late["callbackRequest"]["userErrors"][0]["field"], "day", "{late}");
    let taken = ask(socket, "c1", request, json!({ "i": wish })).await?;
    let agreed = &taken["callbackRequest"]["scheduledWork"];
    assert_eq!((&agreed["kind"], &agreed["state"]), (&json!("CALLBACK"), &json!("waiting")), "{taken}");
    assert_eq!(agreed["conversation"], Value::Null, "visitors see no conversation");
    let id = agreed["id"].as_str().context("id")?.to_owned();
    let again = ask(socket, "c2", request, json!({ "i": wish })).await?;
    assert_eq!(again["callbackRequest"]["userErrors"][0]["code"], "CONFLICT", "{again}");
    stack.settle("select count(*) from work_item where state = 'parked'", 1, PATIENCE).await?;
    assert_eq!(ask(socket, "w3", WAIT, json!({})).await?["visitorWait"], Value::Null, "it waits no more");

    // Its time comes while no worker lives.
    stack.kill_workers().await;
    stack.sql("update scheduled_work set due_at = clock_timestamp()").await?;
    stack.sql("update outbox set due_at = clock_timestamp() where payload ->> 'job' = 'scheduled_turn'").await?;
    stack.start_workers()?;
    stack.settle("select count(*) from scheduled_work where state = 'due'", 1, PATIENCE).await?;
    let place = "select count(*) from work_item w join scheduled_work s on s.work_item_id = w.id
                 where w.state = 'queued' and w.enqueued_at < w.queued_at - interval '100 milliseconds'";
    stack.settle(place, 1, PATIENCE).await?;

    // Who has it tries: nobody answers, so it is put aside again; then it is given up.
    let (ana, mut inbox) = on_duty(stack, "ana").await?;
    let of = "query($c: ID!) { conversation(id: $c) { scheduledWork { id note dueAt untilAt } } }";
    loop {
        let (offered, conversation) = inbox.until(PATIENCE, offer).await?;
        ana.query(ACCEPT, json!({ "o": offered })).await?;
        let seen = ana.query(of, json!({ "c": conversation })).await?;
        if seen["conversation"]["scheduledWork"][0]["id"] == id.as_str() {
            assert_eq!(seen["conversation"]["scheduledWork"][0]["note"], "the parcel");
            break;
        }
    }
    let tried = ana.query(ATTEMPT, json!({ "s": id, "o": "NO_ANSWER" })).await?;
    let work = &tried["callbackAttemptRecord"]["scheduledWork"];
    assert_eq!((&work["state"], &work["attempts"][0]["outcome"]), (&json!("waiting"), &json!("no_answer")), "{tried}");
    let twice = ana.query(ATTEMPT, json!({ "s": id, "o": "REACHED" })).await?;
    assert_eq!(twice["callbackAttemptRecord"]["userErrors"][0]["code"], "NOT_HOLDER", "{twice}");
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let floor = sam.query("{ scheduledWork(first: 5) { nodes { id state } } }", json!({})).await?;
    assert_eq!(floor["scheduledWork"]["nodes"], json!([{ "id": id, "state": "waiting" }]), "{floor}");
    stack.sql("update scheduled_work set until_at = clock_timestamp() - interval '5 seconds'").await?;
    stack.settle("select count(*) from scheduled_work where state = 'expired'", 1, PATIENCE).await?;
    stack
        .settle(
            "select count(*) from item_content where text like 'We are sorry that we could not reach you%'",
            1,
            PATIENCE,
        )
        .await?;
    let ended = "select count(*) from work_item where outcome = 'callback_expired' and state = 'cancelled'";
    assert_eq!(stack.count(ended).await?, 1);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_ring_tells_once_and_offers_a_callback() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = Agent::sign_in(&stack.base, "demo", "ada@demo.example", &stack.demo.password).await?;
    let support = queue(&ada, "Support").await?;
    let publish = "mutation($q: ID!, $p: RoutingPlanInput!) { routingPlanPublish(input: { queueId: $q, plan: $p, note: \"rings\" }) {
        queue { plans(first: 1) { steps { opensWithinMinutes tells { message callback } } } } userErrors { field message } } }";
    let word = "It takes longer today: shall we call you back?";
    let plan = json!({ "steps": [
        { "seconds": 1, "pool": "OWN", "shiftLeftMinutes": 15 },
        { "seconds": 1, "pool": "OWN", "opensWithinMinutes": 60 },
        { "anyHours": true, "tells": { "message": word, "callback": true } },
    ] });
    let done = ada.query(publish, json!({ "q": support, "p": plan })).await?;
    assert_eq!(done["routingPlanPublish"]["userErrors"], json!([]), "{done}");
    let steps = &done["routingPlanPublish"]["queue"]["plans"][0]["steps"];
    assert_eq!(steps[1]["opensWithinMinutes"], 60, "{done}");
    assert_eq!(steps[2]["tells"], json!({ "message": word, "callback": true }), "{done}");
    let mut socket = visitor(&stack, "My parcel is lost").await?;
    stack.settle("select count(*) from work_item where told_step = 2 and line = 'callback'", 1, PATIENCE).await?;
    let wait = ask(&mut socket, "w1", WAIT, json!({})).await?;
    assert_eq!(wait["visitorWait"]["callbackOffered"], true, "{wait}");
    assert_eq!(stack.texts("select text from item_content where text like 'It takes longer%'").await?, [word]);
    stack.finish().await
}
