//! Next steps: checklists per intent, suggested to whoever holds the conversation, ticked, and asked for at its end.

use super::{PATIENCE, ada, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_app::setup::{DemoWorld, seed_demo};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};

const SAVE: &str = "mutation($i: ChecklistSaveInput!) { checklistSave(input: $i) {
    checklist { id version title titleZh intents steps { text textZh required knowledgeArticleId } updatedById archivedAt }
    userErrors { code field message } } }";
const ARCHIVE: &str = "mutation($l: ID!, $a: Boolean!) { checklistArchive(input: { checklistId: $l, archived: $a }) {
    checklist { archivedAt } userErrors { code field message } } }";
const ANSWER: &str = "mutation($c: ID!, $l: ID!, $a: Boolean!) {
    checklistAnswer(input: { conversationId: $c, checklistId: $l, accepted: $a }) { userErrors { code message } } }";
const TICK: &str = "mutation($c: ID!, $l: ID!, $p: Int!, $d: Boolean!, $r: String) {
    checklistTick(input: { conversationId: $c, checklistId: $l, place: $p, done: $d, remark: $r }) {
      conversation { nextSteps { followed { doneCount completedAt } } } userErrors { code field message } } }";
const LOOK: &str = "query($c: ID!) { conversation(id: $c) { nextSteps { intent suggested { id title }
    followed { checklistId title version intent doneCount completedAt acceptedById openReason
      steps { place done byId at remark step { text required } } } } } }";
const RESOLVE: &str = "mutation($c: ID!, $r: String!) {
    conversationResolve(input: { conversationId: $c, disposition: \"done\", openStepsReason: $r }) {
      conversation { lifecycle } userErrors { code message } } }";
const COUNTS: &str = "{ checklists(archived: true) { id acceptedCount ignoredCount completedCount } }";
const CORRECT: &str = "mutation($i: IntentCorrectInput!) { intentCorrect(input: $i) { userErrors { code message } } }";

/// Everybody works at any hour, and intents are there to keep checklists for.
async fn prepare(stack: &Stack, ada: &Agent) -> Result<()> {
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let examples: Vec<Value> = ["refund", "tracking", "warranty"]
        .iter()
        .flat_map(|intent| (0..2).map(move |n| json!({ "intent": intent, "text": format!("{intent} please {n}") })))
        .collect();
    let add = "mutation($e: [IntentExampleInput!]!) { intentExamplesAdd(input: { examples: $e }) { userErrors { message } } }";
    ensure!(ada.query(add, json!({ "e": examples })).await?["intentExamplesAdd"]["userErrors"] == json!([]));
    Ok(())
}

async fn save(who: &Agent, input: Value) -> Result<Value> {
    Ok(who.query(SAVE, json!({ "i": input })).await?["checklistSave"].clone())
}

async fn made(who: &Agent, title: &str, intents: &[&str], steps: Value) -> Result<String> {
    let done = save(who, json!({ "title": title, "intents": intents, "steps": steps })).await?;
    done["checklist"]["id"].as_str().map(str::to_owned).with_context(|| done.to_string())
}

/// Takes the next offer.
async fn take(agent: &Agent, inbox: &mut Socket) -> Result<String> {
    let (id, conversation) = inbox.until(PATIENCE, offer).await?;
    let accept = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
    let done = agent.query(accept, json!({ "o": id })).await?;
    ensure!(done["offerAccept"]["userErrors"] == json!([]), "{done}");
    Ok(conversation)
}

/// A customer asks for people, and somebody takes it.
async fn taken(stack: &Stack, (agent, inbox): (&Agent, &mut Socket), n: u32) -> Result<String> {
    let whatsapp = stack.whatsapp()?;
    let body = whatsapp.text(&format!("44770090060{n}"), "Noor", &format!("wamid.n{n}"), "agent", unix());
    ensure!(whatsapp.post(&reqwest_client(), &body).await? == 200);
    take(agent, inbox).await
}

