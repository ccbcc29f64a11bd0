//! What is due comes, however its conversation stands: written up, put aside, with a bot.

use super::{PATIENCE, main_job::reqwest_client, offer, on_duty, unix};
use anyhow::{Result, ensure};
use meridian_domain::time::{Clock, SystemClock};
use meridian_lab::agent::{Agent, Socket};
use meridian_testkit::Stack;
use serde_json::json;

const ACCEPT: &str = "mutation($o: ID!) { offerAccept(input: { offerId: $o }) { userErrors { message } } }";
const LATER: &str =
    "mutation($c: ID!, $d: DateTime!) { workSchedule(input: { conversationId: $c, dueAt: $d, note: \"refund\" }) {
    scheduledWork { id } userErrors { message } } }";
const LOOK: &str = "query($c: ID!) { conversation(id: $c) { lifecycle owner } }";

/// Ana on duty around the clock with a conversation in hand.
async fn at_work(stack: &Stack, phone: &str) -> Result<(Agent, Socket, String)> {
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    let (ana, mut inbox) = on_duty(stack, "ana").await?;
    write(stack, phone, "wamid.due1", "agent").await?;
    let (offered, conversation) = inbox.until(PATIENCE, offer).await?;
    ana.query(ACCEPT, json!({ "o": offered })).await?;
    Ok((ana, inbox, conversation))
}

async fn write(stack: &Stack, phone: &str, id: &str, text: &str) -> Result<()> {
    let whatsapp = stack.whatsapp()?;
    ensure!(whatsapp.post(&reqwest_client(), &whatsapp.text(phone, "Lea", id, text, unix())).await? == 200);
    Ok(())
}

/// A task for later in a conversation.
async fn task(ana: &Agent, conversation: &str) -> Result<()> {
    let due = (SystemClock.now() + chrono::TimeDelta::hours(1)).to_rfc3339();
    let kept = ana.query(LATER, json!({ "c": conversation, "d": due })).await?;
    ensure!(kept["workSchedule"]["scheduledWork"]["id"].is_string(), "{kept}");
    Ok(())
}

/// Its time has come.
async fn comes(stack: &Stack) -> Result<()> {
    stack.sql("update scheduled_work set due_at = clock_timestamp() where state = 'waiting'").await?;
    stack.sql("update outbox set due_at = clock_timestamp() where payload ->> 'job' = 'scheduled_turn'").await
}

