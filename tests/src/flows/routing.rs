//! How supervisors and admins steer routing, and what its records say: plans, states by force, work by hand, the red
//! channel, what nobody can serve.

use super::{PATIENCE, accept_first, both_sites, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::{
    agent::{Agent, Socket},
    customer,
};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PUBLISH: &str = "mutation($q: ID!, $p: RoutingPlanInput!, $e: Int, $n: String = \"\") {
    routingPlanPublish(input: { queueId: $q, plan: $p, expectedVersion: $e, note: $n }) {
        queue { plans(first: 10) { version active note author { name } steps { seconds agentIds anyHours } } }
        userErrors { code field message } } }";
const RULES: &str = "mutation($r: [RedRuleInput!]!) { redRulesPublish(input: { rules: $r }) {
    redRules { version } userErrors { code field message } } }";
const FLOOR: &str = "subscription { floor { cursor change { __typename
    ... on AlertChange { alert { id kind text severity agentId endedAt acknowledgedById customer { name } } } } } }";
const STATE: &str =
    "mutation($a: ID, $s: PresenceState!) { presenceSet(input: { agentId: $a, state: $s, reason: \"meeting\" }) {
    agent { state stateForcedById } userErrors { code } } }";

const ACCEPT: &str = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";

/// Somebody signed in, without a socket.
async fn signed_in(stack: &Stack, name: &str) -> Result<Agent> {
    Agent::sign_in(&stack.base, "demo", &format!("{name}@demo.example"), &stack.demo.password).await
}

fn id(stack: &Stack, name: &str) -> Result<String> {
    let email = format!("{name}@demo.example");
    Ok(stack.demo.logins.iter().find(|login| login.email == email).context("no such login")?.agent.to_string())
}

async fn queue(agent: &Agent, name: &str) -> Result<String> {
    let queues = agent.query("{ queues { id name } }", json!({})).await?;
    let found = queues["queues"].as_array().into_iter().flatten().find(|queue| queue["name"] == name);
    found.and_then(|queue| queue["id"].as_str()).map(str::to_owned).context("no such queue")
}

/// A socket that follows the floor.
async fn floor(agent: &Agent) -> Result<Socket> {
    let mut socket = agent.connect().await?;
    socket.subscribe("floor", FLOOR, json!({})).await?;
    socket
        .until(PATIENCE, |m| (m["payload"]["data"]["floor"]["change"]["__typename"] == "Ready").then_some(()))
        .await?;
    Ok(socket)
}

