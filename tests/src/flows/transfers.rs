//! Passing on to a site, giving back, and asking a colleague for advice.

use super::{PATIENCE, ada, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Context, Result, ensure};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::{Value, json};
use std::time::Duration;

const PASS: &str = "mutation($c: ID!, $s: ID, $w: Boolean!) {
    conversationTransfer(input: { conversationId: $c, siteId: $s, waitForSite: $w, note: \"over to you\" }) {
      conversation { owner workItems { siteId state } } siteOpensAt userErrors { code message } } }";
const BACK: &str = "mutation($c: ID!) { conversationReturn(input: { conversationId: $c, note: \"not ours\" }) {
    conversation { owner } userErrors { code message } } }";

/// Takes the next offer.
async fn take(agent: &Agent, inbox: &mut Socket) -> Result<String> {
    let (id, conversation) = inbox.until(PATIENCE, offer).await?;
    let accept = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
    let done = agent.query(accept, json!({ "o": id })).await?;
    assert_eq!(done["offerAccept"]["userErrors"], json!([]), "{done}");
    Ok(conversation)
}

/// London is always open, Singapore opens for an hour the day after tomorrow.
const ASLEEP: &str = "with gone as (
      delete from site_shift s using site t where t.id = s.site_id and t.name = 'Singapore' and s.weekday <> 1
    )
    update site_shift s set
      weekday = case when t.name = 'Singapore' then extract(isodow from now() + interval '2 days')::int else s.weekday end,
      starts_minute = 0, ends_minute = case when t.name = 'Singapore' then 60 else 1440 end
    from site t where t.id = s.site_id and (t.name = 'London' or s.weekday = 1)";

async fn reload(ada: &Agent) -> Result<()> {
    let queues = ada.query("{ queues { id name } }", json!({})).await?["queues"].clone();
    let support =
        queues.as_array().into_iter().flatten().find(|queue| queue["name"] == "Support").context("Support")?;
    let save = "mutation($q: ID!) { queueSave(input: { queueId: $q, name: \"Support\" }) { userErrors { message } } }";
    ada.query(save, json!({ "q": support["id"] })).await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_passed_on_to_a_site_and_given_back() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql(ASLEEP).await?;
    let ada = ada(&stack).await?;
    let (ana, mut ana_inbox) = on_duty(&stack, "ana").await?;
    let (mei, mut mei_inbox) = on_duty(&stack, "mei").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900711", "Noor", "wamid.p1", "agent", unix())).await?;
    let conversation = take(&ana, &mut ana_inbox).await?;
    let back = ana.query(BACK, json!({ "c": conversation })).await?;
    assert_eq!(back["conversationReturn"]["userErrors"][0]["code"], "INVALID", "nobody passed it on: {back}");
    let targets = "{ transferTargets { sites { id name openUntil opensAt } } }";
    let sites = ana.query(targets, json!({})).await?["transferTargets"]["sites"].clone();
    let site = |name: &str| sites.as_array().into_iter().flatten().find(|site| site["name"] == name).cloned();
    let (london, singapore) = (site("London").context("London")?, site("Singapore").context("Singapore")?);
    ensure!(london["openUntil"].is_string() && singapore["openUntil"].is_null(), "{sites}");
    ensure!(london["opensAt"].is_null() && singapore["opensAt"].is_string(), "{sites}");

    // It sleeps: refused with when it opens, and nothing has moved.
    let pass = |site: &Value, wait: bool| json!({ "c": conversation, "s": site["id"], "w": wait });
    let asleep = ana.query(PASS, pass(&singapore, false)).await?["conversationTransfer"].clone();
    assert_eq!(asleep["siteOpensAt"], singapore["opensAt"], "{asleep}");
    ensure!(asleep["userErrors"][0]["message"].to_string().contains("Singapore sleeps until"), "{asleep}");
    assert_eq!(stack.count("select count(*) from work_item where state = 'active'").await?, 1);
    let empty =
        "mutation { siteSave(input: { name: \"Oslo\", timeZone: \"Europe/Oslo\", shifts: [] }) { site { id } } }";
    let oslo = ada.query(empty, json!({})).await?["siteSave"]["site"].clone();
    let nobody = ana.query(PASS, pass(&oslo, true)).await?["conversationTransfer"].clone();
    assert_eq!(nobody["userErrors"][0]["code"], "INVALID", "{nobody}");

    // Told to wait, it waits for its people, and for nobody else.
    let waits = ana.query(PASS, pass(&singapore, true)).await?["conversationTransfer"].clone();
    assert_eq!(waits["conversation"]["workItems"][0]["siteId"], singapore["id"], "{waits}");
    stack
        .settle("select least(count(*), 1) from routing_decision where exclusions ? 'other_site'", 1, PATIENCE)
        .await?;
    ensure!(ana_inbox.until(Duration::from_secs(1), offer).await.is_err(), "Ana is of another site");
    let told = ada
        .query(
            "mutation($s: ID!) { siteDelete(input: { siteId: $s }) { userErrors { message } } }",
            json!({ "s": singapore["id"] }),
        )
        .await?;
    ensure!(told["siteDelete"]["userErrors"][0]["message"].to_string().contains("work 1 open"), "{told}");
    stack.sql("update site_shift set weekday = extract(isodow from now())::int, starts_minute = 0, ends_minute = 1440 where ends_minute = 60").await?;
    stack
        .sql(
            "insert into site_shift (tenant_id, id, site_id, weekday, starts_minute, ends_minute)
        select tenant_id, gen_random_uuid(), site_id, weekday % 7 + 1, 0, 1440 from site_shift s where not exists (
          select from site_shift o where o.site_id = s.site_id and o.id <> s.id)",
        )
        .await?;
    reload(&ada).await?;
    assert_eq!(take(&mei, &mut mei_inbox).await?, conversation);

    // To a site that is awake, and back to who passed it on, though she passed it on before.
    let passed = mei.query(PASS, pass(&london, false)).await?["conversationTransfer"].clone();
    assert_eq!(passed["userErrors"], json!([]), "{passed}");
    assert_eq!(take(&ana, &mut ana_inbox).await?, conversation);
    let back = ana.query(BACK, json!({ "c": conversation })).await?;
    assert_eq!(back["conversationReturn"]["conversation"]["owner"], "QUEUE", "{back}");
    assert_eq!(take(&mei, &mut mei_inbox).await?, conversation);

    // Its site closes before anybody took it: it goes to everybody.
    let away = "mutation { presenceSet(input: { state: BREAK }) { agent { state } } }";
    ana.query(away, json!({})).await?;
    mei.query(PASS, pass(&london, false)).await?;
    ensure!(mei_inbox.until(Duration::from_secs(1), offer).await.is_err(), "Mei is of another site");
    stack.sql("update work_item set site_until = clock_timestamp() where site_until is not null").await?;
    stack.sql("update outbox set due_at = '-infinity' where payload->>'job' = 'site_wait_end'").await?;
    assert_eq!(take(&mei, &mut mei_inbox).await?, conversation);
    assert_eq!(stack.count("select count(*) from work_item where site_id is not null").await?, 0);
    stack.finish().await
}

