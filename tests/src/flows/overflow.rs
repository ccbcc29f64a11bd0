//! When a floor is too small or asleep: the evening goes on elsewhere and comes back, partners help out, emergency plans.

use super::{PATIENCE, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_domain::channel::ChannelKind;
use meridian_lab::{
    agent::{Agent, Socket},
    senders::{self, Text},
};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const ACCEPT: &str = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";

async fn signed_in(stack: &Stack, name: &str) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", &format!("{name}@demo.example"), &stack.demo.password).await
}

fn id(stack: &Stack, name: &str) -> Result<String> {
    let email = format!("{name}@demo.example");
    Ok(stack.demo.logins.iter().find(|login| login.email == email).context("no such login")?.agent.to_string())
}

async fn support(agent: &Agent) -> Result<String> {
    let queues = agent.query("{ queues { id name } }", json!({})).await?;
    let found = queues["queues"].as_array().into_iter().flatten().find(|queue| queue["name"] == "Support");
    found.and_then(|queue| queue["id"].as_str()).map(str::to_owned).context("no such queue")
}

/// Lets routing read its tenant again, as any change of the set-up does.
async fn reload(ada: &Agent, queue: &str) -> Result<()> {
    let save = "mutation($q: ID!) { queueSave(input: { queueId: $q, name: \"Support\", stickySeconds: 30 }) { userErrors { message } } }";
    ada.query(save, json!({ "q": queue })).await?;
    Ok(())
}

async fn takes(agent: &Agent, inbox: &mut Socket) -> Result<String> {
    let (offered, conversation) = inbox.until(PATIENCE, offer).await?;
    agent.query(ACCEPT, json!({ "o": offered })).await?;
    Ok(conversation)
}

/// What makes it evening at a site: its zone is one in which it is noon, its shift ended a minute ago, and what its people
/// hold they have held for hours.
macro_rules! evening {
    ($site:literal) => {
        concat!(
            "with noon as (select extract(hour from now() at time zone 'UTC')::int - 12 as n,
                                  extract(minute from now())::int as m)
             update site set time_zone = 'Etc/GMT' || case when n < 0 then '-' else '+' end || abs(n), hands_over = true
             from noon where name = '",
            $site,
            "'; update site_shift set starts_minute = 0, ends_minute = 719 + extract(minute from now())::int
             where site_id = (select id from site where name = '",
            $site,
            "'); update work_item set accepted_at = now() - interval '3 hours' where state = 'active'"
        )
    };
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evening_in_europe_goes_to_asia_and_comes_back_in_the_morning() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let queue = support(&ada).await?;
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (ana, mut ana_inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    let text = whatsapp.text("447700900651", "Greta", "wamid.e1", "My parcel 4711 never came", unix());
    whatsapp.post(&http, &text).await?;
    let conversation = takes(&ana, &mut ana_inbox).await?;

    // Evening in London and nobody awake yet: what Ana holds stays, and is looked at again in five minutes.
    for part in evening!("London").split(';') {
        // One statement at a time.
        stack.sql(Box::leak(part.to_owned().into_boxed_str())).await?;
    }
    reload(&ada, &queue).await?;
    let again = "select count(*) from outbox where payload ->> 'job' = 'route_tick'
        and due_at between clock_timestamp() + interval '4 minutes' and clock_timestamp() + interval '5 minutes'";
    stack.settle(again, 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from work_item where state = 'active'").await?, 1);

    // Mei comes: it goes to her, with a brief that cites what was said.
    let (mei, mut mei_inbox) = on_duty(&stack, "mei").await?;
    reload(&ada, &queue).await?;
    assert_eq!(takes(&mei, &mut mei_inbox).await?, conversation);
    stack.settle("select count(*) from handoff where bot_id is null and brief_state = 'ready'", 1, PATIENCE).await?;
    let look = "query($c: ID!) { conversation(id: $c) { assignee { id } handoffs { briefState brief request }
        workItems { events { to reason } decisions { outcome agentId exclusions } } } }";
    let seen = mei.query(look, json!({ "c": conversation })).await?["conversation"].clone();
    assert_eq!(seen["assignee"]["id"], id(&stack, "mei")?, "{seen}");
    ensure!(seen["handoffs"][0]["brief"].to_string().contains("4711"), "{seen}");
    assert_eq!(seen["handoffs"][0]["request"]["reason"]["code"], "shift_ended", "{seen}");
    ensure!(seen["workItems"][0]["events"].to_string().contains("shift_ended"), "{seen}");

    // Morning: London opens, Singapore goes home, and it comes back to Ana, who had it before.
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    for part in evening!("Singapore").split(';') {
        stack.sql(Box::leak(part.to_owned().into_boxed_str())).await?;
    }
    let (_ben, mut ben_inbox) = on_duty(&stack, "ben").await?;
    reload(&ada, &queue).await?;
    assert_eq!(takes(&ana, &mut ana_inbox).await?, conversation);
    ensure!(ben_inbox.until(std::time::Duration::from_millis(300), offer).await.is_err(), "Ben was not asked");
    let seen = ana.query(look, json!({ "c": conversation })).await?["conversation"].clone();
    let decisions = seen["workItems"][0]["decisions"].as_array().context("decisions")?.clone();
    let last = decisions.last().context("none")?;
    assert_eq!((&last["outcome"], &last["agentId"]), (&json!("offered"), &json!(id(&stack, "ana")?)), "{last}");
    assert_eq!(stack.count("select count(*) from handoff where bot_id is null").await?, 2);

    // The board says who is awake and who takes over.
    let board =
        ada.query("{ followTheSun { from to awakeSiteIds takesOverSiteId } sites { id name } }", json!({})).await?;
    let london = board["sites"].as_array().into_iter().flatten().find(|s| s["name"] == "London").context("London")?;
    assert_eq!(board["followTheSun"][0]["awakeSiteIds"], json!([london["id"]]), "{board}");
    ensure!(board["followTheSun"][0]["takesOverSiteId"].is_string(), "{board}");
    stack.finish().await
}