/// The next alert of a kind on the floor or in an inbox.
async fn alert(socket: &mut Socket, root: &str, kind: &str) -> Result<Value> {
    let wanted = |m: &Value| {
        let alert = &m["payload"]["data"][root]["change"]["alert"];
        (alert["kind"] == kind).then(|| alert.clone())
    };
    // What nobody can serve is looked for every 20 seconds.
    socket.until(PATIENCE + Duration::from_secs(20), wanted).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_is_tried_published_explained_and_taken_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (support, mei) = (queue(&ada, "Support").await?, id(&stack, "mei")?);
    let mut people = both_sites(&stack).await?;

    // A plan that cannot work is refused with the place named.
    let refused = |plan: Value| {
        let (ada, support) = (&ada, &support);
        async move {
            let answer = ada.query(PUBLISH, json!({ "q": support, "p": plan })).await?;
            let error = answer["routingPlanPublish"]["userErrors"][0].clone();
            anyhow::Ok((error["code"].clone(), error["field"].clone(), error["message"].clone()))
        }
    };
    let nobody = "agt_00000000000070008000000000000000";
    let (code, field, message) = refused(json!({ "steps": [{ "seconds": 30 }, { "agentIds": [nobody] }] })).await?;
    assert_eq!((code, field), (json!("INVALID"), json!("steps.1.agentIds")));
    ensure!(message.as_str().is_some_and(|text| text.starts_with("step 2: ")), "{message}");
    let (_, field, _) =
        refused(json!({ "steps": [{ "seconds": 30 }, { "seconds": 5, "anyHours": true }, { "seconds": 9 }] })).await?;
    assert_eq!(field, json!("steps.2"), "a step that asks whom an earlier one asked");
    let unknown = json!([{ "skillId": format!("skl_{}", "0".repeat(32)), "level": 1 }]);
    let (_, field, message) = refused(json!({ "steps": [{ "seconds": 30 }, { "skills": unknown }] })).await?;
    assert_eq!(field, json!("steps.1.skills"), "{message}");
    let (_, field, _) = refused(json!({ "steps": [{ "seconds": 0 }, { "anyHours": true }] })).await?;
    assert_eq!(field, json!("steps.0.seconds"), "the second step cannot be told from the first");
    let (_, field, _) = refused(json!({ "steps": [] })).await?;
    assert_eq!(field, json!("steps.0"), "no steps");
    let (_, field, _) = refused(json!({ "steps": [{ "pool": "OUTSOURCED" }] })).await?;
    assert_eq!(field, json!("steps.0"), "nobody of the queue is a partner");

    // Tried first: who would be asked now at each step, and why not the others.
    let draft = json!({ "steps": [{ "seconds": 600, "agentIds": [mei], "anyHours": true }, { "anyHours": true }] });
    let attempt = "query($q: ID!, $p: RoutingPlanInput) { routingPlanTry(input: { queueId: $q, plan: $p }) {
        steps { step free beginsSeconds candidates { agent { id } } exclusions } userErrors { field } } }";
    let tried = ada.query(attempt, json!({ "q": support, "p": draft })).await?;
    let steps = &tried["routingPlanTry"]["steps"];
    assert_eq!(steps[0]["candidates"], json!([{ "agent": { "id": mei } }]), "{tried}");
    assert_eq!(steps[0]["exclusions"]["not_named"], 4, "{tried}");
    assert_eq!((&steps[1]["free"], &steps[1]["beginsSeconds"]), (&json!(2), &json!(600)), "{tried}");
    assert_eq!(stack.count("select count(*) from routing_plan").await?, 0, "nothing is stored");

    // Published: the next customer goes to whom it names, and the record says under which version.
    let published = ada.query(PUBLISH, json!({ "q": support, "p": draft, "e": 0, "n": "Mei knows" })).await?;
    let newest = &published["routingPlanPublish"]["queue"]["plans"][0];
    assert_eq!(
        (&newest["version"], &newest["note"], &newest["author"]["name"]),
        (&json!(1), &json!("Mei knows"), &json!("Ada Novak"))
    );
    let stale = ada.query(PUBLISH, json!({ "q": support, "p": draft, "e": 0 })).await?;
    assert_eq!(stale["routingPlanPublish"]["userErrors"][0]["code"], "STALE_VERSION", "{stale}");
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900621", "Iris", "wamid.r1", "agent", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    assert_eq!(who, 1, "Mei");
    let look =
        "query($c: ID!) { conversation(id: $c) { workItems { decisions { outcome planVersion step exclusions } } } }";
    let seen = ada.query(look, json!({ "c": conversation })).await?;
    let decision = &seen["conversation"]["workItems"][0]["decisions"][0];
    assert_eq!(
        (&decision["outcome"], &decision["planVersion"], &decision["step"]),
        (&json!("offered"), &json!(1), &json!(0))
    );
    ensure!(decision["exclusions"]["not_named"] == 4, "{decision}");

    // Taken back: version 0 is the default plan, and the history keeps all.
    let revert = "mutation($q: ID!) { routingPlanRevert(input: { queueId: $q, version: 0 }) {
        queue { plans(first: 10) { version active note } } userErrors { message } } }";
    let reverted = ada.query(revert, json!({ "q": support })).await?;
    let plans = &reverted["routingPlanRevert"]["queue"]["plans"];
    assert_eq!(plans[0], json!({ "version": 2, "active": true, "note": "back to version 0" }), "{reverted}");
    assert_eq!(plans[1], json!({ "version": 1, "active": false, "note": "Mei knows" }), "{reverted}");
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_in_use_stays_and_what_nobody_can_serve_is_reported() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (support, billing) = (queue(&ada, "Support").await?, queue(&ada, "Billing").await?);
    let delete = "mutation($q: ID!) { queueDelete(input: { queueId: $q }) { queueId userErrors { code message } } }";
    let used = ada.query(delete, json!({ "q": support })).await?;
    let error = &used["queueDelete"]["userErrors"][0];
    ensure!(error["code"] == "CONFLICT" && error["message"].to_string().contains("bot Dory"), "{used}");
    let sites = ada.query("{ sites { id } skills { id name } }", json!({})).await?;
    let site = "mutation($s: ID!) { siteDelete(input: { siteId: $s }) { siteId userErrors { message } } }";
    let used = ada.query(site, json!({ "s": sites["sites"][0]["id"] })).await?;
    ensure!(used["siteDelete"]["userErrors"][0]["message"].to_string().contains("agent Ada Novak"), "{used}");
    let skill = "mutation($s: ID!) { skillDelete(input: { skillId: $s }) { skillId userErrors { message } } }";
    let used = ada.query(skill, json!({ "s": sites["skills"][0]["id"] })).await?;
    ensure!(used["skillDelete"]["userErrors"][0]["message"].to_string().contains("agent Clara Vogel"), "{used}");

    named_by_plans_and_rules(&stack, &ada, (&support, &billing)).await?;
    // A queue whose people left: work that comes there is reported to the floor, and blocks nobody.
    let mut people = both_sites(&stack).await?;
    let mut floor = floor(&ada).await?;
    let empty = "mutation($q: ID!) { queueSave(input: { queueId: $q, name: \"Billing\", agentIds: [] }) { userErrors { message } } }";
    ada.query(empty, json!({ "q": billing })).await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900622", "Otto", "wamid.r2", "agent", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    let pass = "mutation($c: ID!, $q: ID!) { conversationTransfer(input: { conversationId: $c, queueId: $q }) { userErrors { message } } }";
    people[who].0.query(pass, json!({ "c": conversation, "q": billing })).await?;
    let since = Instant::now();
    let raised = alert(&mut floor, "floor", "UNSERVABLE").await?;
    ensure!(since.elapsed() < Duration::from_secs(30) && raised["endedAt"].is_null(), "{raised}");
    whatsapp.post(&http, &whatsapp.text("447700900623", "Pia", "wamid.r3", "agent", unix())).await?;
    let (_, other) = accept_first(&mut people).await?;
    ensure!(other != conversation, "it holds up nobody");
    // Somebody joins: the alert ends by itself.
    let ana = id(&stack, "ana")?;
    let joins = "mutation($q: ID!, $a: ID!) { queueSave(input: { queueId: $q, name: \"Billing\", agentIds: [$a] }) { userErrors { message } } }";
    ada.query(joins, json!({ "q": billing, "a": ana })).await?;
    let open = "{ alerts { kind } }";
    let until = Instant::now() + Duration::from_secs(40);
    while ada.query(open, json!({})).await?["alerts"] != json!([]) {
        ensure!(Instant::now() < until, "the alert stays");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    stack.finish().await
}