/// The next offer is for the conversation, which is open then; it is taken.
async fn offered(ana: &Agent, inbox: &mut Socket, conversation: &str) -> Result<()> {
    let (offered, same) = inbox.until(PATIENCE, offer).await?;
    assert_eq!(same, conversation);
    ana.query(ACCEPT, json!({ "o": offered })).await?;
    let seen = ana.query(LOOK, json!({ "c": conversation })).await?;
    assert_eq!(seen["conversation"], json!({ "lifecycle": "OPEN", "owner": "AGENT" }), "{seen}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_due_while_work_is_written_up_is_offered() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update queue set wrap_up_seconds = 600").await?;
    let (ana, mut inbox, conversation) = at_work(&stack, "447700900871").await?;
    task(&ana, &conversation).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) {
        userErrors { message } } }";
    ana.query(resolve, json!({ "c": conversation })).await?;
    stack.settle("select count(*) from work_item where state = 'wrapping'", 1, PATIENCE).await?;
    comes(&stack).await?;
    offered(&ana, &mut inbox, &conversation).await?;
    stack.settle("select count(*) from work_item where state = 'done'", 1, PATIENCE).await?;
    stack.settle("select coalesce(sum(used), 0)::bigint from agent_load", 1, PATIENCE).await?;
    write(&stack, "447700900871", "wamid.due2", "is it done?").await?;
    let said =
        "select count(*) from timeline_item t join item_content c on c.item_id = t.id where c.text = 'is it done?'";
    stack.settle(said, 1, PATIENCE).await?;

    // A session that stands open in what is resolved, however that came, does not keep its customer from writing.
    stack.sql("update conversation set lifecycle = 'resolved', resolved_at = clock_timestamp()").await?;
    write(&stack, "447700900871", "wamid.due3", "hello again").await?;
    stack.settle("select count(*) from conversation where lifecycle = 'open'", 1, PATIENCE).await?;
    stack.settle("select count(*) from inbound_raw where state = 'processed'", 3, PATIENCE).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_or_a_callback_wakes_what_was_put_aside() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, mut inbox, conversation) = at_work(&stack, "447700900872").await?;
    let snooze = "mutation($c: ID!, $u: DateTime!) { conversationSnooze(input: { conversationId: $c, until: $u }) {
        conversation { lifecycle } userErrors { message } } }";
    let far = (SystemClock.now() + chrono::TimeDelta::days(14)).to_rfc3339();
    let aside = async || -> Result<()> {
        let done = ana.query(snooze, json!({ "c": conversation, "u": far })).await?;
        assert_eq!(done["conversationSnooze"]["conversation"]["lifecycle"], "SNOOZED", "{done}");
        Ok(())
    };
    // Two of them at the same time are one piece of work.
    task(&ana, &conversation).await?;
    task(&ana, &conversation).await?;
    aside().await?;
    comes(&stack).await?;
    offered(&ana, &mut inbox, &conversation).await?;
    let why = "select count(*) from work_item_event where to_state = 'queued' and reason = 'task_due'";
    assert_eq!(stack.count(why).await?, 1);
    stack.settle("select count(*) from scheduled_work where state = 'due'", 2, PATIENCE).await?;

    // The customer wants to be called today: the work waits in its line from now on.
    aside().await?;
    let call = "mutation($c: ID!) { callbackRequest(input: { conversationId: $c }) {
        scheduledWork { state } userErrors { message } } }";
    let taken = ana.query(call, json!({ "c": conversation })).await?;
    ensure!(taken["callbackRequest"]["scheduledWork"]["state"].is_string(), "{taken}");
    comes(&stack).await?;
    offered(&ana, &mut inbox, &conversation).await?;
    stack.finish().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_due_while_a_bot_has_the_session_goes_to_people() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, mut inbox, conversation) = at_work(&stack, "447700900873").await?;
    task(&ana, &conversation).await?;
    let back =
        "mutation($c: ID!) { conversationReturnToBot(input: { conversationId: $c }) { userErrors { message } } }";
    let done = ana.query(back, json!({ "c": conversation })).await?;
    assert_eq!(done["conversationReturnToBot"]["userErrors"], json!([]), "{done}");
    comes(&stack).await?;
    offered(&ana, &mut inbox, &conversation).await?;
    let send = "mutation($c: ID!) { messageSend(input: { conversationId: $c, text: \"Your refund is on its way\" }) {
        item { id } userErrors { message } } }";
    let sent = ana.query(send, json!({ "c": conversation })).await?;
    ensure!(sent["messageSend"]["item"]["id"].is_string(), "{sent}");
    let told = "select count(*) from bot_event where kind = 'session.taken' and data->>'reason' = 'task_due'";
    assert_eq!(stack.count(told).await?, 1);
    stack.finish().await
}

/// Jobs may be lost with the broker: what nobody does any more is found.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_site_s_time_that_nobody_remembers_is_over_all_the_same() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    write(&stack, "447700900874", "wamid.due4", "agent").await?;
    stack.settle("select count(*) from work_item where state = 'queued'", 1, PATIENCE).await?;
    stack
        .sql(
            "update work_item w set site_id = s.id, site_until = clock_timestamp() - interval '5 seconds' from site s
             where s.id = (select id from site limit 1)",
        )
        .await?;
    stack.settle("select count(*) from work_item where site_id is null and site_until is null", 1, PATIENCE).await?;
    stack.finish().await
}

/// Work that is kept for a callback comes at its time alone, whatever wakes the conversation; and jobs may be lost.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_is_kept_for_a_callback_stays_aside_until_its_time() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, mut inbox, conversation) = at_work(&stack, "447700900875").await?;
    let snooze = "mutation($c: ID!, $u: DateTime!) { conversationSnooze(input: { conversationId: $c, until: $u }) {
        userErrors { message } } }";
    let call = "mutation($c: ID!, $d: NaiveDate!) { callbackRequest(input: { conversationId: $c, day: $d,
        fromMinute: 600, untilMinute: 720 }) { scheduledWork { id } userErrors { message } } }";
    let (days, aside) = (chrono::TimeDelta::days, "select count(*) from work_item where state = 'parked'");
    let agreed = async || -> Result<serde_json::Value> {
        let until = (SystemClock.now() + days(5)).to_rfc3339();
        let done = ana.query(snooze, json!({ "c": conversation, "u": until })).await?;
        ensure!(done["conversationSnooze"]["userErrors"] == json!([]), "{done}");
        let day = (SystemClock.now() + days(3)).format("%Y-%m-%d").to_string();
        let taken = ana.query(call, json!({ "c": conversation, "d": day })).await?;
        let id = taken["callbackRequest"]["scheduledWork"]["id"].clone();
        ensure!(id.is_string(), "{taken}");
        Ok(id)
    };
    // Taken back while the conversation is aside: so is the work.
    let id = agreed().await?;
    let cancel = "mutation($s: ID!) { scheduledWorkCancel(input: { scheduledWorkId: $s }) { userErrors { message } } }";
    ana.query(cancel, json!({ "s": id })).await?;
    assert_eq!(stack.count(aside).await?, 1);

    // The time aside is over though its job was lost: the conversation is open, the work waits for the callback.
    agreed().await?;
    stack.sql("delete from outbox where payload ->> 'job' = 'snooze_end'").await?;
    stack.sql("update conversation set snoozed_until = clock_timestamp() - interval '3 seconds'").await?;
    stack.settle("select count(*) from conversation where lifecycle = 'open'", 1, PATIENCE).await?;
    assert_eq!(stack.count(aside).await?, 1);
    comes(&stack).await?;
    offered(&ana, &mut inbox, &conversation).await?;
    stack.finish().await
}