/// Who is in the other half of a conversation keeps it when a colleague goes home.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_conversation_of_two_stays_with_who_is_at_work() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let queue = support(&ada).await?;
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900652", "Greta", "wamid.e2", "agent", unix())).await?;
    let conversation = takes(&ana, &mut inbox).await?;
    let secret = |name: &str| Stack::secret(&format!("sms {name}"));
    let said = Text { from: "447700900652", number: 1, text: "agent", unix: unix() };
    let post = senders::text(ChannelKind::Sms, &stack.hook(ChannelKind::Sms)?, &secret, said)?;
    ensure!(post.post(&http).await? == 200);
    assert_eq!(takes(&ana, &mut inbox).await?, conversation);
    let (mei, _mei_inbox) = on_duty(&stack, "mei").await?;
    let second = "select 'wrk_' || replace(w.id::text, '-', '') from work_item w join session s on s.id = w.session_id
        where s.kind = 'sms'";
    let assign =
        "mutation($w: ID!, $a: ID) { workAssign(input: { workItemId: $w, agentId: $a }) { userErrors { message } } }";
    ada.query(assign, json!({ "w": stack.texts(second).await?[0], "a": id(&stack, "mei")? })).await?;
    for part in evening!("London").split(';') {
        stack.sql(Box::leak(part.to_owned().into_boxed_str())).await?;
    }
    reload(&ada, &queue).await?;
    stack.settle("select count(*) from work_item_event where reason = 'shift_ended'", 1, PATIENCE).await?;
    let look = "query($c: ID!) { conversation(id: $c) { owner assignee { id } } }";
    let seen = mei.query(look, json!({ "c": conversation })).await?;
    assert_eq!(seen["conversation"]["assignee"]["id"], id(&stack, "mei")?, "{seen}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn overflow_opens_to_partners_and_closes_again() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (queue, ravi_id) = (support(&ada).await?, id(&stack, "ravi")?);
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let partner = "mutation($a: ID!, $r: Int!) { agentPartnerSet(input: { agentId: $a, outsourced: true, knowledgeRevision: $r }) {
        agent { outsourced knowledgeRevision } userErrors { message } } }";
    ada.query(partner, json!({ "a": ravi_id, "r": 2 })).await?;
    let rule = "mutation($q: ID!, $r: OverflowInput) { queueOverflowSave(input: { queueId: $q, rule: $r }) {
        queue { overflow { open since requiredRevision } } userErrors { field message } } }";
    let flutters = ada.query(rule, json!({ "q": queue, "r": { "openWaiting": 2, "closeWaiting": 2 } })).await?;
    assert_eq!(flutters["queueOverflowSave"]["userErrors"][0]["field"], "closeWaiting", "{flutters}");
    let saved = ada.query(rule, json!({ "q": queue, "r": { "openWaiting": 2, "requiredRevision": 3 } })).await?;
    assert_eq!(saved["queueOverflowSave"]["queue"]["overflow"]["open"], false, "{saved}");
    let (ravi, mut inbox) = on_duty(&stack, "ravi").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900661", "Ida", "wamid.o1", "agent", unix())).await?;
    let outdated = "select count(*) from routing_decision where exclusions ->> 'knowledge_outdated' = '1'";
    stack.settle(outdated, 1, PATIENCE).await?;
    ada.query(partner, json!({ "a": ravi_id, "r": 3 })).await?;
    ensure!(inbox.until(std::time::Duration::from_secs(1), offer).await.is_err(), "it is closed");

    // The second one who waits opens it: both go to the partner, and the floor is told.
    whatsapp.post(&http, &whatsapp.text("447700900662", "Jon", "wamid.o2", "agent", unix())).await?;
    let first = takes(&ravi, &mut inbox).await?;
    takes(&ravi, &mut inbox).await?;
    // With nobody waiting any more it may have closed by now.
    assert_eq!(stack.count("select count(*) from alert where kind = 'overflow'").await?, 1);
    let closed = "select count(*) from routing_decision where exclusions ->> 'overflow_closed' = '1'";
    assert_eq!(stack.count(closed).await?, 1, "the record says why the second one waited");
    assert_eq!(stack.count("select count(*) from routing_decision where trigger = 'overflow'").await?, 2);

    // The load is gone: it closes by itself, and so does the alert.
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) { userErrors { code } } }";
    ravi.query(resolve, json!({ "c": first })).await?;
    stack.settle("select count(*) from queue where overflow_open", 0, PATIENCE).await?;
    stack.settle("select count(*) from alert where ended_at is null", 0, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from audit_entry where action = 'overflow_switched'").await?, 2);

    // Taken away while it is open: nobody is told any more that partners are asked.
    stack.sql("update queue set overflow_open = true where name = 'Support'").await?;
    stack
        .sql(
            "insert into alert (tenant_id, id, kind, severity, queue_id, text)
             select tenant_id, gen_random_uuid(), 'overflow', 3, id, name from queue where name = 'Support'",
        )
        .await?;
    ada.query(rule, json!({ "q": queue, "r": null })).await?;
    assert_eq!(stack.count("select count(*) from alert where ended_at is null").await?, 0);
    stack.finish().await
}