/// Plans, rules of the red channel, overflows and emergency plans name what they use; what only resembles it is no use.
async fn named_by_plans_and_rules(stack: &Stack, ada: &Agent, (support, billing): (&str, &str)) -> Result<()> {
    let skill = "mutation { skillSave(input: { name: \"knots\" }) { skill { id } } }";
    let skill = ada.query(skill, json!({})).await?["skillSave"]["skill"]["id"].clone();
    let site = "mutation { siteSave(input: { name: \"Lisbon\", timeZone: \"Europe/Lisbon\", shifts: [] }) {
        site { id } userErrors { message } } }";
    let site = ada.query(site, json!({})).await?["siteSave"]["site"]["id"].clone();
    let plan = json!({ "steps": [{ "skills": [{ "skillId": skill, "level": 1 }], "siteIds": [site], "skipIfEmpty": true,
        "seconds": 5 }, { "anyHours": true }] });
    let published = ada.query(PUBLISH, json!({ "q": billing, "p": plan })).await?;
    assert_eq!(published["routingPlanPublish"]["userErrors"], json!([]), "{published}");
    let refused = "mutation($k: ID!, $s: ID!) { skillDelete(input: { skillId: $k }) { userErrors { message } }
        siteDelete(input: { siteId: $s }) { userErrors { message } } }";
    let told = ada.query(refused, json!({ "k": skill, "s": site })).await?;
    for what in ["skillDelete", "siteDelete"] {
        ensure!(told[what]["userErrors"][0]["message"].to_string().contains("plan Billing"), "{told}");
    }
    let red = "mutation($q: [ID!]) { redRulesPublish(input: { rules: [{ name: \"vip\", tiers: [\"vip\"], queueIds: $q, alert: true }] }) {
        userErrors { message } } }";
    let fire = "mutation($q: [ID!]) { emergencyPlanSave(input: { name: \"Fire\", closed: true, message: \"x\", queueIds: $q }) {
        userErrors { message } } }";
    let lend =
        "mutation($q: ID!, $l: ID!) { queueOverflowSave(input: { queueId: $q, rule: { openWaiting: 5, closeWaiting: 1,
        lenders: [{ queueId: $l, busyWaiting: 5, calmWaiting: 1 }] } }) { userErrors { message } } }";
    for (what, key) in [(red, "redRulesPublish"), (fire, "emergencyPlanSave")] {
        let done = ada.query(what, json!({ "q": [billing] })).await?;
        assert_eq!(done[key]["userErrors"], json!([]), "{done}");
    }
    let lent = ada.query(lend, json!({ "q": support, "l": billing })).await?;
    assert_eq!(lent["queueOverflowSave"]["userErrors"], json!([]), "{lent}");
    let delete = "mutation($q: ID!) { queueDelete(input: { queueId: $q }) { userErrors { message } } }";
    let told = ada.query(delete, json!({ "q": billing })).await?["queueDelete"]["userErrors"][0].to_string();
    for used in ["rule red channel", "overflow Support", "emergency Fire"] {
        ensure!(told.contains(used), "{used}: {told}");
    }
    // Nothing of it is left for what follows.
    let revert =
        "mutation($q: ID!) { routingPlanRevert(input: { queueId: $q, version: 0 }) { userErrors { message } } }";
    ada.query(revert, json!({ "q": billing })).await?;
    ada.query(refused, json!({ "k": skill, "s": site })).await?;
    ada.query(red, json!({ "q": [] })).await?;
    stack.sql("update queue set overflow = null").await
}