/// Says what the customer's message is about.
async fn about(agent: &Agent, conversation: &str, intent: &str) -> Result<()> {
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 50) { nodes { id kind actor { kind } } } } }";
    let seen = agent.query(look, json!({ "c": conversation })).await?;
    let all = seen["conversation"]["timeline"]["nodes"].as_array().cloned().unwrap_or_default();
    let said = |item: &&Value| item["kind"] == "message" && item["actor"]["kind"] == "customer";
    let item = all.iter().find(said).context("a message")?["id"].clone();
    let done = agent.query(CORRECT, json!({ "i": { "itemId": item, "intent": intent } })).await?;
    ensure!(done["intentCorrect"]["userErrors"] == json!([]), "{done}");
    Ok(())
}

async fn steps(agent: &Agent, conversation: &str) -> Result<Value> {
    Ok(agent.query(LOOK, json!({ "c": conversation })).await?["conversation"]["nextSteps"].clone())
}

async fn answer(agent: &Agent, conversation: &str, list: &str, accepted: bool) -> Result<Value> {
    let given = json!({ "c": conversation, "l": list, "a": accepted });
    Ok(agent.query(ANSWER, given).await?["checklistAnswer"]["userErrors"].clone())
}

async fn tick(agent: &Agent, conversation: &str, list: &str, place: i32, done: bool) -> Result<Value> {
    let given = json!({ "c": conversation, "l": list, "p": place, "d": done });
    Ok(agent.query(TICK, given).await?["checklistTick"].clone())
}

async fn resolve(agent: &Agent, conversation: &str, reason: &str) -> Result<Value> {
    Ok(agent.query(RESOLVE, json!({ "c": conversation, "r": reason })).await?["conversationResolve"].clone())
}