const LENT: &str = "mutation($q: ID!, $r: OverflowInput) { queueOverflowSave(input: { queueId: $q, rule: $r }) {
    queue { overflow { open lenders { queueId busyWaiting calmWaiting busy } } } userErrors { field message } } }";

const PLAN: &str = "mutation($q: ID!, $p: RoutingPlanInput!) { routingPlanPublish(input: { queueId: $q, plan: $p }) {
    userErrors { field message } } }";
const PASS: &str = "mutation($c: ID!, $q: ID!) { conversationTransfer(input: { conversationId: $c, queueId: $q }) { userErrors { message } } }";

/// Ravi and Mei serve Billing alone, which lends to Support while nobody waits in it; Mei has room for one thread.
async fn lent_by_billing(stack: &Stack, ada: &Agent) -> Result<(String, String)> {
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    stack
        .sql(
            "update queue_member m set valid_to = clock_timestamp() from agent a
        where a.id = m.agent_id and (a.name like 'Ravi%' or a.name like 'Mei%')",
        )
        .await?;
    stack.sql("insert into queue_member (tenant_id, queue_id, agent_id) select q.tenant_id, q.id, a.id from queue q
        join agent a on a.tenant_id = q.tenant_id where q.name = 'Billing' and (a.name like 'Ravi%' or a.name like 'Mei%')").await?;
    stack.sql("update agent_load set cap = 1 where class = 'messaging' and agent_id in (select id from agent where name like 'Mei%')").await?;
    let queues = ada.query("{ queues { id name } }", json!({})).await?;
    let billing = queues["queues"].as_array().into_iter().flatten().find(|queue| queue["name"] == "Billing");
    let billing = billing.and_then(|queue| queue["id"].as_str()).context("Billing")?.to_owned();
    // What waits there is for Mei.
    let plan = json!({ "steps": [{ "anyHours": true, "agentIds": [id(stack, "mei")?] }] });
    let published = ada.query(PLAN, json!({ "q": billing, "p": plan })).await?;
    assert_eq!(published["routingPlanPublish"]["userErrors"], json!([]), "{published}");
    Ok((support(ada).await?, billing))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_are_lent_only_while_their_own_queue_is_calm() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (borrower, billing) = lent_by_billing(&stack, &ada).await?;
    let lender = |queue: &str, calm: i64| json!({ "queueId": queue, "busyWaiting": 1, "calmWaiting": calm });
    let rule = |lenders: Value| json!({ "openWaiting": 1, "lenders": lenders });
    let unknown = format!("que_{}", "0".repeat(32));
    for (lenders, field) in [
        (json!([lender(&billing, 0), lender(&unknown, 0)]), "lenders.1.queueId"),
        (json!([lender(&borrower, 0)]), "lenders.0.queueId"),
        (json!([lender(&billing, 1)]), "lenders.0.calmWaiting"),
    ] {
        let refused = ada.query(LENT, json!({ "q": borrower, "r": rule(lenders) })).await?;
        assert_eq!(refused["queueOverflowSave"]["userErrors"][0]["field"], field, "{refused}");
    }
    let saved = ada.query(LENT, json!({ "q": borrower, "r": rule(json!([lender(&billing, 0)])) })).await?;
    let stands = json!([{ "queueId": billing, "busyWaiting": 1, "calmWaiting": 0, "busy": false }]);
    assert_eq!(saved["queueOverflowSave"]["queue"]["overflow"]["lenders"], stands, "{saved}");
    // Left out, they stay; and a queue that lends is in use.
    let again = ada.query(LENT, json!({ "q": borrower, "r": { "openWaiting": 1 } })).await?;
    assert_eq!(again["queueOverflowSave"]["queue"]["overflow"]["lenders"], stands, "{again}");
    let delete = "mutation($q: ID!) { queueDelete(input: { queueId: $q }) { userErrors { message } } }";
    let used = ada.query(delete, json!({ "q": billing })).await?;
    ensure!(used["queueDelete"]["userErrors"][0]["message"].to_string().contains("overflow Support"), "{used}");

    // Nobody of Support is there and Billing is calm: Ravi is lent.
    let (ravi, mut inbox) = on_duty(&stack, "ravi").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900691", "Lou", "wamid.l1", "agent", unix())).await?;
    let first = takes(&ravi, &mut inbox).await?;
    // He passes it on to Billing, where it waits for Mei: Billing keeps him for itself, and the records say so.
    let passed = ravi.query(PASS, json!({ "c": first, "q": billing })).await?;
    assert_eq!(passed["conversationTransfer"]["userErrors"], json!([]), "{passed}");
    stack.settle("select count(*) from queue where overflow_busy <> '{}'", 1, PATIENCE).await?;
    for (n, from) in ["447700900692", "447700900693"].into_iter().enumerate() {
        whatsapp.post(&http, &whatsapp.text(from, "Moe", &format!("wamid.m{n}"), "agent", unix())).await?;
    }
    stack.settle("select count(*) from work_item where state = 'queued'", 3, PATIENCE).await?;
    stack.settle("select count(*) from queue where overflow_open", 1, PATIENCE).await?;
    whatsapp.post(&http, &whatsapp.text("447700900694", "Noa", "wamid.n1", "agent", unix())).await?;
    stack
        .settle("select least(count(*), 1) from routing_decision where exclusions ? 'lender_busy'", 1, PATIENCE)
        .await?;
    let why = "query($w: ID!, $a: ID!) { whyNot(workItemId: $w, agentId: $a) { reasons { code queueId } } }";
    let work = "select 'wrk_' || replace(id::text, '-', '') from work_item where state = 'queued' order by id desc";
    let work = stack.texts(work).await?.remove(0);
    let told = ada.query(why, json!({ "w": work, "a": id(&stack, "ravi")? })).await?;
    assert_eq!(told["whyNot"]["reasons"], json!([{ "code": "lender_busy", "queueId": billing }]), "{told}");
    ensure!(inbox.until(std::time::Duration::from_millis(500), offer).await.is_err(), "Ravi is kept");

    // Mei takes what waits at Billing, her own, first: it is calm again, and Ravi is lent again.
    let (mei, mut mei_inbox) = on_duty(&stack, "mei").await?;
    assert_eq!(takes(&mei, &mut mei_inbox).await?, first);
    for _ in 0..3 {
        takes(&ravi, &mut inbox).await?;
    }
    assert_eq!(stack.count("select count(*) from queue where overflow_busy <> '{}'").await?, 0);
    ensure!(stack.count("select count(*) from audit_entry where action = 'overflow_lenders'").await? >= 1);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emergency_closes_a_queue_with_a_message_and_goes_back_by_itself() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ada, sam) = (signed_in(&stack, "ada").await?, signed_in(&stack, "sam").await?);
    let queue = support(&ada).await?;
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let save = "mutation($i: EmergencyPlanSaveInput!) { emergencyPlanSave(input: $i) { emergencyPlanId userErrors { field message } } }";
    let nothing = ada.query(save, json!({ "i": { "name": "Fire", "closed": true } })).await?;
    assert_eq!(nothing["emergencyPlanSave"]["userErrors"][0]["field"], "message", "{nothing}");
    let text = "We had to leave the building and are back in an hour.";
    let saved = ada
        .query(save, json!({ "i": { "name": "Fire", "closed": true, "message": text, "queueIds": [queue] } }))
        .await?;
    let plan = saved["emergencyPlanSave"]["emergencyPlanId"].clone();
    let on =
        "mutation($p: ID!, $c: String!) { emergencyActivate(input: { emergencyPlanId: $p, confirm: $c, minutes: 5 }) {
        activation { id expiresAt } userErrors { field code message } } }";
    let slip = sam.query(on, json!({ "p": plan, "c": "yes" })).await?;
    assert_eq!(slip["emergencyActivate"]["userErrors"][0]["field"], "confirm", "{slip}");
    let active = sam.query(on, json!({ "p": plan, "c": "Fire" })).await?;
    let activation = active["emergencyActivate"]["activation"]["id"].clone();
    ensure!(activation.is_string(), "{active}");
    let twice = sam.query(on, json!({ "p": plan, "c": "Fire" })).await?;
    assert_eq!(twice["emergencyActivate"]["userErrors"][0]["code"], "INVALID", "{twice}");

    // Who writes now is told, once, and waits; the record says why.
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900671", "Kai", "wamid.x1", "agent", unix())).await?;
    stack.settle("select count(*) from routing_decision where exclusions ? 'queue_closed'", 1, PATIENCE).await?;
    stack.settle("select count(*) from delivery where state = 'accepted'", 1, PATIENCE).await?;
    assert_eq!(stack.texts("select text from item_content c where text like 'We had%'").await?, [text]);
    ensure!(inbox.until(std::time::Duration::from_secs(1), offer).await.is_err(), "nothing is offered");

    // A trial takes it in: nobody would be asked, and why.
    let trial = "query($q: ID!) { routingPlanTry(input: { queueId: $q }) { closed emergencyActivationIds
        steps { free candidates { agent { id } } exclusions } } }";
    let tried = ada.query(trial, json!({ "q": queue })).await?["routingPlanTry"].clone();
    assert_eq!((&tried["closed"], &tried["emergencyActivationIds"]), (&json!(true), &json!([activation])), "{tried}");
    ensure!(tried["steps"][0]["exclusions"]["queue_closed"].as_i64() > Some(0), "{tried}");
    assert_eq!((&tried["steps"][0]["free"], &tried["steps"][0]["candidates"]), (&json!(0), &json!([])), "{tried}");

    // Its time is over: it is taken back by itself, and the work goes on.
    stack.sql("update emergency_activation set expires_at = clock_timestamp()").await?;
    stack.sql("update outbox set due_at = clock_timestamp() where payload ->> 'job' = 'emergency_end'").await?;
    takes(&ana, &mut inbox).await?;
    let history = sam
        .query(
            "{ emergencyActivations(first: 5) { endedAt endedById activatedById } alerts(first: 5) { kind } }",
            json!({}),
        )
        .await?;
    ensure!(history["emergencyActivations"][0]["endedAt"].is_string(), "{history}");
    assert_eq!(history["emergencyActivations"][0]["endedById"], Value::Null, "{history}");
    assert_eq!(history["alerts"], json!([]), "{history}");
    let tried = ada.query(trial, json!({ "q": queue })).await?["routingPlanTry"].clone();
    assert_eq!((&tried["closed"], &tried["emergencyActivationIds"]), (&json!(false), &json!([])), "{tried}");
    ensure!(tried["steps"][0]["exclusions"].get("queue_closed").is_none(), "{tried}");
    stack.finish().await
}