/// Who goes away while an offer is on their screen does not keep it; who let one pass after going is left as they are.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_gives_the_offer_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    // Alone, so that nobody else is offered it meanwhile, whatever the hour.
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900641", "Noor", "wamid.g1", "agent", unix())).await?;
    inbox.until(PATIENCE, offer).await?;
    ana.query(STATE, json!({ "s": "BREAK" })).await?;
    let withdrawn = "select count(*) from offer where state = 'rescinded' and reason = 'went_away'";
    assert_eq!(stack.count(withdrawn).await?, 1);
    assert_eq!(stack.count("select count(*) from work_item where state = 'queued'").await?, 1);
    ana.query(STATE, json!({ "s": "AVAILABLE" })).await?;
    inbox.until(PATIENCE, offer).await?;
    // An offer that was made at the same moment runs out: a break stays a break.
    stack.sql("update agent_state set chosen = 'break'").await?;
    stack.sql("update offer set expires_at = now() - interval '1 minute' where state = 'pending'").await?;
    stack.settle("select count(*) from offer where state = 'expired'", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from agent_state where chosen = 'not_responding'").await?, 0);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supervisors_force_states_and_give_work_by_hand() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (sam, sam_id) = (signed_in(&stack, "sam").await?, id(&stack, "sam")?);
    let mut people = both_sites(&stack).await?;
    let ids = [id(&stack, "ana")?, id(&stack, "mei")?];
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);

    // Forced away during an offer: the offer is withdrawn at once, the agent sees who did it.
    whatsapp.post(&http, &whatsapp.text("447700900631", "Noor", "wamid.f1", "agent", unix())).await?;
    let [first, second] = people.as_mut_slice() else { anyhow::bail!("two people") };
    let who = tokio::select! {
        found = first.1.until(PATIENCE, offer) => { found?; 0 }
        found = second.1.until(PATIENCE, offer) => { found?; 1 }
    };
    let forced = sam.query(STATE, json!({ "a": ids[who], "s": "BREAK" })).await?;
    assert_eq!(forced["presenceSet"]["agent"], json!({ "state": "BREAK", "stateForcedById": sam_id }), "{forced}");
    let withdrawn =
        stack.count("select count(*) from offer where state = 'rescinded' and reason = 'forced_away'").await?;
    assert_eq!(withdrawn, 1);
    let own = people[who].0.query("{ viewer { agent { state stateReason stateForcedById } } }", json!({})).await?;
    assert_eq!(own["viewer"]["agent"]["stateForcedById"], sam_id, "{own}");
    stack.settle("select count(*) from audit_entry where action = 'presence_forced'", 1, PATIENCE).await?;
    let agent = people[1 - who].0.query(STATE, json!({ "a": ids[who], "s": "BREAK" })).await;
    ensure!(agent.is_err(), "agents do not force each other");

    // Forced ready: work may come again.
    let ready = sam.query(STATE, json!({ "a": ids[who], "s": "AVAILABLE" })).await?;
    assert_eq!(ready["presenceSet"]["agent"]["state"], "AVAILABLE", "{ready}");

    // By hand: to the one who was passed over, without an offer; capacity holds; then pulled by the supervisor.
    stack.settle("select count(*) from work_item where state in ('queued', 'offered')", 1, PATIENCE).await?;
    let work = stack.texts("select 'wrk_' || replace(id::text, '-', '') from work_item").await?.remove(0);
    let assign = "mutation($w: ID!, $a: ID) { workAssign(input: { workItemId: $w, agentId: $a }) {
        conversation { id assignee { id } workItems { decisions { outcome trigger agentId } } } userErrors { code message } } }";
    stack.sql("update agent_load set cap = 0 where class = 'messaging' and used = 0").await?;
    let full = sam.query(assign, json!({ "w": work, "a": sam_id })).await?;
    assert_eq!(full["workAssign"]["userErrors"][0]["code"], "CONFLICT", "{full}");
    stack.sql("update agent_load set cap = 5 where class = 'messaging'").await?;
    let given = sam.query(assign, json!({ "w": work, "a": ids[who] })).await?;
    let conversation = &given["workAssign"]["conversation"];
    assert_eq!(conversation["assignee"]["id"], ids[who], "{given}");
    let decisions = conversation["workItems"][0]["decisions"].to_string();
    ensure!(decisions.contains("by_hand") && decisions.contains("assigned"), "{decisions}");
    stack.sql("update agent set role = 'auditor' where email = 'ravi@demo.example'").await?;
    let reads = sam.query(assign, json!({ "w": work, "a": id(&stack, "ravi")? })).await?;
    assert_eq!(reads["workAssign"]["userErrors"][0]["code"], "NOT_FOUND", "an auditor reads alone: {reads}");
    let pulled = sam.query(assign, json!({ "w": work })).await?;
    assert_eq!(pulled["workAssign"]["conversation"]["assignee"]["id"], sam_id, "{pulled}");
    assert_eq!(stack.count("select coalesce(sum(used), 0)::bigint from agent_load").await?, 1);
    let again = sam.query(assign, json!({ "w": work })).await?;
    assert_eq!(again["workAssign"]["userErrors"][0]["code"], "CONFLICT", "{again}");
    let agent = people[who].0.send(assign, json!({ "w": work })).await?;
    assert_eq!(agent["errors"][0]["extensions"]["code"], "FORBIDDEN", "{agent}");
    stack.finish().await
}