async fn counted(agent: &Agent, list: &str) -> Result<[Value; 3]> {
    let all = agent.query(COUNTS, json!({})).await?;
    let one =
        all["checklists"].as_array().into_iter().flatten().find(|one| one["id"] == list).context("the checklist")?;
    Ok(["acceptedCount", "ignoredCount", "completedCount"].map(|count| one[count].clone()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn supervisors_keep_checklists_and_what_is_wrong_is_named_in_its_place() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    prepare(&stack, &ada).await?;
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    let ana = Agent::sign_in(&stack.base, "demo", "ana@demo.example", &stack.demo.password).await?;
    let good = json!({ "title": " Refunds ", "titleZh": "退款", "intents": ["refund"], "steps": [
        { "text": "Look up the order", "textZh": "查找订单", "required": true }, { "text": "Refund it" }] });
    let with = |key: &str, value: Value| {
        let mut input = good.clone();
        input[key] = value;
        input
    };
    let many: Vec<Value> = (0..31).map(|n| json!({ "text": n.to_string() })).collect();
    for (key, value, field) in [
        ("title", json!(" "), "title"),
        ("intents", json!([]), "intents"),
        ("intents", json!(["refund", "repairs"]), "intents.1"),
        ("intents", json!(["oos"]), "intents.0"),
        ("steps", json!([]), "steps"),
        ("steps", json!(many), "steps"),
        ("steps", json!([{ "text": "a" }, { "text": " " }]), "steps.1.text"),
        ("steps", json!([{ "text": "x".repeat(301) }]), "steps.0.text"),
        (
            "steps",
            json!([{ "text": "a", "knowledgeArticleId": format!("kna_{}", "0".repeat(32)) }]),
            "steps.0.knowledgeArticleId",
        ),
    ] {
        let refused = save(&sam, with(key, value)).await?;
        assert_eq!(
            (&refused["userErrors"][0]["field"], &refused["userErrors"][0]["code"]),
            (&json!(field), &json!("INVALID")),
            "{refused}"
        );
    }
    let forbidden = ana.send(SAVE, json!({ "i": good })).await?;
    assert_eq!(forbidden["errors"][0]["extensions"]["code"], "FORBIDDEN", "{forbidden}");
    let done = save(&sam, good.clone()).await?;
    let list = done["checklist"].clone();
    assert_eq!((&list["title"], &list["version"]), (&json!("Refunds"), &json!(1)), "{done}");
    assert_eq!(
        list["steps"][0],
        json!({ "text": "Look up the order", "textZh": "查找订单", "required": true, "knowledgeArticleId": null })
    );
    // Asked again because the answer was lost: there is one, and the second says which.
    let twice = save(&sam, good.clone()).await?;
    assert_eq!(twice["userErrors"][0]["message"], "\"refund\" has the checklist \"Refunds\" already", "{twice}");
    assert_eq!(stack.count("select count(*) from checklist").await?, 1);

    let mut next = with("intents", json!(["refund", "warranty"]));
    next["checklistId"] = list["id"].clone();
    next["expectedVersion"] = json!(1);
    assert_eq!(save(&sam, next.clone()).await?["checklist"]["version"], 2);
    let stale = save(&ada, next).await?;
    assert_eq!(stale["userErrors"][0]["code"], "STALE_VERSION", "{stale}");
    let id = list["id"].as_str().context("id")?;
    let other = made(&sam, "Tracking", &["tracking"], json!([{ "text": "Ask the carrier" }])).await?;
    let clash = save(&sam, json!({ "checklistId": other, "title": "Tracking", "intents": ["tracking", "warranty"], "steps": [{ "text": "x" }] })).await?;
    assert_eq!(clash["userErrors"][0]["field"], "intents.1", "{clash}");

    // Out of use its intents are free, and it comes back only while they are.
    let archived = sam.query(ARCHIVE, json!({ "l": id, "a": true })).await?;
    ensure!(archived["checklistArchive"]["checklist"]["archivedAt"].is_string(), "{archived}");
    let seen = ana
        .query("{ checklists { title acceptedCount } all: checklists(archived: true) { title } }", json!({}))
        .await?;
    assert_eq!(seen["checklists"], json!([{ "title": "Tracking", "acceptedCount": null }]), "{seen}");
    assert_eq!(seen["all"].as_array().map(Vec::len), Some(2));
    let third = made(&sam, "Guarantee", &["warranty"], json!([{ "text": "Ask for the receipt" }])).await?;
    let back = sam.query(ARCHIVE, json!({ "l": id, "a": false })).await?;
    assert_eq!(back["checklistArchive"]["userErrors"][0]["field"], "intents.1", "{back}");
    sam.query(ARCHIVE, json!({ "l": third, "a": true })).await?;
    let back = sam.query(ARCHIVE, json!({ "l": id, "a": false })).await?;
    assert_eq!(back["checklistArchive"]["checklist"]["archivedAt"], Value::Null, "{back}");
    let audited = stack.texts("select action || ' ' || count(*) from audit_entry where action like 'checklist%' group by action order by 1").await?;
    assert_eq!(audited, ["checklist_archived 2", "checklist_restored 1", "checklist_saved 4"]);
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn next_steps_are_suggested_followed_passed_on_and_asked_for_at_the_end() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    prepare(&stack, &ada).await?;
    let refunds = made(&ada, "Refunds", &["refund"], json!([
        { "text": "Look up the order", "required": true }, { "text": "Ask for a photo" }, { "text": "Refund it", "required": true }])).await?;
    let tracking = made(&ada, "Tracking", &["tracking"], json!([{ "text": "Ask the carrier" }])).await?;
    let (ana, mut ana_inbox) = on_duty(&stack, "ana").await?;
    let conversation = taken(&stack, (&ana, &mut ana_inbox), 1).await?;
    let before = steps(&ana, &conversation).await?;
    assert_eq!(before, json!({ "intent": null, "suggested": null, "followed": [] }));

    // What the message is about brings its checklist; a correction brings another one.
    about(&ana, &conversation, "tracking").await?;
    assert_eq!(steps(&ana, &conversation).await?["suggested"], json!({ "id": tracking, "title": "Tracking" }));
    let mut socket = ana.connect().await?;
    let follow = format!(
        "subscription {{ conversation(id: \"{conversation}\") {{ change {{ __typename
        ... on ConversationChange {{ conversation {{ nextSteps {{ followed {{ title doneCount }} }} }} }} }} }} }}"
    );
    socket.subscribe("steps", &follow, json!({})).await?;
    about(&ana, &conversation, "refund").await?;
    assert_eq!(steps(&ana, &conversation).await?["suggested"]["title"], "Refunds");
    about(&ana, &conversation, "oos").await?;
    assert_eq!(steps(&ana, &conversation).await?["suggested"], Value::Null, "what is out of scope has none");
    about(&ana, &conversation, "refund").await?;

    // Accepted and ticked; who looks on sees it at once. Said again nothing changes.
    assert_eq!(answer(&ana, &conversation, &refunds, true).await?, json!([]));
    assert_eq!(answer(&ana, &conversation, &refunds, true).await?, json!([]));
    let ticked = tick(&ana, &conversation, &refunds, 1, true).await?;
    assert_eq!(ticked["conversation"]["nextSteps"]["followed"][0]["doneCount"], 1, "{ticked}");
    tick(&ana, &conversation, &refunds, 1, true).await?;
    let live = |m: &Value| {
        let heard = &m["payload"]["data"]["conversation"]["change"]["conversation"]["nextSteps"]["followed"][0];
        (heard["doneCount"] == 1).then_some(())
    };
    socket.until(PATIENCE, live).await?;
    let seen = steps(&ana, &conversation).await?;
    let list = &seen["followed"][0];
    assert_eq!(
        (&seen["suggested"], &list["intent"], &list["version"]),
        (&Value::Null, &json!("refund"), &json!(1)),
        "{seen}"
    );
    assert_eq!((&list["steps"][0]["done"], &list["steps"][0]["byId"]), (&json!(true), &list["acceptedById"]), "{seen}");
    let given = json!({ "c": conversation, "l": refunds, "p": 1, "d": false, "r": "wrong order" });
    ana.query(TICK, given).await?;
    let seen = steps(&ana, &conversation).await?;
    let step = &seen["followed"][0]["steps"][0];
    assert_eq!((&step["done"], &step["remark"]), (&json!(false), &json!("wrong order")), "{seen}");
    ensure!(step["byId"].is_string() && step["at"].is_string(), "who took it back is known: {seen}");
    for (place, code) in [(0, "NOT_FOUND"), (4, "NOT_FOUND")] {
        assert_eq!(tick(&ana, &conversation, &refunds, place, true).await?["userErrors"][0]["code"], code);
    }
    assert_eq!(
        tick(&ana, &conversation, &tracking, 1, true).await?["userErrors"][0]["code"],
        "NOT_FOUND",
        "it is not followed"
    );
    tick(&ana, &conversation, &refunds, 1, true).await?;

    // What is changed meanwhile is for those who follow it later.
    let changed = json!({ "checklistId": refunds, "title": "Refunds", "intents": ["refund"], "steps": [{ "text": "All is new" }] });
    ensure!(save(&ada, changed).await?["userErrors"] == json!([]));
    let seen = steps(&ana, &conversation).await?;
    assert_eq!(seen["followed"][0]["steps"].as_array().map(Vec::len), Some(3), "{seen}");

    passed_on(&stack, (&ana, &conversation), &refunds).await?;
    assert_eq!(counted(&ada, &refunds).await?, [json!(1), json!(0), json!(0)]);
    assert_eq!(
        counted(&ana, &refunds).await?,
        [Value::Null, Value::Null, Value::Null],
        "counts are for who keeps them"
    );
    stack.finish().await
}