const CONSULTED: &str = "{ conversations(view: CONSULTED) { nodes { id assignee { name } consults { id agentId endedAt endReason note } } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_colleague_is_asked_for_advice_while_the_owner_stays() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql(ASLEEP).await?;
    let (ana, mut inbox) = on_duty(&stack, "ana").await?;
    let (mei, mut mei_inbox) = on_duty(&stack, "mei").await?;
    let (http, whatsapp) = (reqwest_client(), stack.whatsapp()?);
    whatsapp.post(&http, &whatsapp.text("447700900712", "Noor", "wamid.p2", "agent", unix())).await?;
    let conversation = take(&ana, &mut inbox).await?;
    let mei_id = mei.query("{ viewer { agent { id } } }", json!({})).await?["viewer"]["agent"]["id"].clone();
    let start = "mutation($c: ID!, $a: ID!) { consultStart(input: { conversationId: $c, agentId: $a, note: \"is this a bug?\" }) {
        conversation { consults { id } } userErrors { code message } } }";
    let ask = json!({ "c": conversation, "a": mei_id });
    let stranger = mei.query(start, ask.clone()).await?;
    assert_eq!(stranger["consultStart"]["userErrors"][0]["code"], "NOT_HOLDER", "{stranger}");
    let asked = ana.query(start, ask.clone()).await?["consultStart"].clone();
    let consult = asked["conversation"]["consults"][0]["id"].clone();
    ensure!(consult.is_string(), "{asked}");
    let twice = ana.query(start, ask.clone()).await?;
    assert_eq!(twice["consultStart"]["userErrors"][0]["code"], "INVALID", "{twice}");
    // Her inbox hears of it, her list shows it, and it is still Ana's.
    let heard =
        |m: &Value| (m["payload"]["data"]["inbox"]["change"]["__typename"] == "ConversationChange").then_some(());
    mei_inbox.until(PATIENCE, heard).await?;
    let listed = mei.query(CONSULTED, json!({})).await?["conversations"]["nodes"][0].clone();
    assert_eq!((&listed["id"], &listed["assignee"]["name"]), (&json!(conversation), &json!("Ana Duarte")), "{listed}");
    let note = "mutation($c: ID!) { noteAdd(input: { conversationId: $c, text: \"known, fixed tomorrow\" }) { userErrors { code } } }";
    assert_eq!(mei.query(note, json!({ "c": conversation })).await?["noteAdd"]["userErrors"], json!([]));
    let speak =
        "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"hello\" }) { userErrors { code } } }";
    let refused = mei.query(speak, json!({ "c": conversation })).await?;
    assert_eq!(refused["messageSend"]["userErrors"][0]["code"], "NOT_HOLDER", "{refused}");
    let look = "query($c: ID!) { conversation(id: $c) { timeline(first: 20) { nodes { text body } } consults { endedAt endReason } } }";
    let seen = ana.query(look, json!({ "c": conversation })).await?["conversation"].clone();
    for told in ["is this a bug?", "known, fixed tomorrow", "consult_began"] {
        ensure!(seen.to_string().contains(told), "{told}: {seen}");
    }

    // She is done; asked again it ends with the conversation.
    let end = "mutation($i: ID!) { consultEnd(input: { consultId: $i }) { userErrors { code } } }";
    for _ in 0..2 {
        assert_eq!(mei.query(end, json!({ "i": consult })).await?["consultEnd"]["userErrors"], json!([]));
    }
    assert_eq!(mei.query(CONSULTED, json!({})).await?["conversations"]["nodes"], json!([]));
    let seen = ana.query(look, json!({ "c": conversation })).await?["conversation"].clone();
    ensure!(seen.to_string().contains("consult_ended"), "{seen}");
    assert_eq!(seen["consults"][0]["endReason"], "done", "{seen}");
    ana.query(start, ask).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c }) { userErrors { code } } }";
    ana.query(resolve, json!({ "c": conversation })).await?;
    let seen = ana.query(look, json!({ "c": conversation })).await?["conversation"].clone();
    assert_eq!(seen["consults"][0]["endReason"], "resolved", "{seen}");
    assert_eq!(mei.query(CONSULTED, json!({})).await?["conversations"]["nodes"], json!([]));
    assert_eq!(stack.count("select count(*) from participant where role = 'consult' and left_at is null").await?, 0);
    stack.finish().await
}