/// Tells of an event as a tenant's own system does; the status and the answer.
async fn tell(stack: &Stack, webhook_id: &str, body: Value) -> Result<(u16, Value)> {
    let url = stack.hook(meridian_domain::channel::ChannelKind::Generic)?.replace("/hooks/generic/", "/events/");
    let (secret, body) = (Stack::webhook_secret("generic signing_secret"), body.to_string());
    let mut post = reqwest_client().post(url);
    for (name, value) in customer::standard_webhook(&secret, webhook_id, unix(), &body)? {
        post = post.header(name, value);
    }
    let answer = post.body(body).send().await?;
    Ok((answer.status().as_u16(), answer.json().await.unwrap_or_default()))
}

/// Large transfers go to a manager, or to their deputy.
fn transfer_rules(manager: &str, deputy: &str) -> Value {
    let event = json!({ "kinds": ["large_transfer"], "minSeverity": 4, "withinMinutes": 60 });
    json!([
        { "name": "Large transfer", "event": event, "headStartMinutes": 60, "managerId": manager, "deputyId": deputy,
          "holdSeconds": 120, "alert": true },
        { "name": "Gold", "tags": ["gold"], "headStartMinutes": 10 },
    ])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_about_a_customer_alarms_their_agent_and_the_floor_within_a_second() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (ana, sam) = (id(&stack, "ana")?, id(&stack, "sam")?);
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (owner, mut owner_inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900641", "Vera", "wamid.v1", "agent", unix())).await?;
    let (first, _) = owner_inbox.until(PATIENCE, offer).await?;
    owner.query(ACCEPT, json!({ "o": first })).await?;

    // Tried on the work of the last day, then published.
    let rules = transfer_rules(&sam, &ana);
    let attempt = "query($r: [RedRuleInput!]!) { redRulesTry(input: { rules: $r }) { lookedAt more rules { name applied } userErrors { field } } }";
    let tried = ada.query(attempt, json!({ "r": rules })).await?;
    assert_eq!(
        (&tried["redRulesTry"]["lookedAt"], &tried["redRulesTry"]["rules"][0]["applied"]),
        (&json!(1), &json!(0)),
        "{tried}"
    );
    let wrong = ada
        .query(RULES, json!({ "r": [{ "name": "x", "tags": ["x"], "headStartMinutes": 1, "deputyId": ana }] }))
        .await?;
    assert_eq!(wrong["redRulesPublish"]["userErrors"][0]["field"], "rules.0.deputyId", "{wrong}");
    let published = ada.query(RULES, json!({ "r": rules })).await?;
    assert_eq!(published["redRulesPublish"]["redRules"]["version"], 1, "{published}");

    // An event about the customer in her hands: she and the floor are alarmed within a second of the post.
    let mut floor = floor(&ada).await?;
    let body = |severity: i32| {
        json!({ "customer": { "scheme": "wa_id", "value": "447700900641" }, "kind": "large_transfer",
        "severity": severity, "text": "250,000 to a new account", "data": { "amount": 250_000 } })
    };
    let since = Instant::now();
    let (status, told) = tell(&stack, "evt_1", body(5)).await?;
    assert_eq!(status, 202, "{told}");
    let on_floor = alert(&mut floor, "floor", "RED_CHANNEL").await?;
    let took = since.elapsed();
    println!("from the event to the alert: {} ms", took.as_millis());
    ensure!(took < Duration::from_secs(1), "{took:?}");
    assert_eq!(
        (&on_floor["text"], &on_floor["severity"], &on_floor["agentId"]),
        (&json!("Large transfer"), &json!(5), &json!(ana)),
        "{on_floor}"
    );
    let hers = owner
        .query(
            "{ alerts(first: 1) { id kind text customer { events(first: 1) { kind severity text data } } } }",
            json!({}),
        )
        .await?;
    assert_eq!(hers["alerts"][0]["customer"]["events"][0]["data"]["amount"], 250_000, "{hers}");
    let seen = "mutation($a: ID!) { alertAcknowledge(input: { alertId: $a, end: true }) { alert { acknowledgedById endedAt } userErrors { code } } }";
    let ended = owner.query(seen, json!({ "a": on_floor["id"] })).await?;
    assert_eq!(ended["alertAcknowledge"]["alert"]["acknowledgedById"], ana, "{ended}");

    // Told twice is once; unsigned, malformed and out of bounds are refused.
    assert_eq!(tell(&stack, "evt_1", body(5)).await?.1["event"], Value::Null);
    assert_eq!(stack.count("select count(*) from customer_event").await?, 1);
    assert_eq!(tell(&stack, "evt_2", body(9)).await?.0, 422);
    let url = stack.hook(meridian_domain::channel::ChannelKind::Generic)?.replace("/hooks/generic/", "/events/");
    assert_eq!(http.post(&url).body(body(5).to_string()).send().await?.status().as_u16(), 401);

    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_red_channel_reaches_the_named_manager_or_their_deputy() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (ana, sam) = (id(&stack, "ana")?, id(&stack, "sam")?);
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (_deputy, mut deputy_inbox) = on_duty(&stack, "ana").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    ada.query(RULES, json!({ "r": transfer_rules(&sam, &ana) })).await?;

    // A customer whose event comes before their message: the work goes to the manager, who serves no queue at all.
    let (manager, mut manager_inbox) = on_duty(&stack, "sam").await?;
    let other =
        json!({ "customer": { "scheme": "wa_id", "value": "447700900642" }, "kind": "large_transfer", "severity": 4 });
    assert_eq!(tell(&stack, "evt_3", other).await?.0, 202);
    whatsapp.post(&http, &whatsapp.text("447700900642", "Wim", "wamid.v2", "agent", unix())).await?;
    let (red, red_conversation) = manager_inbox.until(PATIENCE, offer).await?;
    manager.query(ACCEPT, json!({ "o": red })).await?;
    let look = "query($c: ID!) { conversation(id: $c) { workItems { redRule headStartSeconds decisions { agentId exclusions } } } }";
    let work = ada.query(look, json!({ "c": red_conversation })).await?["conversation"]["workItems"][0].clone();
    assert_eq!((&work["redRule"], &work["headStartSeconds"]), (&json!("Large transfer"), &json!(3600)), "{work}");
    assert_eq!(work["decisions"][0]["agentId"], sam, "{work}");
    // Ana was free and was not asked: the record says for whom it was kept.
    assert_eq!(work["decisions"][0]["exclusions"]["not_in_queue"], 2, "{work}");

    // The manager away: the deputy is asked.
    manager.query(STATE, json!({ "s": "BREAK" })).await?;
    let third =
        json!({ "customer": { "scheme": "wa_id", "value": "447700900643" }, "kind": "large_transfer", "severity": 4 });
    tell(&stack, "evt_4", third).await?;
    whatsapp.post(&http, &whatsapp.text("447700900643", "Xia", "wamid.v3", "agent", unix())).await?;
    let (_, deputy_conversation) = deputy_inbox.until(PATIENCE, offer).await?;
    ensure!(deputy_conversation != red_conversation);
    let work = ada.query(look, json!({ "c": deputy_conversation })).await?["conversation"]["workItems"][0].clone();
    assert_eq!(work["decisions"][0]["agentId"], ana, "{work}");
    stack.finish().await
}

/// A plan asks for what is said of people, and people hold as much as was set; less than they hold counts as it is given
/// back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attributes_are_asked_for_and_capacity_is_set() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = signed_in(&stack, "ada").await?;
    let (support, billing, mei) = (queue(&ada, "Support").await?, queue(&ada, "Billing").await?, id(&stack, "mei")?);
    let mut people = both_sites(&stack).await?;
    let update = "mutation($a: ID!, $k: String!, $n: Int!) { agentUpdate(input: { agentId: $a,
        attributes: [{ key: $k, value: \"north\" }], capacity: [{ class: MESSAGING, cap: $n }] }) {
        agent { attributes { key value } load { class used cap } } userErrors { field } } }";
    let wrong = ada.query(update, json!({ "a": mei, "k": "Region", "n": 1 })).await?;
    assert_eq!(wrong["agentUpdate"]["userErrors"], json!([{ "field": "attributes" }]), "{wrong}");
    let wrong = ada.query(update, json!({ "a": mei, "k": "region", "n": 101 })).await?;
    assert_eq!(wrong["agentUpdate"]["userErrors"], json!([{ "field": "capacity" }]), "{wrong}");
    let set = ada.query(update, json!({ "a": mei, "k": "region", "n": 1 })).await?;
    let agent = &set["agentUpdate"]["agent"];
    assert_eq!(agent["attributes"], json!([{ "key": "region", "value": "north" }]), "{set}");
    let messaging = |agent: &Value| {
        let loads = agent["load"].as_array().into_iter().flatten();
        loads.filter(|load| load["class"] == "messaging").cloned().collect::<Vec<_>>()
    };
    assert_eq!(messaging(agent), [json!({ "class": "messaging", "used": 0, "cap": 1 })], "{set}");

    let plan = json!({ "steps": [{ "seconds": 600, "anyHours": true, "attributes": [{ "key": "region", "anyOf": ["north"] }] },
                                 { "anyHours": true }] });
    let published = ada.query(PUBLISH, json!({ "q": support, "p": plan })).await?;
    assert_eq!(published["routingPlanPublish"]["userErrors"], json!([]), "{published}");
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900641", "Iris", "wamid.a1", "agent", unix())).await?;
    let (who, conversation) = accept_first(&mut people).await?;
    assert_eq!(who, 1, "Mei");
    let look = "query($c: ID!) { conversation(id: $c) { workItems { decisions { exclusions } } } }";
    let seen = ada.query(look, json!({ "c": conversation })).await?;
    let excluded = &seen["conversation"]["workItems"][0]["decisions"][0]["exclusions"]["other_attribute"];
    ensure!(excluded.as_u64() > Some(0), "{seen}");

    // Lowered below what she holds: shown as set, and true once it is given back.
    let set = ada.query(update, json!({ "a": mei, "k": "region", "n": 0 })).await?;
    assert_eq!(
        messaging(&set["agentUpdate"]["agent"]),
        [json!({ "class": "messaging", "used": 1, "cap": 0 })],
        "{set}"
    );
    let pass = "mutation($c: ID!, $q: ID!) { conversationTransfer(input: { conversationId: $c, queueId: $q }) { userErrors { message } } }";
    let passed = people[1].0.query(pass, json!({ "c": conversation, "q": billing })).await?;
    assert_eq!(passed["conversationTransfer"]["userErrors"], json!([]), "{passed}");
    let given = "select count(*) from agent_load where class = 'messaging' and cap = 0 and used = 0";
    stack.settle(given, 1, PATIENCE).await?;
    stack.finish().await
}