/// A colleague sees what is done and goes on; nobody else may; the end asks for what must be done.
async fn passed_on(stack: &Stack, (ana, conversation): (&Agent, &str), refunds: &str) -> Result<()> {
    let (mei, mut mei_inbox) = on_duty(stack, "mei").await?;
    let refused = tick(&mei, conversation, refunds, 2, true).await?;
    assert_eq!(refused["userErrors"][0]["code"], "NOT_HOLDER", "{refused}");
    assert_eq!(answer(&mei, conversation, refunds, false).await?[0]["code"], "NOT_HOLDER");
    let me = mei.query("{ viewer { agent { id } } }", json!({})).await?["viewer"]["agent"]["id"].clone();
    let pass = "mutation($c: ID!, $a: ID!) { conversationTransfer(input: { conversationId: $c, agentId: $a, note: \"over to you\" }) { userErrors { message } } }";
    let passed = ana.query(pass, json!({ "c": conversation, "a": me })).await?;
    ensure!(passed["conversationTransfer"]["userErrors"] == json!([]), "{passed}");
    assert_eq!(take(&mei, &mut mei_inbox).await?, conversation);
    let seen = steps(&mei, conversation).await?;
    assert_eq!(
        (&seen["followed"][0]["doneCount"], &seen["followed"][0]["steps"][0]["done"]),
        (&json!(1), &json!(true)),
        "{seen}"
    );
    assert_eq!(
        tick(ana, conversation, refunds, 2, true).await?["userErrors"][0]["code"],
        "NOT_HOLDER",
        "she holds it no more"
    );
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    assert_eq!(tick(&sam, conversation, refunds, 2, true).await?["userErrors"], json!([]), "who steers the floor may");

    let refused = resolve(&mei, conversation, " ").await?;
    let told = "these steps must be done first, or say why they stay open: Refund it";
    assert_eq!(
        (&refused["userErrors"][0]["code"], &refused["userErrors"][0]["message"]),
        (&json!("INVALID"), &json!(told)),
        "{refused}"
    );
    assert_eq!(resolve(&mei, conversation, &"x".repeat(501)).await?["userErrors"][0]["code"], "INVALID");
    let done = resolve(&mei, conversation, "the customer keeps it").await?;
    assert_eq!(done["conversation"]["lifecycle"], "RESOLVED", "{done}");
    assert_eq!(steps(&mei, conversation).await?["followed"][0]["openReason"], "the customer keeps it");
    assert_eq!(stack.count("select count(*) from audit_entry where action = 'steps_left_open'").await?, 1);
    assert_eq!(tick(&sam, conversation, refunds, 3, true).await?["userErrors"][0]["code"], "RESOLVED");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_ignored_or_archived_is_not_suggested_and_all_is_counted() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = ada(&stack).await?;
    prepare(&stack, &ada).await?;
    let both = made(
        &ada,
        "Money and parcels",
        &["refund", "tracking"],
        json!([{ "text": "Look up the order", "required": true }]),
    )
    .await?;
    let hand =
        made(&ada, "Guarantee", &["warranty"], json!([{ "text": "Ask for the receipt", "required": true }])).await?;
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let first = taken(&stack, (&ana, &mut inbox), 1).await?;
    assert_eq!(answer(&ana, &first, &both, false).await?[0]["code"], "CONFLICT", "nobody suggested it");
    about(&ana, &first, "refund").await?;
    for _ in 0..2 {
        assert_eq!(answer(&ana, &first, &both, false).await?, json!([]));
        assert_eq!(steps(&ana, &first).await?["suggested"], Value::Null, "it is not suggested again for this");
    }
    about(&ana, &first, "tracking").await?;
    assert_eq!(steps(&ana, &first).await?["suggested"]["id"], json!(both), "for another intent it is");
    assert_eq!(answer(&ana, &first, &both, false).await?, json!([]));
    about(&ana, &first, "refund").await?;
    assert_eq!(steps(&ana, &first).await?["suggested"], Value::Null, "both are remembered");
    assert_eq!(counted(&ada, &both).await?, [json!(0), json!(1), json!(0)]);

    // Chosen by hand, done, taken back, done again; put away it asks for nothing at the end.
    assert_eq!(answer(&ana, &first, &hand, true).await?, json!([]));
    assert_eq!(steps(&ana, &first).await?["followed"][0]["intent"], Value::Null);
    tick(&ana, &first, &hand, 1, true).await?;
    assert_eq!(counted(&ada, &hand).await?, [json!(1), json!(0), json!(1)]);
    tick(&ana, &first, &hand, 1, false).await?;
    assert_eq!(counted(&ada, &hand).await?, [json!(1), json!(0), json!(0)]);
    assert_eq!(resolve(&ana, &first, "").await?["userErrors"][0]["code"], "INVALID");
    assert_eq!(answer(&ana, &first, &hand, false).await?, json!([]));
    assert_eq!(steps(&ana, &first).await?["followed"], json!([]));
    assert_eq!(resolve(&ana, &first, "").await?["conversation"]["lifecycle"], "RESOLVED");
    assert_eq!(counted(&ada, &hand).await?, [json!(0), json!(1), json!(0)]);

    // Out of use it is neither suggested nor chosen; whoever ends it for another is not asked.
    let second = taken(&stack, (&ana, &mut inbox), 2).await?;
    about(&ana, &second, "refund").await?;
    assert_eq!(steps(&ana, &second).await?["suggested"]["id"], json!(both));
    assert_eq!(answer(&ana, &second, &both, true).await?, json!([]));
    for list in [&both, &hand] {
        ada.query(ARCHIVE, json!({ "l": list, "a": true })).await?;
    }
    let seen = steps(&ana, &second).await?;
    assert_eq!(
        (&seen["suggested"], &seen["followed"][0]["title"]),
        (&Value::Null, &json!("Money and parcels")),
        "{seen}"
    );
    assert_eq!(answer(&ana, &second, &hand, true).await?[0]["code"], "CONFLICT");
    let sam = Agent::sign_in(&stack.base, "demo", "sam@demo.example", &stack.demo.password).await?;
    assert_eq!(resolve(&sam, &second, "").await?["conversation"]["lifecycle"], "RESOLVED");
    let third = taken(&stack, (&ana, &mut inbox), 3).await?;
    about(&ana, &third, "refund").await?;
    assert_eq!(steps(&ana, &third).await?["suggested"], Value::Null, "it is out of use");
    briefed(&stack, &ada, (&ana, &third), &both).await?;
    stranger(&stack, &both, &third).await?;
    stack.finish().await
}