/// A task was promised: no cap of its queue turns it away.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_task_that_is_due_in_a_full_queue_waits_there() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let (ana, _inbox, conversation) = at_work(&stack, "447700900876").await?;
    task(&ana, &conversation).await?;
    let resolve = "mutation($c: ID!) { conversationResolve(input: { conversationId: $c, disposition: \"answered\" }) {
        userErrors { message } } }";
    ana.query(resolve, json!({ "c": conversation })).await?;
    stack.settle("select count(*) from work_item where state = 'done'", 1, PATIENCE).await?;
    ana.query("mutation { presenceSet(input: { state: OFFLINE }) { userErrors { message } } }", json!({})).await?;
    let ada = super::ada(&stack).await?;
    let queues = ada.query("{ queues { id name } }", json!({})).await?;
    let support = queues["queues"].as_array().and_then(|all| all.iter().find(|queue| queue["name"] == "Support"));
    let cap = "mutation($q: ID!) { queueCapSave(input: { queueId: $q, cap: { mostWaiting: 1, beyond: REFUSE,
        message: \"All lines are full\" } }) { userErrors { field message } } }";
    let saved = ada.query(cap, json!({ "q": support.map(|queue| &queue["id"]) })).await?;
    assert_eq!(saved["queueCapSave"]["userErrors"], json!([]), "{saved}");
    write(&stack, "447700900877", "wamid.due6", "agent").await?;
    stack.settle("select count(*) from work_item where state = 'queued'", 1, PATIENCE).await?;
    comes(&stack).await?;
    stack.settle("select count(*) from work_item where state = 'queued'", 2, PATIENCE).await?;
    let looked = "select count(distinct work_item_id) from routing_decision d join work_item w on w.id = d.work_item_id
        where w.state = 'queued'";
    stack.settle(looked, 2, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from work_item where state = 'cancelled'").await?, 0);
    stack.finish().await
}

/// An emergency plan whose end was lost with the broker ends all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_emergency_that_nobody_ends_is_over_when_its_time_is() -> Result<()> {
    let Some(stack) = Stack::start().await? else { return Ok(()) };
    let ada = super::ada(&stack).await?;
    let save = "mutation { emergencyPlanSave(input: { name: \"Fire\", closed: true, message: \"We are out\" }) {
        emergencyPlanId userErrors { message } } }";
    let plan = ada.query(save, json!({})).await?["emergencyPlanSave"]["emergencyPlanId"].clone();
    let on = "mutation($p: ID!) { emergencyActivate(input: { emergencyPlanId: $p, confirm: \"Fire\", minutes: 5 }) {
        userErrors { message } } }";
    ada.query(on, json!({ "p": plan })).await?;
    stack.settle("select count(*) from alert where kind = 'emergency' and ended_at is null", 1, PATIENCE).await?;
    stack.sql("delete from outbox where payload ->> 'job' = 'emergency_end'").await?;
    stack.sql("update emergency_activation set expires_at = clock_timestamp() - interval '3 seconds'").await?;
    stack.settle("select count(*) from emergency_activation where ended_at is not null", 1, PATIENCE).await?;
    assert_eq!(stack.count("select count(*) from alert where kind = 'emergency' and ended_at is null").await?, 0);
    stack.finish().await
}

/// What would have said that somebody came was lost while nobody routed: the work that waits is looked at all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_that_waits_is_looked_at_when_routing_starts_whatever_was_lost() -> Result<()> {
    let Some(mut stack) = Stack::start().await? else { return Ok(()) };
    stack.sql("update site_shift set starts_minute = 0, ends_minute = 1440").await?;
    write(&stack, "447700900878", "wamid.due7", "agent").await?;
    stack.settle("select count(*) from routing_decision where outcome = 'waiting'", 1, PATIENCE).await?;
    stack.kill_workers().await;
    let (_ana, mut inbox) = on_duty(&stack, "ana").await?;
    stack.sql("delete from outbox").await?;
    stack.start_workers()?;
    inbox.until(PATIENCE, offer).await?;
    stack.finish().await
}