/// Where no message has an intent, the brief of the hand-off says it.
async fn briefed(stack: &Stack, ada: &Agent, (ana, conversation): (&Agent, &str), list: &str) -> Result<()> {
    ada.query(ARCHIVE, json!({ "l": list, "a": false })).await?;
    about(ana, conversation, "oos").await?;
    assert_eq!(steps(ana, conversation).await?["intent"], Value::Null);
    stack.sql("insert into handoff (tenant_id, id, session_id, conversation_id, item_id, webhook_id, request, brief, brief_state)
        select s.tenant_id, gen_random_uuid(), s.id, s.conversation_id, t.id, 'w', '{}', '{\"intent\": \"tracking\"}', 'ready' from session s
        join conversation c on c.tenant_id = s.tenant_id and c.id = s.conversation_id and c.lifecycle = 'open'
        join timeline_item t on t.tenant_id = s.tenant_id and t.conversation_id = c.id and t.seq = 1").await?;
    let seen = steps(ana, conversation).await?;
    assert_eq!((&seen["intent"], &seen["suggested"]["id"]), (&json!("tracking"), &json!(list)), "{seen}");
    Ok(())
}

/// Another tenant finds neither.
async fn stranger(stack: &Stack, list: &str, conversation: &str) -> Result<()> {
    let bot = format!("{}/bot", stack.provider.url);
    let second =
        seed_demo(&stack.app, "second", &DemoWorld { provider_url: &stack.provider.url, bot_url: &bot }).await?;
    let their = Agent::sign_in(&stack.base, "second", "ada@second.example", &second.password).await?;
    assert_eq!(answer(&their, conversation, list, true).await?[0]["code"], "NOT_FOUND");
    assert_eq!(tick(&their, conversation, list, 1, true).await?["userErrors"][0]["code"], "NOT_FOUND");
    let archived = their.query(ARCHIVE, json!({ "l": list, "a": true })).await?;
    assert_eq!(archived["checklistArchive"]["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(their.query(COUNTS, json!({})).await?, json!({ "checklists": [] }));
    Ok(())
}
